// What the transcript typesets off the GUI thread: formulas and the colours of code.
import "core-js/stable";
import "./formulas.js";
import "./highlight.js";
