// The methods of Python's str. Each takes the text, the positional arguments and the keyword arguments.
import { codePoints, compare, fail, isString, isTuple, itemsOf, tuple, typeName } from "./values.js";
import { spend } from "./limits.js";
import { isDigit, isLetter, isLower, isSpace, isUpper } from "./characters.js";
import { braceFormatted } from "./format.js";

const needText = (value) => (isString(value) ? value : fail(`expected str, not ${typeName(value)}`));

/// Removes characters that `drops` says yes to, at the ends that are asked for.
function stripped(text, drops, atStart, atEnd) {
  const characters = codePoints(text);
  let first = 0;
  let last = characters.length;
  while (atStart && first < last && drops(characters[first])) first += 1;
  while (atEnd && last > first && drops(characters[last - 1])) last -= 1;
  return characters.slice(first, last).join("");
}

const stripping = (atStart, atEnd) => (text, [characters = null]) => {
  const dropped = characters === null ? null : codePoints(needText(characters));
  return stripped(text, dropped === null ? isSpace : (character) => dropped.includes(character), atStart, atEnd);
};

export const strip = stripping(true, true);

function wordsOf(text, most) {
  const words = [];
  let rest = stripped(text, isSpace, true, false);
  while (rest !== "") {
    if (words.length === most) return [...words, rest];
    let end = 0;
    while (end < rest.length && !isSpace(rest[end])) end += 1;
    words.push(rest.slice(0, end));
    rest = stripped(rest.slice(end), isSpace, true, false);
  }
  return words;
}

const reversed = (text) => codePoints(text).reverse().join("");

function split(text, args, keywords) {
  const { sep = null, maxsplit = -1 } = named(args, keywords, ["sep", "maxsplit"]);
  if (sep === null) return wordsOf(text, maxsplit);
  if (needText(sep) === "") return fail("empty separator");
  const parts = text.split(sep);
  if (maxsplit < 0 || parts.length <= maxsplit + 1) return parts;
  return [...parts.slice(0, maxsplit), parts.slice(maxsplit).join(sep)];
}

/// As split(), counted from the end.
function splitFromEnd(text, args, keywords) {
  const { sep = null, maxsplit = -1 } = named(args, keywords, ["sep", "maxsplit"]);
  const parts = split(reversed(text), [sep === null ? null : reversed(needText(sep)), maxsplit], new Map());
  return parts.map(reversed).reverse();
}

/// parts.join(), counted against the limit of the rendering first.
export function spentJoin(parts, separator) {
  spend(parts.reduce((sum, text) => sum + text.length, separator.length * Math.max(0, parts.length - 1)));
  return parts.join(separator);
}

/// At most `count` places replaced; an empty `old` stands between all characters.
export function replaced(text, old, fresh, count = -1) {
  const parts = needText(old) === "" ? ["", ...codePoints(text), ""] : text.split(old);
  const most = count === null || count < 0 ? parts.length - 1 : Math.min(count, parts.length - 1);
  const head = spentJoin(parts.slice(0, most + 1), needText(fresh));
  return most === parts.length - 1 ? head : head + old + parts.slice(most + 1).join(old);
}

/// Positional and keyword arguments by name; those not given are absent.
export function named(args, keywords, names) {
  if (args.length > names.length) fail(`expected at most ${names.length} arguments, got ${args.length}`);
  const result = {};
  names.forEach((name, i) => {
    if (i < args.length) result[name] = args[i];
    else if (keywords.has(name)) result[name] = keywords.get(name);
  });
  for (const name of keywords.keys()) if (!names.includes(name)) fail(`got an unexpected keyword argument '${name}'`);
  return result;
}

/// The part of the text between two places, which may be counted from the end.
function part(text, start = null, end = null) {
  const characters = codePoints(text);
  return characters.slice(start === null ? 0 : start, end === null ? characters.length : end).join("");
}

const edge = (matches) => (text, [wanted, start, end]) => {
  const within = part(text, start, end);
  return isTuple(wanted) ? wanted.some((one) => matches(within, needText(one))) : matches(within, needText(wanted));
};

const finding = (search, missing) => (text, [wanted, start = 0]) => {
  const characters = codePoints(text);
  const from = characters.slice(0, start < 0 ? Math.max(0, characters.length + start) : start).join("");
  const found = search(text.slice(from.length), needText(wanted));
  return found < 0 ? missing() : codePoints(from).length + codePoints(text.slice(from.length, from.length + found)).length;
};

const indexOf = (text, wanted) => text.indexOf(wanted);
const lastIndexOf = (text, wanted) => text.lastIndexOf(wanted);
const missing = () => fail("substring not found");

export function capitalized(text) {
  const [first = "", ...rest] = codePoints(text);
  return first.toUpperCase() + rest.join("").toLowerCase();
}

