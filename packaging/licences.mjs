// The copyright file of the packages, and a folder with the full licence of everything that is compiled or bundled in.
//   node licences.mjs LICENSE NODE_MODULES OUTPUT PACKAGE_LIST...
// PACKAGE_LIST: files with names of npm packages, one a line. Stops at what it finds no licence of.
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";

const [ownLicence, modules, output, ...lists] = process.argv.slice(2);

// Libraries of Debian whose headers become part of the programs.
const kHeaders = [
  { debian: "nlohmann-json3-dev", name: "nlohmann-json", licence: "Expat", holder: "2013-2022 Niels Lohmann" },
  { debian: "libcli11-dev", name: "CLI11", licence: "BSD-3-Clause", holder: "2017-2022 University of Cincinnati, developed by Henry Schreiner" },
  { debian: "libexpected-dev", name: "tl-expected", licence: "CC0-1.0", holder: "2017-2019 Sy Brand" },
  { debian: "libhwy-dev", name: "highway", licence: "Apache-2.0", holder: "2019-2022 Google LLC" },
];
// Icons are no script, so no bundle names their package.
const kAlsoFromNpm = ["lucide-static"];
// Whose licence names nobody.
const kHolders = { "mathjax-full": "2009-2022 The MathJax Consortium" };
// Debian's names for licences that npm packages name otherwise.
const kDebianNames = { MIT: "Expat" };
const kLicenceFile = /^(licen[cs]e|copying)(\.(md|txt))?$/i;

async function npmPackage(name) {
  const folder = path.join(modules, name);
  const { version, license, author } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((each) => kLicenceFile.test(each));
  if (!file && license !== "Apache-2.0") throw new Error(`${name} comes without its licence`);
  const text = file ? await readFile(path.join(folder, file), "utf8") : "";
  const line = text.match(/^.*copyright (?:\(c\)|©)?\s*(.+)$/im)?.[1] ?? "[yyyy]";
  const writer = typeof author === "string" ? author : author?.name;
  const isNamed = !/\[yyyy\]|owner/.test(line);
  return {
    name: name.replace("@", "").replaceAll("/", "-"),
    title: `${name} ${version}`,
    licence: kDebianNames[license] ?? license,
    holder: isNamed ? line : kHolders[name] ?? writer ?? `the authors of ${name}`,
    file: file && path.join(folder, file),
    text,
  };
}

async function headerLibrary({ debian, name, licence, holder }) {
  const file = `/usr/share/doc/${debian}/copyright`;
  return { name, title: `${name}, headers`, licence, holder, file: existsSync(file) ? file : undefined, text: "" };
}

const kCommon = new Set(["Apache-2.0", "CC0-1.0"]);  // in Debian's /usr/share/common-licenses
const indented = (text) => text.trim().split("\n").map((line) => (line.trim() === "" ? " ." : ` ${line.trimEnd()}`)).join("\n");

function licenceText(part, folder) {
  if (kCommon.has(part.licence))
    return ` On Debian systems the full text is in /usr/share/common-licenses/${part.licence}.\n .\n It is also in ${folder}.`;
  return ` The full text is in ${folder}.`;
}

const stanza = (fields) => Object.entries(fields).map(([name, value]) => `${name}: ${value}`).join("\n");

const listed = (await Promise.all(lists.map((list) => readFile(list, "utf8")))).join("\n").split("\n").filter(Boolean);
const names = [...new Set([...listed, ...kAlsoFromNpm])].sort();
const parts = [...(await Promise.all(names.map(npmPackage))), ...(await Promise.all(kHeaders.map(headerLibrary)))];

const texts = path.join(output, "licences");
await rm(texts, { recursive: true, force: true });
await mkdir(texts, { recursive: true });
const stanzas = [
  stanza({
    Format: "https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/",
    "Upstream-Name": "Zipage",
    Comment: "Parts that were made elsewhere are compiled or bundled into the programs as they are named below.",
  }),
  stanza({ Files: "*", Copyright: "2026 The Zipage authors", License: "Expat" }),
];
for (const part of parts) {
  const licence = kCommon.has(part.licence) ? part.licence : `${part.licence}-${part.name}`;
  stanzas.push(stanza({ Files: `parts/${part.name}/*`, Copyright: part.holder, License: licence, Comment: part.title }));
  if (part.file) await copyFile(part.file, path.join(texts, `${part.name}.txt`));
}
stanzas.push(`License: Expat\n${indented((await readFile(ownLicence, "utf8")).replace(/^MIT License\s+Copyright.*\n/, ""))}`);
const told = new Set();
for (const part of parts) {
  const licence = kCommon.has(part.licence) ? part.licence : `${part.licence}-${part.name}`;
  if (told.has(licence)) continue;
  told.add(licence);
  const body = part.text && !kCommon.has(part.licence) ? indented(part.text) : licenceText(part, `the folder licences`);
  stanzas.push(`License: ${licence}\n${body}`);
}
await writeFile(path.join(output, "copyright"), stanzas.join("\n\n") + "\n");
