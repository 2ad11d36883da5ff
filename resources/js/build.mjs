// Bundles one script for the program's script engine, which knows ES2016 and no modules.
//   node build.mjs ENTRY OUTPUT NODE_MODULES
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

const [entry, output, modules] = process.argv.slice(2);
const { build } = createRequire(path.join(modules, "resolve.js"))("esbuild");

// The engine refuses the regex flag `s`. The jinja library sets it once, on a pattern without a dot, where it says nothing.
const withoutDotAllFlag = {
  name: "without-dot-all-flag",
  setup(bundler) {
    bundler.onLoad({ filter: /@huggingface[\\/]jinja[\\/].*\.js$/ }, async ({ path: file }) => {
      const source = await readFile(file, "utf8");
      return { contents: source.replace(/(%\}\(\\s\*\)\/g)s\b/g, "$1"), loader: "js" };
    });
  },
};

const result = await build({
  entryPoints: [entry],
  outfile: output,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2016",
  nodePaths: [modules],
  banner: { js: "var globalThis = this;" },
  plugins: [withoutDotAllFlag],
  legalComments: "inline",
  logLevel: "warning",
});

const dotAll = (await readFile(output, "utf8")).match(/RegExp\([^()]*,"[a-z]*s[a-z]*"\)/);
if (result.errors.length > 0 || dotAll) {
  console.error(dotAll ? `a regular expression the script engine refuses: ${dotAll[0]}` : result.errors);
  process.exit(1);
}
