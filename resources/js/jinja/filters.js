// The filters of Jinja. Each takes the value, its arguments by position and by name, and the evaluator's `apply` for those that
// call other filters.
import {
  Attributes, Float, Undefined, codePoints, equal, fail, isMapping, isNumber, isString, isUndefined, itemsOf, lengthOf,
  namedTuple, numberOf, truth, typeName, undefinedError,
} from "./values.js";
import { spend } from "./limits.js";
import { binary } from "./operators.js";
import { pairsOf, path } from "./members.js";
import { fixed, percentFormatted } from "./format.js";
import { capitalized, centred, foldedOrder, named, replaced, spentJoin, strip } from "./string_methods.js";
import { jsonText, printed } from "./text.js";
import { test } from "./tests.js";

/// A filter whose arguments have names; `make` gets the value and an object of them.
const taking = (names, make) => (value, args, keywords) => make(value, named(args, keywords, names));
const escaped = (text) =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&#34;").replace(/'/g, "&#39;");

function sorted(items, { reverse = false, case_sensitive = false, attribute = null }) {
  const names = attribute === null ? null : isString(attribute) ? attribute.split(",") : [attribute];
  const keyed = itemsOf(items).map((value) => [names === null ? [value] : names.map((name) => path(value, name)), value]);
  const order = foldedOrder(case_sensitive);
  const byKeys = ([a], [b]) => a.map((key, i) => order(key, b[i])).find((result) => result !== 0) || 0;
  keyed.sort(reverse ? (a, b) => byKeys(b, a) : byKeys);
  return keyed.map(([, value]) => value);
}

const folded = (value, caseSensitive) => (isString(value) && !caseSensitive ? value.toLowerCase() : value);

function unique(items, { case_sensitive = false, attribute = null }) {
  const seen = [];
  return itemsOf(items).filter((value) => {
    const key = folded(attribute === null ? value : path(value, attribute), case_sensitive);
    if (seen.some((other) => equal(other, key))) return false;
    seen.push(key);
    return true;
  });
}

function grouped(items, { attribute, default: fallback = null, case_sensitive = false }) {
  const keyOf = (value) => {
    const key = path(value, attribute);
    return isUndefined(key) && fallback !== null ? fallback : key;
  };
  const groups = [];
  for (const value of itemsOf(items).slice().sort((a, b) => foldedOrder(case_sensitive)(keyOf(a), keyOf(b)))) {
    const key = folded(keyOf(value), case_sensitive);
    const last = groups[groups.length - 1];
    if (last && equal(last.key, key)) last.group[1].push(value);
    else groups.push({ key, group: namedTuple({ grouper: keyOf(value), list: [value] }) });
  }
  return groups.map(({ group }) => group);
}

function batched(items, { linecount, fill_with = null }) {
  const all = itemsOf(items);
  spend(linecount);
  const rows = [];
  for (let i = 0; i < all.length; i += linecount) rows.push(all.slice(i, i + linecount));
  const last = rows[rows.length - 1];
  while (fill_with !== null && last && last.length < linecount) last.push(fill_with);
  return rows;
}

function columns(items, { slices, fill_with = null }) {
  const all = itemsOf(items);
  spend(slices);
  const [each, extra] = [Math.floor(all.length / slices), all.length % slices];
  const result = [];
  for (let i = 0, next = 0; i < slices; i += 1) {
    const size = each + (i < extra ? 1 : 0);
    const column = all.slice(next, next + size);
    if (fill_with !== null && i >= extra && extra > 0) column.push(fill_with);
    result.push(column);
    next += size;
  }
  return result;
}

const extreme = (sign) => taking(["case_sensitive", "attribute"], (items, { case_sensitive = false, attribute = null }) => {
  const all = itemsOf(items);
  if (all.length === 0) return new Undefined("No aggregated item, sequence was empty.");
  const keyOf = (value) => (attribute === null ? value : path(value, attribute));
  return all.reduce((best, value) => (sign * foldedOrder(case_sensitive)(keyOf(value), keyOf(best)) > 0 ? value : best));
});

