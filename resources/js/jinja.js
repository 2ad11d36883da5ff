// Chat templates for the program's script engine: parse once, render often.
import "core-js/stable";
import "./script_repairs.js";
import { Interpreter, Template } from "@huggingface/jinja";
import "./python_text.js";

const kMonths = [
  "January", "February", "March", "April", "May", "June",
  "July", "August", "September", "October", "November", "December",
];
const kDays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const padded = (number, width = 2) => String(number).padStart(width, "0");

// The script engine has no Intl, which the library's own strftime_now needs. English names, as in Python's C locale.
const kFields = {
  a: (date) => kDays[date.getDay()].slice(0, 3),
  A: (date) => kDays[date.getDay()],
  b: (date) => kMonths[date.getMonth()].slice(0, 3),
  B: (date) => kMonths[date.getMonth()],
  d: (date) => padded(date.getDate()),
  H: (date) => padded(date.getHours()),
  I: (date) => padded(date.getHours() % 12 || 12),
  j: (date) => padded(1 + Math.round((new Date(date).setHours(0, 0, 0, 0) - new Date(date.getFullYear(), 0, 1)) / 864e5), 3),
  m: (date) => padded(date.getMonth() + 1),
  M: (date) => padded(date.getMinutes()),
  p: (date) => (date.getHours() < 12 ? "AM" : "PM"),
  S: (date) => padded(date.getSeconds()),
  y: (date) => padded(date.getFullYear() % 100),
  Y: (date) => String(date.getFullYear()),
  "%": () => "%",
};

function strftimeNow(format) {
  const now = new Date();
  return format.replace(/%(-?)([a-zA-Z%])/g, (whole, unpadded, field) => {
    if (!kFields[field]) return whole;
    const text = kFields[field](now);
    return unpadded ? text.replace(/^0+(?=.)/, "") : text;
  });
}

// What Hugging Face passes to every template, whether the caller has it or not.
const kAlways = { tools: null, documents: null, strftime_now: strftimeNow };

// The time limit of a rendering. The interpreter passes here for every node, so a template that never ends is stopped by
// an ordinary exception.
let deadline = Infinity;
let visits = 0;
const evaluate = Interpreter.prototype.evaluate;
Interpreter.prototype.evaluate = function (statement, environment) {
  if (++visits % 64 === 0 && Date.now() > deadline) throw new Error("the chat template took too long and was stopped");
  return evaluate.call(this, statement, environment);
};

globalThis.zipageParseTemplate = (source) => {
  const template = new Template(source);
  return {
    render(json, limitMs) {
      deadline = Date.now() + limitMs;
      return template.render({ ...kAlways, ...JSON.parse(json) });
    },
  };
};
