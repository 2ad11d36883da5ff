// Bundles one script for the program's script engine, which knows ES2016 and no modules.
//   node build.mjs ENTRY OUTPUT NODE_MODULES
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

const [entry, output, modules] = process.argv.slice(2);
const { build } = createRequire(path.join(modules, "resolve.js"))("esbuild");

// What the script engine cannot take of the jinja library, and what stands there instead.
const kJinjaChanges = [
  // It refuses the regex flag `s`, which is set once, on a pattern without a dot, where it says nothing.
  { what: "the flag s", pattern: /(%\}\(\\s\*\)\/g)s\b/, to: "$1" },
  // strftime_now needs Intl, which is absent; jinja.js brings its own and a name can be set only once.
  { what: "strftime_now", pattern: /env\.set\("strftime_now", strftime_now\);/, to: "" },
  // Expressions with the flag u find only a match at the beginning.
  {
    what: "replace()",
    pattern: /function replace\(str, oldvalue, newvalue, count\) \{/,
    to: "$&\n  return zipageReplaced(str, oldvalue, newvalue, count);",
  },
  // A template must not fill the memory before the time limit stops it.
  {
    what: "range()",
    pattern: /throw new Error\("range\(\) step must not be zero"\);\n {2}\}/,
    to: '$&\n  if ((stop - start) / step > 1e6) throw new Error("range() is too long");',
  },
];

// Colouring must end at its time limit: highlight.js is asked before every match.
const kPrismChanges = [
  { what: "matchPattern()", pattern: /pattern\.lastIndex = pos;/, to: "zipageBeforeMatch();\n$&" },
];

function changed(source, library, changes) {
  for (const { what, pattern, to } of changes) {
    if (!pattern.test(source)) throw new Error(`the ${library} library has changed: ${what} is not where it was`);
    source = source.replace(pattern, to);
  }
  return source;
}

const adapt = (library, filter, changes) => ({
  name: `adapt-${library}`,
  setup(bundler) {
    bundler.onLoad({ filter }, async ({ path: file }) => ({
      contents: changed(await readFile(file, "utf8"), library, changes),
      loader: "js",
    }));
  },
});

const result = await build({
  entryPoints: [entry],
  outfile: output,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2016",
  nodePaths: [modules],
  banner: { js: "var globalThis = this;" },
  plugins: [
    adapt("jinja", /@huggingface[\\/]jinja[\\/].*\.js$/, kJinjaChanges),
    adapt("prism", /prismjs[\\/]components[\\/]prism-core\.js$/, kPrismChanges),
  ],
  legalComments: "inline",
  logLevel: "warning",
});

// What esbuild makes of a derived class with fields. The script engine crashes when it is interrupted inside such a
// spread; the library's constructors take at most four arguments.
const spread = /constructor\(\)\{super\(\.\.\.arguments\)/g;
const named = ["zipageA", "zipageB", "zipageC", "zipageD"].join(",");
const bundle = (await readFile(output, "utf8")).replace(spread, `constructor(${named}){super(${named})`);

const refused = bundle.match(/RegExp\([^()]*,"[a-z]*s[a-z]*"\)|super\(\.\.\./);
if (result.errors.length > 0 || refused) {
  console.error(refused ? `the script engine cannot take ${refused[0]}` : result.errors);
  process.exit(1);
}
await writeFile(output, bundle);
