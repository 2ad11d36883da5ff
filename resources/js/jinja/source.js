// A template's source as tokens: text with the whitespace that Jinja leaves under trim_blocks and lstrip_blocks, and what stands
// inside marks, which the library tokenizes.
import { tokenize } from "@huggingface/jinja";

const kClosing = { "{%": "%}", "{{": "}}", "{#": "#}" };
const kRaw = /^\{%[-+]?\s*raw\s*(-?)%\}/;
const kEndRaw = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/;

class MalformedTemplate extends Error {}

const malformed = (message) => {
  throw new MalformedTemplate(message);
};

/// One kind of line end, and no last one, as Python's Jinja reads a source.
function normalised(source) {
  const text = source.replace(/\r\n|\r/g, "\n");
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}

/// Where the mark that opens at `start` is closed: the index of its closing characters. Texts and brackets inside are stepped over.
function closingOf(source, start, closing) {
  if (closing === "#}") return source.indexOf(closing, start + 2);
  let open = 0;
  for (let i = start + 2; i < source.length; i += 1) {
    const character = source[i];
    if (character === "'" || character === '"') {
      i += 1;
      while (i < source.length && source[i] !== character) i += source[i] === "\\" ? 2 : 1;
    } else if (open === 0 && source.startsWith(closing, i)) {
      return i;
    } else if ("([{".includes(character)) {
      open += 1;
    } else if (")]}".includes(character)) {
      open -= 1;
    }
  }
  return -1;
}

/// Text before a mark: `sign` after its opening says what happens to the whitespace.
function textBefore(text, sign, isBlock, startsLine) {
  if (sign === "-") return text.replace(/\s+$/, "");
  if (sign === "+" || !isBlock) return text;
  const lineStart = text.lastIndexOf("\n") + 1;
  const isAlone = (lineStart > 0 || startsLine) && /^\s*$/.test(text.slice(lineStart));
  return isAlone ? text.slice(0, lineStart) : text;
}

/// Where text goes on after a mark that ended at `end`.
function resumed(source, end, sign, isBlock) {
  if (sign === "-") return end + /^\s*/.exec(source.slice(end))[0].length;
  return isBlock && sign !== "+" && source[end] === "\n" ? end + 1 : end;
}

/// tokens: those of the library. Positions walk through the source once.
class Splitter {
  constructor(source) {
    this.source = normalised(source);
    this.position = 0;
    this.startsLine = true;
    this.tokens = [];
  }

  pushText(value) {
    if (value !== "") this.tokens.push({ type: "Text", value });
  }

  resume(end, sign, isBlock) {
    this.position = resumed(this.source, end, sign, isBlock);
    this.startsLine = this.source[this.position - 1] === "\n";
  }

  readRaw(text, start) {
    const opening = kRaw.exec(this.source.slice(start));
    const sign = this.source[start + 2];
    this.pushText(textBefore(text, "-+".includes(sign) ? sign : "", true, this.startsLine));
    let inner = start + opening[0].length;
    if (opening[1] === "-") inner += /^\s*/.exec(this.source.slice(inner))[0].length;
    const rest = this.source.slice(inner);
    const ending = kEndRaw.exec(rest) || malformed("Missing end of raw directive");
    this.pushText(textBefore(rest.slice(0, ending.index), ending[1], true, this.source[inner - 1] === "\n"));
    this.resume(inner + ending.index + ending[0].length, ending[2], true);
  }

  readMark(text, start) {
    const opening = this.source.slice(start, start + 2);
    const closing = kClosing[opening];
    const close = closingOf(this.source, start, closing);
    if (close < 0) malformed(opening === "{#" ? "Missing end of comment tag" : `unexpected end of template, expected '${closing}'`);
    const isBlock = opening !== "{{";
    const inside = this.source.slice(start + 2, close);
    const before = /^[-+]/.test(inside) && (isBlock || inside[0] === "-") ? inside[0] : "";
    const after = inside.length > before.length && (inside.endsWith("-") || (isBlock && inside.endsWith("+"))) ? inside.slice(-1) : "";
    this.pushText(textBefore(text, before, isBlock, this.startsLine));
    const body = inside.slice(before.length, inside.length - after.length);
    if (opening !== "{#") this.tokens.push(...tokenize(`${opening} ${body} ${closing}`));
    this.resume(close + 2, after, isBlock);
  }

  run() {
    for (;;) {
      const found = /\{[%{#]/.exec(this.source.slice(this.position));
      if (!found) break;
      const start = this.position + found.index;
      const text = this.source.slice(this.position, start);
      if (kRaw.test(this.source.slice(start, start + 200))) this.readRaw(text, start);
      else this.readMark(text, start);
    }
    this.pushText(this.source.slice(this.position));
    return this.tokens;
  }
}

export const tokensOf = (source) => new Splitter(source).run();