/// As str.title(): a letter after what is no letter is large.
function titled(text) {
  let inWord = false;
  return codePoints(text).map((character) => {
    const shown = inWord ? character.toLowerCase() : character.toUpperCase();
    inWord = isUpper(character) || isLower(character);
    return shown;
  }).join("");
}

const all = (test) => (text) => text !== "" && codePoints(text).every(test);
const cased = (right, wrong) => (text) => codePoints(text).some(right) && !codePoints(text).some(wrong);

function partition(text, at, mark, whole) {
  if (at < 0) return tuple(whole);
  return tuple([text.slice(0, at), mark, text.slice(at + mark.length)]);
}

function beside(text, width, fill, share) {
  const missingWidth = Math.max(0, width - codePoints(text).length);
  spend(missingWidth);
  const before = share(missingWidth);
  return fill.repeat(before) + text + fill.repeat(missingWidth - before);
}

/// As str.center(): the odd place goes before where the width is odd.
export const centred = (text, width, fill = " ") =>
  beside(text, width, fill, (places) => Math.floor(places / 2) + (places & width & 1));

function lines(text, [keep = false]) {
  const result = [];
  for (const [line, body] of text.matchAll(/([^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*)(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]|$)/g)) {
    if (line !== "") result.push(keep ? line : body);
  }
  return result;
}

function signedZeros(text, width) {
  const sign = /^[-+]/.test(text) ? text[0] : "";
  return sign + beside(text.slice(sign.length), width - sign.length, "0", (places) => places);
}

export const kStringMethods = {
  upper: (text) => text.toUpperCase(),
  lower: (text) => text.toLowerCase(),
  casefold: (text) => text.toLowerCase().split("ß").join("ss"),
  title: titled,
  capitalize: capitalized,
  swapcase: (text) => codePoints(text).map((c) => (isUpper(c) ? c.toLowerCase() : c.toUpperCase())).join(""),
  strip,
  lstrip: stripping(true, false),
  rstrip: stripping(false, true),
  split,
  rsplit: splitFromEnd,
  splitlines: lines,
  partition: (text, [mark]) => partition(text, text.indexOf(needText(mark)), mark, [text, "", ""]),
  rpartition: (text, [mark]) => partition(text, text.lastIndexOf(needText(mark)), mark, ["", "", text]),
  replace: (text, args, keywords) => {
    const { old, new: fresh, count } = named(args, keywords, ["old", "new", "count"]);
    return replaced(text, old, fresh, count);
  },
  startswith: edge((text, wanted) => text.startsWith(wanted)),
  endswith: edge((text, wanted) => text.endsWith(wanted)),
  removeprefix: (text, [prefix]) => (text.startsWith(prefix) ? text.slice(prefix.length) : text),
  removesuffix: (text, [suffix]) => (suffix !== "" && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text),
  find: finding(indexOf, () => -1),
  rfind: finding(lastIndexOf, () => -1),
  index: finding(indexOf, missing),
  rindex: finding(lastIndexOf, missing),
  count: (text, [wanted]) => (needText(wanted) === "" ? codePoints(text).length + 1 : text.split(wanted).length - 1),
  join: (text, [items]) =>
    spentJoin(itemsOf(items).map((item, i) => (isString(item) ? item : fail(`sequence item ${i}: expected str instance, ${typeName(item)} found`))), text),
  format: (text, args, keywords, reach) => braceFormatted(text, args, keywords, reach),
  isdigit: all(isDigit),
  isdecimal: all((c) => isDigit(c) && !/[²³¹]/.test(c)),
  isnumeric: all((c) => isDigit(c) || /[¼-¾]/.test(c)),
  isalpha: all(isLetter),
  isalnum: all((c) => isLetter(c) || isDigit(c)),
  isspace: all(isSpace),
  isupper: cased(isUpper, isLower),
  islower: cased(isLower, isUpper),
  istitle: (text) => cased(isUpper, () => false)(text) && titled(text) === text,
  isidentifier: (text) => /^[A-Za-z_]\w*$/.test(text),
  ljust: (text, [width, fill = " "]) => beside(text, width, fill, () => 0),
  rjust: (text, [width, fill = " "]) => beside(text, width, fill, (places) => places),
  center: (text, [width, fill]) => centred(text, width, fill),
  zfill: (text, [width]) => signedZeros(text, width),
  expandtabs: (text, [width = 8]) => text.split("\n").map((line) => line.split("\t").reduce((left, right) => left + " ".repeat(width - (codePoints(left).length % width)) + right)).join("\n"),
};

/// As a sort key: numbers as they are, texts without their case unless it counts.
export const foldedOrder = (caseSensitive) => (a, b) => {
  const folded = (value) => (isString(value) && !caseSensitive ? value.toLowerCase() : value);
  return compare(folded(a), folded(b));
};

