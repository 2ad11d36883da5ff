// Colours of code by Prism: flat spans of a kind each.
import "./engine_fixes.js";
import Prism from "prismjs/components/prism-core.js";
import "prismjs/components/prism-clike.js";
import "prismjs/components/prism-markup.js";
import "prismjs/components/prism-css.js";
import "prismjs/components/prism-javascript.js";
import "prismjs/components/prism-c.js";
import "prismjs/components/prism-cpp.js";
import "prismjs/components/prism-csharp.js";
import "prismjs/components/prism-bash.js";
import "prismjs/components/prism-cmake.js";
import "prismjs/components/prism-diff.js";
import "prismjs/components/prism-docker.js";
import "prismjs/components/prism-go.js";
import "prismjs/components/prism-haskell.js";
import "prismjs/components/prism-ini.js";
import "prismjs/components/prism-java.js";
import "prismjs/components/prism-json.js";
import "prismjs/components/prism-jsx.js";
import "prismjs/components/prism-julia.js";
import "prismjs/components/prism-kotlin.js";
import "prismjs/components/prism-latex.js";
import "prismjs/components/prism-lua.js";
import "prismjs/components/prism-makefile.js";
import "prismjs/components/prism-markdown.js";
import "prismjs/components/prism-matlab.js";
import "prismjs/components/prism-perl.js";
import "prismjs/components/prism-markup-templating.js";
import "prismjs/components/prism-php.js";
import "prismjs/components/prism-python.js";
import "prismjs/components/prism-r.js";
import "prismjs/components/prism-ruby.js";
import "prismjs/components/prism-rust.js";
import "prismjs/components/prism-scala.js";
import "prismjs/components/prism-sql.js";
import "prismjs/components/prism-swift.js";
import "prismjs/components/prism-toml.js";
import "prismjs/components/prism-typescript.js";
import "prismjs/components/prism-tsx.js";
import "prismjs/components/prism-yaml.js";

// Names that models write and Prism does not know.
const kOtherNames = {
  "c++": "cpp", cc: "cpp", cxx: "cpp", h: "cpp", hpp: "cpp", cu: "cpp", cuda: "cpp", "c#": "csharp", golang: "go",
  rs: "rust", sh: "bash", zsh: "bash", console: "bash", shellsession: "bash", py3: "python", python3: "python",
  node: "javascript", mjs: "javascript", jsonc: "json", json5: "json", htm: "html", patch: "diff", dockerfile: "docker",
  make: "makefile", kt: "kotlin", hs: "haskell", pl: "perl", jl: "julia", octave: "matlab", sqlite: "sql",
  postgresql: "sql", mysql: "sql", conf: "ini", cfg: "ini",
};

// The kinds in the order of the program's enum; what is in none has the colour of the text.
const kKinds = [
  ["comment", "prolog", "doctype", "cdata", "shebang"],
  ["keyword", "atrule", "important", "directive", "boolean", "null", "builtin", "rule", "selector-keyword"],
  ["string", "char", "attr-value", "template-string", "regex", "url", "triple-quoted-string", "inserted", "string-literal"],
  ["number", "constant", "symbol", "hexcode", "variable", "unit", "lifetime-annotation", "coord"],
  ["function", "function-definition", "macro", "title", "method", "selector", "command"],
  ["class-name", "tag", "type", "namespace", "key", "property", "attr-name", "table", "decorator", "annotation"],
  ["deleted"],
];
const kindOf = {};
kKinds.forEach((names, kind) => names.forEach((name) => (kindOf[name] = kind)));

function kindOfToken(token) {
  const names = [token.type].concat(token.alias || []);
  for (const name of names) if (kindOf[name] !== undefined) return kindOf[name];
  return -1;
}

// build.mjs has every match of an expression pass here first.
let deadline = Infinity;
globalThis.zipageBeforeMatch = () => {
  if (Date.now() > deadline) throw new Error("colouring took too long");
};

function collect(tokens, from, kind, spans) {
  for (const token of tokens) {
    const isText = typeof token === "string";
    const own = isText ? -1 : kindOfToken(token);
    const shown = own >= 0 ? own : kind;
    if (!isText && Array.isArray(token.content)) {
      collect(token.content, from, shown, spans);
    } else if (shown >= 0 && token.length > 0) {
      spans.push(from, token.length, shown);
    }
    from += token.length;
  }
}

/** Numbers in threes: from, length, kind, in UTF-16 units. Empty for a language that is not known. */
globalThis.zipageHighlight = (code, language, limitMs) => {
  const name = language.toLowerCase();
  const grammar = Prism.languages[kOtherNames[name] || name];
  const spans = [];
  if (typeof grammar !== "object") return spans;
  deadline = Date.now() + limitMs;
  try {
    collect(Prism.tokenize(code, grammar), 0, -1, spans);
  } catch (error) {
    return [];
  } finally {
    deadline = Infinity;
  }
  return spans;
};
