// Values as text: str() and repr() of Python, and JSON as json.dumps() writes it.
import { Float, Undefined, fail, isMapping, isString, isTuple, numberOf, typeName } from "./values.js";

/// As repr() of a float: the shortest digits, an exponent from 1e16 on and below 1e-4.
export function floatText(value) {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (Object.is(value, -0)) return "-0.0";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) {
    const [digits, exponent] = value.toExponential().split("e");
    const sign = exponent[0] === "-" ? "-" : "+";
    return `${digits}e${sign}${exponent.slice(1).padStart(2, "0")}`;
  }
  const text = String(value);
  return text.includes(".") ? text : text + ".0";
}

/// Whole numbers beyond 1e21 are not written with an exponent.
export function integerText(value) {
  const text = String(value);
  if (!text.includes("e")) return text;
  const [digits, exponent] = text.replace("-", "").split("e");
  const [whole, fraction = ""] = digits.split(".");
  return (value < 0 ? "-" : "") + whole + fraction.padEnd(Number(exponent), "0");
}

const kNamedEscapes = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
const hex = (code, width) => code.toString(16).padStart(width, "0");

function escapedCharacter(character) {
  if (kNamedEscapes[character]) return kNamedEscapes[character];
  const code = character.charCodeAt(0);
  return code < 0x100 ? "\\x" + hex(code, 2) : "\\u" + hex(code, 4);
}

const kUnprintable = /[\\\u0000-\u001f\u007f-\u00a0\u00ad\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]/g;

function quoted(text) {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(kUnprintable, escapedCharacter);
  return quote + (quote === "'" ? escaped.split("'").join("\\'") : escaped) + quote;
}

/// As repr().
export function written(value) {
  if (isString(value)) return quoted(value);
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return integerText(value);
  if (value instanceof Float) return floatText(value.value);
  if (value instanceof Undefined) return "Undefined";
  if (Array.isArray(value)) {
    const items = value.map(written).join(", ");
    if (!isTuple(value)) return "[" + items + "]";
    return "(" + items + (value.length === 1 ? ",)" : ")");
  }
  if (isMapping(value)) return "{" + [...value].map(([key, item]) => written(key) + ": " + written(item)).join(", ") + "}";
  return `<${typeName(value)}>`;
}

/// As str(), where what is undefined is empty.
export function printed(value) {
  if (isString(value)) return value;
  return value instanceof Undefined ? "" : written(value);
}

const kJsonEscapes = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f" };

function jsonString(text, ensureAscii) {
  const unsafe = ensureAscii ? /["\\\u0000-\u001f\u007f-\uffff]/g : /["\\\u0000-\u001f]/g;
  return '"' + text.replace(unsafe, (character) => kJsonEscapes[character] || "\\u" + hex(character.charCodeAt(0), 4)) + '"';
}

function jsonScalar(value, options) {
  if (isString(value)) return jsonString(value, options.ensureAscii);
  if (value === null) return "null";
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return integerText(value);
  if (value instanceof Float) {
    if (Number.isNaN(value.value)) return "NaN";
    return Number.isFinite(value.value) ? floatText(value.value) : value.value < 0 ? "-Infinity" : "Infinity";
  }
  return fail(`Object of type ${typeName(value)} is not JSON serializable`);
}

function jsonKey(key, options) {
  return isString(key) ? jsonString(key, options.ensureAscii) : '"' + jsonScalar(key, options) + '"';
}

function jsonEntries(map, options, padding) {
  const keys = [...map.keys()];
  if (options.sortKeys) keys.sort();
  return keys.map((key) => jsonKey(key, options) + options.keySeparator + jsonValue(map.get(key), options, padding));
}

function jsonValue(value, options, padding) {
  if (!Array.isArray(value) && !isMapping(value)) return jsonScalar(value, options);
  const inner = options.indent === null ? "" : padding + options.indent;
  const parts = Array.isArray(value) ? value.map((item) => jsonValue(item, options, inner)) : jsonEntries(value, options, inner);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (parts.length === 0) return open + close;
  if (options.indent === null) return open + parts.join(options.itemSeparator) + close;
  return `${open}\n${inner}${parts.join(`${options.itemSeparator}\n${inner}`)}\n${padding}${close}`;
}

/// indent: null, a number of spaces, or the text itself. separators: null or [item, key].
export function jsonText(value, { indent = null, separators = null, sortKeys = false, ensureAscii = false } = {}) {
  const step = indent === null ? null : isString(indent) ? indent : " ".repeat(Math.max(0, numberOf(indent)));
  const [itemSeparator, keySeparator] = separators || [step === null ? ", " : ",", ": "];
  return jsonValue(value, { indent: step, itemSeparator, keySeparator, sortKeys, ensureAscii }, "");
}
