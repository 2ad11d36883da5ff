// Attributes, items and methods of values, as the sandbox of Python's Jinja gives them.
import {
  Attributes, Undefined, codePoints, equal, fail, fieldsOf, isInteger, isMapping, isString, isUndefined, tuple, undefinedError,
} from "./values.js";
import { kStringMethods } from "./string_methods.js";

const kChanging = ["append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse", "update", "setdefault", "popitem"];
const has = (object, key) => Object.prototype.hasOwnProperty.call(object, key);
const refused = (name) => () => fail(`access to attribute '${name}' of an immutable value is unsafe.`);

const kMappingMethods = {
  get: (map, [key, fallback = null]) => (map.has(key) ? map.get(key) : fallback),
  keys: (map) => [...map.keys()],
  values: (map) => [...map.values()],
  items: (map) => pairsOf(map),
  copy: (map) => new Map(map),
};

const kSequenceMethods = {
  index: (items, [wanted]) => {
    const found = items.findIndex((item) => equal(item, wanted));
    return found < 0 ? fail("the value is not in the list") : found;
  },
  count: (items, [wanted]) => items.filter((item) => equal(item, wanted)).length,
  copy: (items) => items.slice(),
};

/// (key, value) for each entry.
export const pairsOf = (map) => [...map].map(([key, value]) => tuple([key, value]));

function methodsOf(value) {
  if (isString(value)) return kStringMethods;
  if (isMapping(value)) return kMappingMethods;
  return Array.isArray(value) ? kSequenceMethods : {};
}

function methodOf(value, name) {
  const methods = methodsOf(value);
  if (has(methods, name)) return (args, keywords = new Map()) => methods[name](value, args, keywords, item);
  if ((isMapping(value) || Array.isArray(value)) && kChanging.includes(name)) return refused(name);
  return undefined;
}

function itemAt(items, index) {
  return items[index < 0 ? items.length + index : index];
}

function entryOf(value, key) {
  if (isMapping(value)) return value.get(key);
  const position = typeof key === "boolean" ? Number(key) : key;
  if (isInteger(position) && Array.isArray(value)) return itemAt(value, position);
  if (isInteger(position) && isString(value)) return itemAt(codePoints(value), position);
  return undefined;
}

function attributeOf(value, name) {
  if (value instanceof Attributes) return value.entries.get(name);
  const fields = Array.isArray(value) ? fieldsOf(value) : {};
  return has(fields, name) ? fields[name] : methodOf(value, name);
}

const orUndefined = (value, name) => (value === undefined ? new Undefined(name) : value);

/// value.name: a method or attribute first, then an item.
export function attribute(value, name) {
  if (isUndefined(value)) return undefinedError(value);
  const found = isString(name) ? attributeOf(value, name) : undefined;
  return orUndefined(found === undefined ? entryOf(value, name) : found, name);
}

/// value[key]: an item first, then an attribute.
export function item(value, key) {
  if (isUndefined(value)) return undefinedError(value);
  const found = entryOf(value, key);
  return orUndefined(found === undefined && isString(key) ? attributeOf(value, key) : found, key);
}

/// "a.b.0" from a value, as filters name attributes.
export function path(value, name) {
  if (isInteger(name)) return item(value, name);
  const steps = name.split(".").map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  return steps.reduce((reached, step) => item(reached, step), value);
}
