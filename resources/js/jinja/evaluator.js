// Runs the library's syntax tree on Python's values, scopes and errors.
import {
  Attributes, Float, Undefined, equal, fail, isNumber, isUndefined, itemsOf, numberOf, truth, tuple, typeName,
  undefinedError,
} from "./values.js";
import { binary, negated, sliced } from "./operators.js";
import { attribute, item } from "./members.js";
import { filtered } from "./filters.js";
import { test } from "./tests.js";
import { printed } from "./text.js";
import { nested, spend, visit } from "./limits.js";

/// Leaves a loop; carries what its body had printed.
class LoopExit {
  constructor(kind) {
    this.kind = kind;
    this.text = "";
  }
}

class Scope {
  constructor(parent, entries = new Map()) {
    this.parent = parent;
    this.entries = entries;
  }

  get(name) {
    for (let scope = this; scope; scope = scope.parent) {
      if (scope.entries.has(name)) return scope.entries.get(name);
    }
    return new Undefined(name);
  }

  set(name, value) {
    this.entries.set(name, value);
  }
}

const kConstants = { true: true, True: true, false: false, False: false, none: null, None: null };

function assign(target, value, scope) {
  if (target.type === "Identifier") {
    scope.set(target.value, value);
  } else if (target.type === "TupleLiteral") {
    const values = itemsOf(value);
    const wanted = target.value.length;
    if (values.length < wanted) fail(`not enough values to unpack (expected ${wanted}, got ${values.length})`);
    if (values.length > wanted) fail(`too many values to unpack (expected ${wanted})`);
    target.value.forEach((part, i) => assign(part, values[i], scope));
  } else {
    assignMember(target, value, scope);
  }
}

function assignMember(target, value, scope) {
  const owner = evaluate(target.object, scope);
  if (!(owner instanceof Attributes) || owner.typeName !== "Namespace") fail("cannot assign attribute on non-namespace object");
  owner.entries.set(target.property.value, value);
}

function evaluatedArguments(args, scope) {
  const positional = [];
  const keywords = new Map();
  for (const argument of args || []) {
    if (argument.type === "KeywordArgumentExpression") keywords.set(argument.key.value, evaluate(argument.value, scope));
    else if (argument.type === "SpreadExpression") positional.push(...itemsOf(evaluate(argument.argument, scope)));
    else if (argument.type === "KeywordSpreadExpression") {
      for (const [key, value] of evaluate(argument.argument, scope)) keywords.set(key, value);
    } else positional.push(evaluate(argument, scope));
  }
  return [positional, keywords];
}

function call(callee, positional, keywords) {
  if (isUndefined(callee)) return undefinedError(callee);
  const run = callee instanceof Attributes ? callee.call : callee;
  if (typeof run !== "function") return fail(`'${typeName(callee)}' object is not callable`);
  return nested(() => run(positional, keywords));
}

function applied(node, value, scope) {
  const isCall = node.type === "CallExpression";
  const [positional, keywords] = evaluatedArguments(isCall ? node.args : [], scope);
  return filtered(isCall ? node.callee.value : node.value, value, positional, keywords);
}

/// The names that a macro's body uses besides its parameters.
function mentions(node, name) {
  if (Array.isArray(node)) return node.some((part) => mentions(part, name));
  if (node instanceof Map) return [...node].some((pair) => mentions(pair, name));
  if (node === null || typeof node !== "object") return false;
  if (node.type === "Identifier" && node.value === name) return true;
  return Object.keys(node).some((key) => mentions(node[key], name));
}

