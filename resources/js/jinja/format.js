// The two ways in which Python fills texts: '%s' % values and '{}'.format(values).
import { Float, codePoints, fail, isInteger, isMapping, isNumber, isString, numberOf, typeName } from "./values.js";
import { spend } from "./limits.js";
import { floatText, integerText, printed, written } from "./text.js";

/// Digits after the point as Python rounds them: the exact binary value, halves to even. toFixed() takes halves up.
export function fixed(value, digits) {
  const scale = 10 ** digits;
  const scaled = Math.abs(value) * scale;
  const low = Math.floor(scaled);
  const isEvenHalf = scaled - low === 0.5 && scaled / scale === Math.abs(value) && low % 2 === 0;
  const text = (isEvenHalf ? low / scale : Math.abs(value)).toFixed(Math.min(100, digits));
  return (value < 0 || Object.is(value, -0) ? "-" : "") + text;
}

function exponential(value, digits) {
  const [head, exponent] = value.toExponential(digits).split("e");
  return `${head}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
}

function general(value, digits) {
  const precision = Math.max(1, digits);
  const exponent = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  if (exponent >= -4 && exponent < precision) {
    const text = fixed(value, Math.max(0, precision - 1 - exponent));
    return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  }
  return exponential(value, precision - 1).replace(/\.?0+e/, "e");
}

function numberText(kind, value, precision) {
  if (!isNumber(value)) return fail(`%${kind} format: a real number is required, not ${typeName(value)}`);
  const number = numberOf(value);
  if (kind === "d" || kind === "i" || kind === "u") return integerText(Math.trunc(number));
  if (kind === "x" || kind === "X" || kind === "o") {
    const digits = Math.trunc(number).toString(kind === "o" ? 8 : 16);
    return kind === "X" ? digits.toUpperCase() : digits;
  }
  const digits = precision === undefined ? 6 : precision;
  if (kind === "f" || kind === "F") return fixed(number, digits);
  return kind.toLowerCase() === "e" ? exponential(number, digits) : general(number, digits);
}

function padded(text, width, { left = false, center = false, fill = " " }) {
  const missing = width - codePoints(text).length;
  if (missing <= 0) return text;
  spend(missing);
  if (center) return fill.repeat(missing >> 1) + text + fill.repeat(missing - (missing >> 1));
  if (left) return text + fill.repeat(missing);
  if (fill !== "0") return fill.repeat(missing) + text;
  const sign = /^[-+]/.test(text) ? text[0] : "";
  return sign + "0".repeat(missing) + text.slice(sign.length);
}

const kPercent = /%(?:\((\w*)\))?([-+ 0#]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g;

/// `whole` is what stood on the right of %, for %(name)s.
export function percentFormatted(text, values, whole) {
  let next = 0;
  const result = text.replace(kPercent, (mark, name, flags, width, precision, kind) => {
    if (kind === "%") return "%";
    if (name === undefined && next >= values.length) fail("not enough arguments for format string");
    const value = name === undefined ? values[next++] : isMapping(whole) ? whole.get(name) : fail("format requires a mapping");
    const digits = precision === undefined ? undefined : Number(precision);
    let shown;
    if (kind === "s" || kind === "r") {
      shown = kind === "s" ? printed(value) : written(value);
      if (digits !== undefined) shown = codePoints(shown).slice(0, digits).join("");
    } else {
      shown = numberText(kind, value, digits);
      if (flags.includes("+") && shown[0] !== "-") shown = "+" + shown;
    }
    const zero = flags.includes("0") && kind !== "s" && !flags.includes("-");
    return padded(shown, Number(width || 0), { left: flags.includes("-"), fill: zero ? "0" : " " });
  });
  if (next < values.length && !isMapping(whole)) fail("not all arguments converted during string formatting");
  return result;
}

const kSpec = /^(?:(.)?([<>^]))?([-+ ])?(0)?(\d+)?(,)?(?:\.(\d+))?([a-zA-Z%])?$/;

function grouped(text) {
  const [whole, fraction] = text.split(".");
  const sign = whole[0] === "-" ? "-" : "";
  let spaced = whole.slice(sign.length);
  for (let at = spaced.length - 3; at > 0; at -= 3) spaced = `${spaced.slice(0, at)},${spaced.slice(at)}`;
  return sign + (fraction === undefined ? spaced : `${spaced}.${fraction}`);
}

function specified(value, spec) {
  if (spec === "") return printed(value);
  const parts = kSpec.exec(spec) || fail("Invalid format specifier");
  const [, fill, align, sign, zero, width, comma, precision, kind] = parts;
  const digits = precision === undefined ? undefined : Number(precision);
  let text;
  if (isString(value)) text = digits === undefined ? value : codePoints(value).slice(0, digits).join("");
  else if (kind === "%") text = fixed(numberOf(value) * 100, digits === undefined ? 6 : digits) + "%";
  else if (kind && kind !== "s") text = numberText(kind, value, digits);
  else if (digits !== undefined) text = general(numberOf(value), digits);
  else text = value instanceof Float ? floatText(value.value) : isInteger(value) ? integerText(value) : printed(value);
  if (comma) text = grouped(text);
  if (sign === "+" && isNumber(value) && text[0] !== "-") text = "+" + text;
  const isLeft = align ? align === "<" : isString(value) && !zero;
  return padded(text, Number(width || 0), { left: isLeft, center: align === "^", fill: fill || (zero ? "0" : " ") });
}

/// '{} {0} {name!r:>5}'.format(…); `reach(value, name)` reads an attribute or an item.
export function braceFormatted(text, args, keywords, reach) {
  let next = 0;
  return text.replace(/\{\{|\}\}|\{([^{}!:]*)(?:!([rs]))?(?::([^{}]*))?\}/g, (mark, field, conversion, spec) => {
    if (mark === "{{" || mark === "}}") return mark[0];
    const [, head, rest] = /^([^.[]*)(.*)$/.exec(field);
    let value;
    if (head === "" || /^\d+$/.test(head)) {
      const index = head === "" ? next++ : Number(head);
      value = index < args.length ? args[index] : fail("Replacement index out of range for positional args tuple");
    } else {
      value = keywords.has(head) ? keywords.get(head) : fail(`'${head}'`);
    }
    for (const [, name, item] of rest.matchAll(/\.(\w+)|\[([^\]]+)\]/g)) {
      value = reach(value, name === undefined ? (/^\d+$/.test(item) ? Number(item) : item) : name);
    }
    if (conversion) value = conversion === "r" ? written(value) : printed(value);
    return specified(value, spec || "");
  });
}
