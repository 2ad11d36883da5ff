// The functions that every template can call.
import { Attributes, fail, isInteger, isMapping, isString, itemsOf, typeName } from "./values.js";
import { spend } from "./limits.js";

const kLongestRange = 100000;  // as Jinja's sandbox

function range(args) {
  const [start, stop, step = 1] = args.length === 1 ? [0, args[0]] : args;
  for (const bound of [start, stop, step]) {
    if (!isInteger(bound)) fail(`'${typeName(bound)}' object cannot be interpreted as an integer`);
  }
  if (step === 0) fail("range() arg 3 must not be zero");
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (count > kLongestRange) fail("Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).");
  spend(count);
  return Array.from({ length: count }, (unused, i) => start + i * step);
}

function entriesOf(args, keywords) {
  const entries = new Map();
  for (const source of args) {
    for (const [key, value] of isMapping(source) ? source : itemsOf(source)) entries.set(key, value);
  }
  for (const [key, value] of keywords) entries.set(key, value);
  return entries;
}

function cycler(items) {
  if (items.length === 0) fail("at least one item has to be provided");
  const entries = new Map();
  let position = 0;
  const show = () => entries.set("current", items[position]);
  entries.set("next", () => {
    const current = items[position];
    position = (position + 1) % items.length;
    show();
    return current;
  });
  entries.set("reset", () => {
    position = 0;
    show();
    return null;
  });
  show();
  return new Attributes("Cycler", entries);
}

function joiner([separator = ", "]) {
  let used = false;
  return () => {
    if (used) return separator;
    used = true;
    return "";
  };
}

const kMonths = [
  "January", "February", "March", "April", "May", "June",
  "July", "August", "September", "October", "November", "December",
];
const kDays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const padded = (number, width = 2) => String(number).padStart(width, "0");

function dayOfYear(date) {
  return 1 + Math.round((new Date(date).setHours(0, 0, 0, 0) - new Date(date.getFullYear(), 0, 1)) / 864e5);
}

// The script engine has no Intl. English names, as in Python's C locale.
const kFields = {
  a: (date) => kDays[date.getDay()].slice(0, 3),
  A: (date) => kDays[date.getDay()],
  b: (date) => kMonths[date.getMonth()].slice(0, 3),
  B: (date) => kMonths[date.getMonth()],
  d: (date) => padded(date.getDate()),
  e: (date) => String(date.getDate()).padStart(2, " "),
  H: (date) => padded(date.getHours()),
  I: (date) => padded(date.getHours() % 12 || 12),
  j: (date) => padded(dayOfYear(date), 3),
  m: (date) => padded(date.getMonth() + 1),
  M: (date) => padded(date.getMinutes()),
  p: (date) => (date.getHours() < 12 ? "AM" : "PM"),
  S: (date) => padded(date.getSeconds()),
  u: (date) => String(date.getDay() || 7),
  w: (date) => String(date.getDay()),
  y: (date) => padded(date.getFullYear() % 100),
  Y: (date) => String(date.getFullYear()),
  "%": () => "%",
};
kFields.D = (date) => `${kFields.m(date)}/${kFields.d(date)}/${kFields.y(date)}`;
kFields.F = (date) => `${kFields.Y(date)}-${kFields.m(date)}-${kFields.d(date)}`;
kFields.T = (date) => `${kFields.H(date)}:${kFields.M(date)}:${kFields.S(date)}`;
kFields.X = kFields.T;
kFields.x = kFields.D;
kFields.R = (date) => `${kFields.H(date)}:${kFields.M(date)}`;
kFields.c = (date) => `${kFields.a(date)} ${kFields.b(date)} ${kFields.e(date)} ${kFields.T(date)} ${kFields.Y(date)}`;

function strftimeNow([format]) {
  const now = new Date();
  return format.replace(/%(-?)([a-zA-Z%])/g, (whole, unpadded, field) => {
    if (!kFields[field]) return whole;
    const text = kFields[field](now);
    return unpadded ? text.replace(/^[0 ]+(?=.)/, "") : text;
  });
}

/// The variables that a template finds before those of its caller.
export function globals() {
  return new Map([
    ["tools", null],  // Hugging Face passes these two, whether the caller has them or not
    ["documents", null],
    ["range", range],
    ["dict", entriesOf],
    ["namespace", (args, keywords) => new Attributes("Namespace", entriesOf(args, keywords))],
    ["cycler", cycler],
    ["joiner", joiner],
    ["strftime_now", strftimeNow],
    ["raise_exception", ([message]) => fail(isString(message) ? message : String(message))],
  ]);
}

