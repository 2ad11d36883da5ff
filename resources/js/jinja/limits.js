// What one rendering may cost. A template comes with a model file: it must not fill the memory or never end.

/// Not a fault that Python would name: the template was stopped.
export class LimitError extends Error {
  constructor(message) {
    super(message);
    this.name = "LimitError";
  }
}

const kMostCharacters = 2e8;  // made in one rendering, in all
const kMostDepth = 120;  // macros, loops and expressions inside each other; the script engine's own stack ends later
const kVisitsBetweenLooks = 64;

let deadline = Infinity;
let visits = 0;
let characters = 0;
let depth = 0;

export function startRendering(limitMs) {
  deadline = Date.now() + limitMs;
  characters = 0;
  depth = 0;
}

function look() {
  if (Date.now() > deadline) throw new LimitError("the chat template took too long and was stopped");
}

/// Once for every node.
export function visit() {
  visits += 1;
  if (visits % kVisitsBetweenLooks === 0) look();
}

/// Before `count` characters or items are made.
export function spend(count) {
  characters += count;
  if (characters > kMostCharacters) throw new LimitError("the chat template makes too much text and was stopped");
}

export function nested(run) {
  depth += 1;
  if (depth > kMostDepth) throw new LimitError("the chat template calls itself without end and was stopped");
  try {
    return run();
  } finally {
    depth -= 1;
  }
}