/// A macro, or the body of a call block, as a function.
function macro(name, parameters, body, scope) {
  const takesRest = mentions(body, "varargs");
  const takesNamed = mentions(body, "kwargs");
  return (positional, keywords) => {
    const inner = new Scope(scope);
    const rest = new Map(keywords);
    parameters.forEach((parameter, i) => {
      const key = parameter.type === "Identifier" ? parameter.value : parameter.key.value;
      let value = new Undefined(key);
      if (i < positional.length) value = positional[i];
      else if (rest.has(key)) value = rest.get(key);
      else if (parameter.type !== "Identifier") value = evaluate(parameter.value, inner);
      rest.delete(key);
      inner.set(key, value);
    });
    if (rest.has("caller")) inner.set("caller", rest.get("caller"));
    rest.delete("caller");
    if (takesRest) inner.set("varargs", tuple(positional.slice(parameters.length)));
    else if (positional.length > parameters.length) fail(`macro '${name}' takes not more than ${parameters.length} argument(s)`);
    if (takesNamed) inner.set("kwargs", rest);
    else if (rest.size > 0) fail(`macro '${name}' takes no keyword argument '${[...rest.keys()][0]}'`);
    return runAll(body, inner);
  };
}

/// What `loop` says inside the body of a loop.
function loopAttributes(items, i, state) {
  const size = items.length;
  const neighbour = (at) => (at >= 0 && at < size ? items[at] : new Undefined("there is no item beside it"));
  const loop = new Attributes("LoopContext", new Map([
    ["index", i + 1], ["index0", i], ["revindex", size - i], ["revindex0", size - i - 1], ["first", i === 0],
    ["last", i === size - 1], ["length", size], ["previtem", neighbour(i - 1)], ["nextitem", neighbour(i + 1)],
    ["depth", state.depth], ["depth0", state.depth - 1],
    ["cycle", (args) => (args.length > 0 ? args[i % args.length] : fail("no items for cycling given"))],
    ["changed", (args) => {
      const changed = state.last === null || !equal(state.last, args);
      state.last = args;
      return changed;
    }],
  ]));
  loop.call = state.again;
  return loop;
}

/// The items of a loop that pass its condition.
function chosenItems(node, items, scope) {
  if (node.iterable.type !== "SelectExpression") return items;
  return items.filter((value) => {
    const inner = new Scope(scope);
    assign(node.loopvar, value, inner);
    return truth(evaluate(node.iterable.test, inner));
  });
}

function runLoop(node, values, scope, depth) {
  const items = chosenItems(node, itemsOf(values), scope);
  const state = { depth, last: null, again: node.recursive ? ([inner]) => runLoop(node, inner, scope, depth + 1) : undefined };
  if (items.length === 0) return runAll(node.defaultBlock, new Scope(scope));
  let text = "";
  for (let i = 0; i < items.length; i += 1) {
    visit();
    const inner = new Scope(scope);
    inner.set("loop", loopAttributes(items, i, state));
    assign(node.loopvar, items[i], inner);
    try {
      text += runAll(node.body, inner);
    } catch (exit) {
      if (!(exit instanceof LoopExit)) throw exit;
      text += exit.text;
      if (exit.kind === "Break") break;
    }
  }
  return text;
}

function runSet(node, scope) {
  if (node.value) {
    assign(node.assignee, evaluate(node.value, scope), scope);
    return "";
  }
  let target = node.assignee;
  const filters = [];
  for (; target.type === "FilterExpression"; target = target.operand) filters.unshift(target.filter);
  const text = runAll(node.body, new Scope(scope));
  assign(target, filters.reduce((value, filter) => applied(filter, value, scope), text), scope);
  return "";
}

function runWith(node, scope) {
  const inner = new Scope(scope);
  for (const [target, value] of node.bindings) assign(target, evaluate(value, scope), inner);
  return runAll(node.body, inner);
}

function runCall(node, scope) {
  const [positional, keywords] = evaluatedArguments(node.call.args, scope);
  keywords.set("caller", macro("caller", node.callerArgs || [], node.body, scope));
  return printed(call(evaluate(node.call.callee, scope), positional, keywords));
}

