// Bundles one script for the program's script engine, which knows ES2016 and no modules.
//   node build.mjs ENTRY OUTPUT NODE_MODULES
// OUTPUT.packages names the npm packages that are in it, for the licences of what is shipped.
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

const [entry, output, modules] = process.argv.slice(2);
const { build } = createRequire(path.join(modules, "resolve.js"))("esbuild");

// What the script engine cannot take of the jinja library, what its parser lacks of Jinja, and what stands there instead.
const kJinjaChanges = [
  // It refuses the regex flag `s`, which is set once, on a pattern without a dot, where it says nothing.
  { what: "the flag s", pattern: /(%\}\(\\s\*\)\/g)s\b/, to: "$1" },
  // Whitespace is settled before (jinja/source.js).
  { what: "preprocess()", pattern: /function preprocess\(template, options = \{\}\) \{/, to: "$&\n  return template;" },
  // An unknown escape stands for itself.
  {
    what: "escapes",
    pattern: /throw new SyntaxError\(`Unexpected escaped character: \$\{escaped\}`\);/,
    to: 'str += "\\\\" + escaped;\n          continue;',
  },
  // 1e3, 1_000, 0x10
  {
    what: "numbers",
    pattern: /if \(isInteger\(char\)\) \{/,
    to: 'const special = /^(?:0[xX][0-9a-fA-F]+|\\d[\\d_]*(?:\\.\\d[\\d_]*)?[eE][-+]?\\d+|\\d+(?:_\\d+)+)/.exec(src.slice(cursorPosition, cursorPosition + 64));\n' +
        '      if (special) {\n        cursorPosition += special[0].length;\n' +
        '        const plain = special[0].replace(/_/g, "");\n' +
        '        const isPower = /^\\d[\\d.]*e/i.test(plain);\n' +
        '        tokens.push(new Token(!isPower ? String(Number(plain)) : plain.includes(".") ? plain : plain.replace(/e/i, ".0e"), TOKEN_TYPES.NumericLiteral));\n' +
        '        continue;\n      }\n      $&',
  },
  // 1 < x < 3
  { what: "comparisons", pattern: /function parseComparisonExpression\(\) \{/, to: "$&\n    let middle;" },
  {
    what: "the operands of comparisons",
    pattern: /(const right = parseAdditiveExpression\(\);\n\s*)left = new BinaryExpression\(operator, left, right\);/,
    to: '$1const compared = new BinaryExpression(operator, middle ?? left, right);\n' +
        '      left = middle ? new BinaryExpression(new Token("and", "Identifier"), left, compared) : compared;\n' +
        "      middle = right;",
  },
  // x is divisibleby 3, x is in(y)
  {
    what: "tests",
    pattern: /operand = new TestExpression\(operand, negate, filter\);/,
    to: '$&\n      const next = tokens[current]?.type;\n' +
        '      if (is(TOKEN_TYPES.OpenParen)) operand.args = parseArgs("call");\n' +
        '      else if (["NumericLiteral", "StringLiteral", "OpenSquareBracket", "OpenCurlyBracket"].includes(next) ||\n' +
        '          (next === "Identifier" && !["else", "or", "and", "is", "if", "in", "not"].includes(tokens[current].value)))\n' +
        "        operand.args = [parseCallMemberExpression()];",
  },
  // (1,) and ()
  {
    what: "sequences",
    pattern: /(while \(isTuple\) \{\n\s*\+\+current;)/,
    to: "$1\n      if (is(TOKEN_TYPES.CloseParen) || is(TOKEN_TYPES.CloseStatement) || is(TOKEN_TYPES.Equals)) break;",
  },
  {
    what: "parentheses",
    pattern: /case TOKEN_TYPES\.OpenParen: \{\n(?=\s*const expression = parseExpressionSequence)/,
    to: "$&        if (is(TOKEN_TYPES.CloseParen)) {\n          ++current;\n          return new TupleLiteral([]);\n        }\n",
  },
  // {% for … recursive %}
  {
    what: "the source of a loop",
    pattern: /const iterable = parseExpression\(\);/,
    to: '$&\n    const recursive = isIdentifier("recursive");\n    if (recursive) ++current;',
  },
  {
    what: "loops",
    pattern: /return new For\(loopVariable, iterable, body, alternative\);/,
    to: "return Object.assign(new For(loopVariable, iterable, body, alternative), { recursive });",
  },
  // {% with %}, {% generation %}
  {
    what: "statements",
    pattern: /case "break":/,
    to: 'case "with":\n      case "generation": {\n        ++current;\n        const bindings = [];\n' +
        "        while (!is(TOKEN_TYPES.CloseStatement)) {\n          const target = parsePrimaryExpression();\n" +
        '          expect(TOKEN_TYPES.Equals, "Expected = after a name");\n' +
        "          bindings.push([target, parseExpression()]);\n          if (is(TOKEN_TYPES.Comma)) ++current;\n        }\n" +
        "        ++current;\n        const body = [];\n        while (!isStatement(\"end\" + name)) body.push(parseAny());\n" +
        '        current += 2;\n        expect(TOKEN_TYPES.CloseStatement, "Expected closing statement token");\n' +
        '        result = { type: name === "with" ? "With" : "Generation", bindings, body };\n        break;\n      }\n      $&',
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
  metafile: true,
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

const packages = Object.keys(result.metafile.inputs)
  .map((file) => file.replaceAll("\\", "/").match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1])
  .filter((name) => name !== undefined);
await writeFile(`${output}.packages`, [...new Set(packages)].sort().join("\n") + "\n");
