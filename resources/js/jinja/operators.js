// What operators, subscripts and slices do.
import {
  Float, codePoints, compare, equal, fail, isInteger, isMapping, isNumber, isString, isTuple, isUndefined, lengthOf, numberOf,
  tuple, typeName, undefinedError,
} from "./values.js";
import { spend } from "./limits.js";
import { percentFormatted } from "./format.js";
import { printed } from "./text.js";

const isFloat = (a, b) => a instanceof Float || b instanceof Float;
const numeric = (a, b, value) => (isFloat(a, b) ? new Float(value) : value);

function repeated(value, times) {
  const count = Math.max(0, times);
  spend(lengthOf(value) * count);
  if (isString(value)) return value.repeat(count);
  let items = [];
  for (let i = 0; i < count; i += 1) items = items.concat(value);
  return isTuple(value) ? tuple(items) : items;
}

const unsupported = (operator, a, b) =>
  fail(`unsupported operand type(s) for ${operator}: '${typeName(a)}' and '${typeName(b)}'`);

function add(a, b) {
  if (isNumber(a) && isNumber(b)) return numeric(a, b, numberOf(a) + numberOf(b));
  if (isString(a) && isString(b)) {
    spend(a.length + b.length);
    return a + b;
  }
  if (Array.isArray(a) && Array.isArray(b) && isTuple(a) === isTuple(b)) {
    spend(a.length + b.length);
    return isTuple(a) ? tuple(a.concat(b)) : a.concat(b);
  }
  if (isString(a)) return fail(`can only concatenate str (not "${typeName(b)}") to str`);
  return unsupported("+", a, b);
}

function multiply(a, b) {
  if (isNumber(a) && isNumber(b)) return numeric(a, b, numberOf(a) * numberOf(b));
  const sequence = (value) => isString(value) || Array.isArray(value);
  if (sequence(a) && isInteger(b)) return repeated(a, b);
  if (sequence(b) && isInteger(a)) return repeated(b, a);
  return unsupported("*", a, b);
}

/// As Python: the sign of the divisor.
const remainder = (a, b) => a - b * Math.floor(a / b);

const kNumeric = {
  "-": (a, b) => numeric(a, b, numberOf(a) - numberOf(b)),
  "/": (a, b) => new Float(numberOf(a) / numberOf(b)),
  "//": (a, b) => numeric(a, b, Math.floor(numberOf(a) / numberOf(b))),
  "%": (a, b) => numeric(a, b, remainder(numberOf(a), numberOf(b))),
  "**": (a, b) => {
    const power = numberOf(a) ** numberOf(b);
    return isFloat(a, b) || numberOf(b) < 0 ? new Float(power) : power;
  },
};

export function contains(container, item) {
  if (isString(container)) {
    if (!isString(item)) return fail(`'in <string>' requires string as left operand, not ${typeName(item)}`);
    return container.includes(item);
  }
  if (Array.isArray(container)) return container.some((entry) => equal(entry, item));
  if (isMapping(container)) return container.has(item);
  if (isUndefined(container)) return false;
  return fail(`argument of type '${typeName(container)}' is not iterable`);
}

const kComparisons = {
  "==": equal,
  "!=": (a, b) => !equal(a, b),
  "<": (a, b) => compare(a, b, "<") < 0,
  ">": (a, b) => compare(a, b, ">") > 0,
  "<=": (a, b) => compare(a, b, "<=") <= 0,
  ">=": (a, b) => compare(a, b, ">=") >= 0,
  in: (a, b) => contains(b, a),
  "not in": (a, b) => !contains(b, a),
};

export function binary(operator, a, b) {
  if (operator === "~") return add(printed(a), printed(b));
  if (kComparisons[operator]) return kComparisons[operator](a, b);
  if (isUndefined(a) || isUndefined(b)) return undefinedError(isUndefined(a) ? a : b);
  if (operator === "+") return add(a, b);
  if (operator === "*") return multiply(a, b);
  if (operator === "%" && isString(a)) return percentFormatted(a, isTuple(b) ? b : [b], b);
  if (!isNumber(a) || !isNumber(b)) return unsupported(operator, a, b);
  if (["/", "//", "%"].includes(operator) && numberOf(b) === 0) return fail("division by zero");
  return kNumeric[operator](a, b);
}

export function negated(value) {
  if (isUndefined(value)) return undefinedError(value);
  if (!isNumber(value)) return fail(`bad operand type for unary -: '${typeName(value)}'`);
  return value instanceof Float ? new Float(-value.value) : 0 - numberOf(value);
}

/// The items of a slice as Python counts them.
function sliceOf(items, start, stop, step) {
  const size = items.length;
  const forward = step > 0;
  const clamp = (index, missing) => {
    if (index === null) return missing;
    const from = index < 0 ? index + size : index;
    return forward ? Math.min(Math.max(from, 0), size) : Math.min(Math.max(from, -1), size - 1);
  };
  const first = clamp(start, forward ? 0 : size - 1);
  const last = clamp(stop, forward ? size : -1);
  const result = [];
  for (let i = first; forward ? i < last : i > last; i += step) result.push(items[i]);
  return result;
}

export function sliced(value, start, stop, step) {
  const bound = (part) => (part === null || isInteger(part) ? part : fail("slice indices must be integers or None"));
  const by = bound(step) === null ? 1 : step;
  if (by === 0) return fail("slice step cannot be zero");
  const cut = (items) => sliceOf(items, bound(start), bound(stop), by);
  if (isString(value)) return cut(codePoints(value)).join("");
  if (Array.isArray(value)) return isTuple(value) ? tuple(cut(value)) : cut(value);
  if (isUndefined(value)) return undefinedError(value);
  return fail(`'${typeName(value)}' object is not subscriptable`);
}
