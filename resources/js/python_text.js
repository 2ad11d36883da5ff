// Values of a template as Python prints them: True, None, ['a', 1]. The library prints them as JavaScript and JSON do.
import { Environment, Interpreter, parse, tokenize } from "@huggingface/jinja";

const kEscapes = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function quoted(text) {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(/[\\\n\r\t]/g, (character) => kEscapes[character]);
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

/// As repr() in Python.
function written(value) {
  switch (value.type) {
    case "StringValue":
      return quoted(value.value);
    case "BooleanValue":
      return value.value ? "True" : "False";
    case "NullValue":
      return "None";
    case "UndefinedValue":
      return "Undefined";
    case "TupleValue":
      return "(" + value.value.map(written).join(", ") + (value.value.length === 1 ? ",)" : ")");
    case "ArrayValue":
      return "[" + value.value.map(written).join(", ") + "]";
    case "ObjectValue":
    case "KeywordArgumentsValue":
      return "{" + [...value.value].map(([key, entry]) => quoted(key) + ": " + written(entry)).join(", ") + "}";
    default:
      return value.toString();
  }
}

/// As str() in Python, where what is undefined is empty.
function printed(value) {
  if (value.type === "StringValue") return value.value;
  return value.type === "UndefinedValue" ? "" : written(value);
}

/// The value that an expression has, and so the library's class for values of its kind.
function valueOf(source) {
  const interpreter = new Interpreter(new Environment());
  return interpreter.evaluate(parse(tokenize("{{ " + source + " }}")).body[0], interpreter.global);
}

const StringValue = valueOf("''").constructor;
const FloatValue = valueOf("1.5").constructor;
const ArrayValue = valueOf("[]").constructor;
// Their value is nothing, which is not printed.
const kSilentStatements = new Set(["Set", "Macro", "Comment"]);

for (const source of ["true", "none", "[]", "{}", "(1, 2)"]) {
  valueOf(source).constructor.prototype.toString = function () {
    return written(this);
  };
}

Interpreter.prototype.evaluateBlock = function (statements, environment) {
  let text = "";
  for (const statement of statements) {
    const value = this.evaluate(statement, environment);
    if (!kSilentStatements.has(statement.type)) text += printed(value);
  }
  return new StringValue(text);
};

const evaluateBinary = Interpreter.prototype.evaluateBinaryExpression;
Interpreter.prototype.evaluateBinaryExpression = function (node, environment) {
  if (node.operator.value !== "~") return evaluateBinary.call(this, node, environment);
  return new StringValue(printed(this.evaluate(node.left, environment)) + printed(this.evaluate(node.right, environment)));
};

const evaluateArguments = (interpreter, node, environment) =>
  (node.args ?? []).filter((arg) => arg.type !== "KeywordArgumentExpression").map((arg) => interpreter.evaluate(arg, environment));

const kJoinSeparator = new StringValue("");

// Filters that the library lacks or applies to some kinds of values only. They return undefined for what it does right.
const kFilters = {
  string: (interpreter, operand) => new StringValue(printed(operand)),
  join: (interpreter, operand, args) => {
    if (!Array.isArray(operand.value) || args.length > 1) return undefined;
    return new StringValue(operand.value.map(printed).join((args[0] ?? kJoinSeparator).value));
  },
  round: (interpreter, operand, args) => {
    if (args.length !== 1 || typeof operand.value !== "number") return undefined;
    return new FloatValue(Number(operand.value.toFixed(args[0].value)));
  },
  format: (interpreter, operand, args) => {
    let next = 0;
    return new StringValue(operand.value.replace(/%[sd%]/g, (mark) => (mark === "%%" ? "%" : printed(args[next++]))));
  },
  map: (interpreter, operand, args, environment) => {
    if (args.length !== 1 || args[0].type !== "StringValue" || !Array.isArray(operand.value)) return undefined;
    const filter = { type: "Identifier", value: args[0].value };
    return new ArrayValue(operand.value.map((value) => interpreter.applyFilter(value, filter, environment)));
  },
};

const applyFilter = Interpreter.prototype.applyFilter;
Interpreter.prototype.applyFilter = function (operand, node, environment) {
  const name = node.type === "CallExpression" ? node.callee.value : node.value;
  const ours = Object.hasOwn(kFilters, name) ? kFilters[name] : undefined;
  const made = ours?.(this, operand, evaluateArguments(this, node, environment), environment);
  return made ?? applyFilter.call(this, operand, node, environment);
};
