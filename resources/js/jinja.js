// Chat templates for the program's script engine: parse once, render often. The library parses; what its tree means, to the
// byte as in Python, is ours.
import "core-js/actual/array/at";
import "core-js/actual/string/match-all";
import "core-js/actual/string/pad-end";
import "core-js/actual/string/pad-start";
import "./script_repairs.js";
import { parse } from "@huggingface/jinja";
import { run } from "./jinja/evaluator.js";
import { globals } from "./jinja/globals.js";
import { startRendering } from "./jinja/limits.js";
import { tokensOf } from "./jinja/source.js";
import { valuesOfJson } from "./jinja/values.js";

globalThis.zipageParseTemplate = (source) => {
  const program = parse(tokensOf(source));
  return {
    render(json, limitMs) {
      startRendering(limitMs);
      return run(program, new Map([...globals(), ...(valuesOfJson(json) || [])]));
    },
  };
};