function rounded(value, { precision = 0, method = "common" }) {
  const number = isNumber(value) ? numberOf(value) : fail(`type ${typeName(value)} doesn't define __round__ method`);
  const scale = 10 ** precision;
  if (method === "common" && !(value instanceof Float) && precision >= 0) return number;
  if (method !== "common") return new Float(Math[method](number * scale) / scale);
  if (precision > 0) return new Float(Number(fixed(number, precision)));
  const scaled = number * scale;
  const low = Math.floor(scaled);
  const half = scaled - low === 0.5;
  return new Float((half ? low + (Math.abs(low % 2) === 1 ? 1 : 0) : Math.round(scaled)) / scale);
}

function wholeOf(value, { default: fallback = 0, base = 10 }) {
  if (isNumber(value)) return Number.isFinite(numberOf(value)) ? Math.trunc(numberOf(value)) : fallback;
  if (!isString(value)) return fallback;
  const text = strip(value, []).replace(/_/g, "");
  if (base !== 10) {
    const number = parseInt(text.replace(/^0[xob]/i, ""), base);
    return Number.isNaN(number) ? fallback : number;
  }
  if (/^[-+]?\d+$/.test(text)) return Number(text);
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Math.trunc(Number(text)) : fallback;
}

function realOf(value, { default: fallback = new Float(0) }) {
  if (isNumber(value)) return new Float(numberOf(value));
  const text = isString(value) ? strip(value, []) : "";
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? new Float(Number(text)) : fallback;
}

function indented(text, { width = 4, first = false, blank = false }) {
  const lines = printed(text).split("\n");
  spend(lines.length * (isString(width) ? width.length : width));
  const step = isString(width) ? width : " ".repeat(width);
  return lines.map((line, i) => ((i === 0 ? first : blank || line !== "") ? step + line : line)).join("\n");
}

function truncated(text, { length = 255, killwords = false, end = "...", leeway = 5 }) {
  const characters = codePoints(printed(text));
  if (characters.length <= length + leeway) return characters.join("");
  const head = characters.slice(0, length - codePoints(end).length).join("");
  return (killwords || !head.includes(" ") ? head : head.slice(0, head.lastIndexOf(" "))) + end;
}

