// What stands behind `is`. Each takes the value and the arguments.
import {
  Float, equal, fail, isInteger, isMapping, isNumber, isString, isUndefined, numberOf, typeName,
} from "./values.js";
import { binary, contains } from "./operators.js";
import { kStringMethods } from "./string_methods.js";
import { printed } from "./text.js";

const whole = (value) => (isNumber(value) ? numberOf(value) : fail(`not a number: '${typeName(value)}'`));
const comparing = (operator) => (value, [other]) => binary(operator, value, other);
const isIterable = (value) => isString(value) || Array.isArray(value) || isMapping(value) || isUndefined(value);
const isSame = (value, [other]) => value === other || (value instanceof Float && other instanceof Float && equal(value, other));

const kSymbols = { eq: "==", equalto: "==", ne: "!=", lt: "<", lessthan: "<", le: "<=", gt: ">", greaterthan: ">", ge: ">=" };

export const kTests = {
  defined: (value) => !isUndefined(value),
  undefined: isUndefined,
  none: (value) => value === null,
  true: (value) => value === true,
  false: (value) => value === false,
  boolean: (value) => typeof value === "boolean",
  integer: isInteger,
  float: (value) => value instanceof Float,
  number: isNumber,
  string: isString,
  mapping: isMapping,
  iterable: isIterable,
  sequence: isIterable,
  callable: (value) => typeof value === "function",
  escaped: () => false,
  sameas: isSame,
  odd: (value) => Math.abs(whole(value) % 2) === 1,
  even: (value) => whole(value) % 2 === 0,
  divisibleby: (value, [by]) => whole(value) % whole(by) === 0,
  lower: (value) => kStringMethods.islower(printed(value)),
  upper: (value) => kStringMethods.isupper(printed(value)),
  in: (value, [container]) => contains(container, value),
};

for (const symbol of ["==", "!=", "<", "<=", ">", ">="]) kTests[symbol] = comparing(symbol);
for (const name of Object.keys(kSymbols)) kTests[name] = comparing(kSymbols[name]);

export function test(name, value, args) {
  if (!Object.prototype.hasOwnProperty.call(kTests, name)) return fail(`No test named '${name}'.`);
  return kTests[name](value, args);
}