/// Each returns what it prints.
const kStatements = {
  Program: (node, scope) => runAll(node.body, scope),
  If: (node, scope) => runAll(truth(evaluate(node.test, scope)) ? node.body : node.alternate, scope),
  For: (node, scope) => {
    const source = node.iterable.type === "SelectExpression" ? node.iterable.lhs : node.iterable;
    return runLoop(node, evaluate(source, scope), scope, 1);
  },
  Set: runSet,
  With: runWith,
  Generation: (node, scope) => runAll(node.body, new Scope(scope)),
  Macro: (node, scope) => {
    scope.set(node.name.value, macro(node.name.value, node.args, node.body, scope));
    return "";
  },
  CallStatement: runCall,
  FilterStatement: (node, scope) => printed(applied(node.filter, runAll(node.body, new Scope(scope)), scope)),
  Break: () => {
    throw new LoopExit("Break");
  },
  Continue: () => {
    throw new LoopExit("Continue");
  },
  Comment: () => "",
};

function runAll(nodes, scope) {
  let text = "";
  try {
    for (const node of nodes || []) {
      const statement = kStatements[node.type];
      const part = statement ? nested(() => statement(node, scope)) : printed(evaluate(node, scope));
      spend(part.length);
      text += part;
    }
  } catch (exit) {
    if (exit instanceof LoopExit) exit.text = text + exit.text;
    throw exit;
  }
  return text;
}

function positive(value) {
  return isNumber(value) ? (value instanceof Float ? value : numberOf(value)) : fail(`bad operand type for unary +: '${typeName(value)}'`);
}

function evaluateMember(node, scope) {
  const owner = evaluate(node.object, scope);
  if (!node.computed) return attribute(owner, node.property.value);
  const { property } = node;
  if (property.type !== "SliceExpression") return item(owner, evaluate(property, scope));
  const bound = (part) => (part ? evaluate(part, scope) : null);
  return sliced(owner, bound(property.start), bound(property.stop), bound(property.step));
}

function evaluateBinary(node, scope) {
  const left = evaluate(node.left, scope);
  const operator = node.operator.value;
  if (operator === "and") return truth(left) ? evaluate(node.right, scope) : left;
  if (operator === "or") return truth(left) ? left : evaluate(node.right, scope);
  return binary(operator, left, evaluate(node.right, scope));
}

const kUnary = { not: (value) => !truth(value), "-": negated, "+": positive };

const kExpressions = {
  IntegerLiteral: (node) => node.value,
  FloatLiteral: (node) => new Float(node.value),
  StringLiteral: (node) => node.value,
  ArrayLiteral: (node, scope) => node.value.map((part) => evaluate(part, scope)),
  TupleLiteral: (node, scope) => tuple(node.value.map((part) => evaluate(part, scope))),
  ObjectLiteral: (node, scope) => new Map([...node.value].map(([key, value]) => [evaluate(key, scope), evaluate(value, scope)])),
  Identifier: (node, scope) => (node.value in kConstants ? kConstants[node.value] : scope.get(node.value)),
  CallExpression: (node, scope) => call(evaluate(node.callee, scope), ...evaluatedArguments(node.args, scope)),
  MemberExpression: evaluateMember,
  UnaryExpression: (node, scope) => kUnary[node.operator.value](evaluate(node.argument, scope)),
  BinaryExpression: evaluateBinary,
  FilterExpression: (node, scope) => applied(node.filter, evaluate(node.operand, scope), scope),
  TestExpression: (node, scope) =>
    test(node.test.value, evaluate(node.operand, scope), evaluatedArguments(node.args, scope)[0]) !== node.negate,
  SelectExpression: (node, scope) => (truth(evaluate(node.test, scope)) ? evaluate(node.lhs, scope) : new Undefined("the inline if-expression")),
  Ternary: (node, scope) => evaluate(truth(evaluate(node.condition, scope)) ? node.trueExpr : node.falseExpr, scope),
};

function evaluate(node, scope) {
  visit();
  const expression = kExpressions[node.type];
  if (!expression) return fail(`unexpected ${node.type}`);
  return expression(node, scope);
}

/// The text of a template. entries: its variables by name.
export const run = (program, entries) => runAll(program.body, new Scope(null, entries));