/// As Jinja's title: words end at space, hyphen and brackets only.
const titled = (text) => printed(text).split(/([-\s({[<]+)/).map(capitalized).join("");

function selecting(keeps, byAttribute) {
  return (items, args, keywords) => {
    const [name, ...rest] = byAttribute ? args.slice(1) : args;
    return itemsOf(items).filter((value) => {
      const tested = byAttribute ? path(value, args[0]) : value;
      return (name === undefined ? truth(tested) : test(name, tested, rest)) === keeps;
    });
  };
}

function mapped(items, args, keywords, apply) {
  if (args.length === 0) {
    const name = keywords.get("attribute");
    return itemsOf(items).map((value) => {
      const found = path(value, name);
      return isUndefined(found) && keywords.has("default") ? keywords.get("default") : found;
    });
  }
  return itemsOf(items).map((value) => apply(args[0], value, args.slice(1), keywords));
}

const joined = taking(["d", "attribute"], (items, { d = "", attribute = null }) =>
  spentJoin(itemsOf(items).map((value) => printed(attribute === null ? value : path(value, attribute))), printed(d)));

/// Without <…> and <!--…-->; one pass, whatever the text.
function withoutTags(text) {
  let result = "";
  let position = 0;
  for (;;) {
    const open = text.indexOf("<", position);
    const isComment = text.startsWith("<!--", open);
    const close = open < 0 ? -1 : text.indexOf(isComment ? "-->" : ">", open);
    if (close < 0) return result + text.slice(position);
    result += text.slice(position, open);
    position = close + (isComment ? 3 : 1);
  }
}

const percentEncoded = (text) => encodeURIComponent(printed(text)).replace(/[!'()*]/g, (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase()).replace(/%2F/g, "/");

const defaulted = taking(["default_value", "boolean"], (value, { default_value = "", boolean = false }) =>
  isUndefined(value) || (boolean && !truth(value)) ? default_value : value);

export const kFilters = {
  abs: (value) => (value instanceof Float ? new Float(Math.abs(value.value)) : isNumber(value) ? Math.abs(numberOf(value)) : fail(`bad operand type for abs(): '${typeName(value)}'`)),
  attr: (value, [name]) => (value instanceof Attributes && value.entries.has(name) ? value.entries.get(name) : new Undefined(name)),
  batch: taking(["linecount", "fill_with"], batched),
  capitalize: (value) => capitalized(printed(value)),
  center: taking(["width"], (value, { width = 80 }) => centred(printed(value), width)),
  count: lengthOf,
  d: defaulted,
  default: defaulted,
  dictsort: taking(["case_sensitive", "by", "reverse"], (value, { case_sensitive = false, by = "key", reverse = false }) =>
    sorted(pairsOf(value), { case_sensitive, reverse, attribute: by === "key" ? 0 : 1 })),
  e: (value) => escaped(printed(value)),
  escape: (value) => escaped(printed(value)),
  first: (value) => (itemsOf(value).length > 0 ? itemsOf(value)[0] : new Undefined("No first item, sequence was empty.")),
  float: taking(["default"], realOf),
  forceescape: (value) => escaped(printed(value)),
  format: (value, args, keywords) => percentFormatted(printed(value), args, keywords.size > 0 ? keywords : null),
  groupby: taking(["attribute", "default", "case_sensitive"], grouped),
  indent: taking(["width", "first", "blank"], indented),
  int: taking(["default", "base"], wholeOf),
  items: (value) => (isUndefined(value) ? [] : isMapping(value) ? pairsOf(value) : fail("Can only get item pairs from a mapping.")),
  join: joined,
  last: (value) => (itemsOf(value).length > 0 ? itemsOf(value)[itemsOf(value).length - 1] : new Undefined("No last item, sequence was empty.")),
  length: lengthOf,
  list: (value) => itemsOf(value).slice(),
  lower: (value) => printed(value).toLowerCase(),
  map: mapped,
  max: extreme(1),
  min: extreme(-1),
  reject: selecting(false, false),
  rejectattr: selecting(false, true),
  replace: taking(["old", "new", "count"], (value, { old, new: fresh, count }) => replaced(printed(value), printed(old), printed(fresh), count)),
  reverse: (value) => (isString(value) ? codePoints(value).reverse().join("") : itemsOf(value).slice().reverse()),
  round: taking(["precision", "method"], rounded),
  safe: (value) => (isString(value) ? value : printed(value)),
  select: selecting(true, false),
  selectattr: selecting(true, true),
  slice: taking(["slices", "fill_with"], columns),
  sort: taking(["reverse", "case_sensitive", "attribute"], sorted),
  string: printed,
  striptags: (value) => withoutTags(printed(value)).split(/\s+/).filter(Boolean).join(" "),
  sum: taking(["attribute", "start"], (items, { attribute = null, start = 0 }) =>
    itemsOf(items).reduce((total, value) => binary("+", total, attribute === null ? value : path(value, attribute)), start)),
  title: titled,
  tojson: taking(["indent", "ensure_ascii", "separators", "sort_keys"], (value, { indent = null, ensure_ascii = false, separators = null, sort_keys = false }) =>
    jsonText(value, { indent, separators, sortKeys: sort_keys, ensureAscii: ensure_ascii })),
  trim: taking(["chars"], (value, { chars = null }) => strip(printed(value), [chars])),
  truncate: taking(["length", "killwords", "end", "leeway"], truncated),
  unique: taking(["case_sensitive", "attribute"], unique),
  upper: (value) => printed(value).toUpperCase(),
  urlencode: percentEncoded,
  wordcount: (value) => (printed(value).match(/[\wÀ-ɏͰ-῿一-鿿]+/g) || []).length,
};

/// Filters that say something of what is undefined; the others refuse it or see an empty value.
const kTakesUndefined = new Set(["default", "d", "list", "first", "last", "length", "count", "map", "select", "reject", "selectattr",
  "rejectattr", "join", "string", "items", "upper", "lower", "trim", "title", "capitalize", "safe", "reverse", "sort", "unique",
  "replace", "indent", "escape", "e", "int", "float", "wordcount", "batch", "slice", "sum", "min", "max", "truncate"]);

export function filtered(name, value, args, keywords) {
  if (!Object.prototype.hasOwnProperty.call(kFilters, name)) return fail(`No filter named '${name}'.`);
  if (isUndefined(value) && !kTakesUndefined.has(name)) {
    return name === "tojson" ? fail("Object of type Undefined is not JSON serializable") : undefinedError(value);
  }
  return kFilters[name](value, args, keywords, filtered);
}
