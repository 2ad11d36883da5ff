// The values of a template as Python has them. int: a JavaScript number; float: Float; str, bool, None: string, boolean, null;
// list: Array; tuple: Array made by tuple(); dict: Map; a function: (args, keywords) => value.

export class Float {
  constructor(value) {
    this.value = value;
  }
}

export class Undefined {
  constructor(name) {
    this.name = name;
  }
}

/// What has attributes and no other use: namespace, loop, cycler.
export class Attributes {
  constructor(typeName, entries) {
    this.typeName = typeName;
    this.entries = entries;
  }
}

/// A fault of the template, which Python's Jinja would raise as well.
export class TemplateError extends Error {
  constructor(message) {
    super(message);
    this.name = "TemplateError";
  }
}

export const fail = (message) => {
  throw new TemplateError(message);
};

const kTuples = new WeakSet();
const kFields = new WeakMap();

export function tuple(items) {
  kTuples.add(items);
  return items;
}

/// A tuple whose items have names as well, as `groupby` makes them.
export function namedTuple(fields) {
  const items = tuple(Object.keys(fields).map((name) => fields[name]));
  kFields.set(items, fields);
  return items;
}

export const fieldsOf = (value) => kFields.get(value) || {};
export const isTuple = (value) => kTuples.has(value);
export const isUndefined = (value) => value instanceof Undefined;
export const isString = (value) => typeof value === "string";
export const isInteger = (value) => typeof value === "number";
export const isNumber = (value) => isInteger(value) || value instanceof Float || typeof value === "boolean";
export const isMapping = (value) => value instanceof Map;
export const numberOf = (value) => (value instanceof Float ? value.value : Number(value));
/// The script engine's own iterator splits what lies beyond 16 bits.
export const codePoints = (text) => text.match(/[\ud800-\udbff][\udc00-\udfff]|[^]/g) || [];

export function typeName(value) {
  if (value === null) return "NoneType";
  if (isUndefined(value)) return "Undefined";
  if (isString(value)) return "str";
  if (typeof value === "boolean") return "bool";
  if (isInteger(value)) return "int";
  if (value instanceof Float) return "float";
  if (Array.isArray(value)) return isTuple(value) ? "tuple" : "list";
  if (isMapping(value)) return "dict";
  return value instanceof Attributes ? value.typeName : "function";
}

export const undefinedError = (value) => fail(`'${value.name}' is undefined`);

export function truth(value) {
  if (value === null || isUndefined(value)) return false;
  if (isNumber(value)) return numberOf(value) !== 0;
  if (isString(value) || Array.isArray(value)) return value.length > 0;
  return isMapping(value) ? value.size > 0 : true;
}

/// The items that a loop goes over.
export function itemsOf(value) {
  if (isUndefined(value)) return [];
  if (Array.isArray(value)) return value;
  if (isString(value)) return codePoints(value);
  if (isMapping(value)) return [...value.keys()];
  return fail(`'${typeName(value)}' object is not iterable`);
}

export function lengthOf(value) {
  if (isString(value)) return codePoints(value).length;
  if (Array.isArray(value)) return value.length;
  if (isMapping(value)) return value.size;
  if (isUndefined(value)) return 0;
  return fail(`object of type '${typeName(value)}' has no len()`);
}

export function equal(a, b) {
  if (isNumber(a) && isNumber(b)) return numberOf(a) === numberOf(b);
  if (isUndefined(a) && isUndefined(b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return isTuple(a) === isTuple(b) && a.length === b.length && a.every((item, i) => equal(item, b[i]));
  }
  if (isMapping(a) && isMapping(b)) {
    return a.size === b.size && [...a].every(([key, value]) => b.has(key) && equal(value, b.get(key)));
  }
  return a === b;
}

const orderOf = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/// Python compares strings by code points, JavaScript by halves of them.
function orderOfStrings(a, b) {
  const [left, right] = [codePoints(a), codePoints(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const order = orderOf(left[i].codePointAt(0), right[i].codePointAt(0));
    if (order !== 0) return order;
  }
  return orderOf(left.length, right.length);
}

/// Negative, 0 or positive, or an error where Python knows no order.
export function compare(a, b, operator = "<") {
  if (isNumber(a) && isNumber(b)) return orderOf(numberOf(a), numberOf(b));
  if (isString(a) && isString(b)) return orderOfStrings(a, b);
  if (Array.isArray(a) && Array.isArray(b) && isTuple(a) === isTuple(b)) {
    for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
      if (!equal(a[i], b[i])) return compare(a[i], b[i], operator);
    }
    return orderOf(a.length, b.length);
  }
  if (isUndefined(a) || isUndefined(b)) return undefinedError(isUndefined(a) ? a : b);
  return fail(`'${operator}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
}

/// The variables of a JSON text. JSON.parse() tells no 1.0 from 1 and moves keys that look like numbers, so both are marked.
export function valuesOfJson(json) {
  const marked = json.replace(/("(?:[^"\\]|\\.)*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g, (token, text, colon) => {
    if (text !== undefined) return colon === undefined ? token : '"k' + text.slice(1) + ":";
    return /[.eE]/.test(token) ? `{"f":${token}}` : token;
  });
  return valueOfMarked(JSON.parse(marked));
}

function valueOfMarked(value) {
  if (Array.isArray(value)) return value.map(valueOfMarked);
  if (value === null || typeof value !== "object") return value;
  if (Object.prototype.hasOwnProperty.call(value, "f")) return new Float(value.f);
  return new Map(Object.keys(value).map((key) => [key.slice(1), valueOfMarked(value[key])]));
}
