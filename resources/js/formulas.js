// TeX to SVG by MathJax, one formula at a time; what one formula defines, the next does not see.
import { mathjax } from "mathjax-full/js/mathjax.js";
import { TeX } from "mathjax-full/js/input/tex.js";
import { SVG } from "mathjax-full/js/output/svg.js";
import { SVGWrapper } from "mathjax-full/js/output/svg/Wrapper.js";
import { SVGmo } from "mathjax-full/js/output/svg/Wrappers/mo.js";
import { liteAdaptor } from "mathjax-full/js/adaptors/liteAdaptor.js";
import { RegisterHTMLHandler } from "mathjax-full/js/handlers/html.js";
import TexParser from "mathjax-full/js/input/tex/TexParser.js";
import "mathjax-full/js/input/tex/base/BaseConfiguration.js";
import "mathjax-full/js/input/tex/ams/AmsConfiguration.js";
import "mathjax-full/js/input/tex/amscd/AmsCdConfiguration.js";
import "mathjax-full/js/input/tex/bbox/BboxConfiguration.js";
import "mathjax-full/js/input/tex/boldsymbol/BoldsymbolConfiguration.js";
import "mathjax-full/js/input/tex/braket/BraketConfiguration.js";
import "mathjax-full/js/input/tex/cancel/CancelConfiguration.js";
import "mathjax-full/js/input/tex/cases/CasesConfiguration.js";
import "mathjax-full/js/input/tex/centernot/CenternotConfiguration.js";
import "mathjax-full/js/input/tex/color/ColorConfiguration.js";
import "mathjax-full/js/input/tex/configmacros/ConfigMacrosConfiguration.js";
import "mathjax-full/js/input/tex/enclose/EncloseConfiguration.js";
import "mathjax-full/js/input/tex/extpfeil/ExtpfeilConfiguration.js";
import "mathjax-full/js/input/tex/gensymb/GensymbConfiguration.js";
import "mathjax-full/js/input/tex/mathtools/MathtoolsConfiguration.js";
import "mathjax-full/js/input/tex/mhchem/MhchemConfiguration.js";
import "mathjax-full/js/input/tex/newcommand/NewcommandConfiguration.js";
import "mathjax-full/js/input/tex/textcomp/TextcompConfiguration.js";
import "mathjax-full/js/input/tex/textmacros/TextMacrosConfiguration.js";
import "mathjax-full/js/input/tex/upgreek/UpgreekConfiguration.js";
import "mathjax-full/js/input/tex/verb/VerbConfiguration.js";

const kPackages = [
  "base", "ams", "amscd", "bbox", "boldsymbol", "braket", "cancel", "cases", "centernot", "color", "configmacros",
  "enclose", "extpfeil", "gensymb", "mathtools", "mhchem", "newcommand", "textcomp", "textmacros", "upgreek", "verb",
];

// A tag asks for the width of a page, which a picture has not.
const kMacros = { tag: ["\\qquad(\\text{#1})", 1], label: ["", 1], eqref: ["(\\text{#1})", 1], ref: ["\\text{#1}", 1] };

const adaptor = liteAdaptor();
RegisterHTMLHandler(adaptor);
const input = new TeX({
  packages: kPackages,
  macros: kMacros,
  maxMacros: 2000,
  formatError: (_jax, error) => {
    throw error;
  },
});
const output = new SVG({ fontCache: "none" });
const page = mathjax.document("", { InputJax: input, OutputJax: output });

// The time limit of a formula: both the reader and the typesetter pass here for everything they do.
let deadline = Infinity;
let visits = 0;
function watched(prototype, method) {
  const original = prototype[method];
  prototype[method] = function (...args) {
    if (++visits % 16 === 0 && Date.now() > deadline) throw new Error("the formula took too long");
    return original.apply(this, args);
  };
}
watched(TexParser.prototype, "parse");
watched(SVGWrapper.prototype, "standardSVGnode");
watched(SVGWrapper.prototype, "getBBox");

// MathJax stretches a glyph past its ends and clips it with a picture in the picture, which is more than the program's SVG
// reader knows. Here the ink of the glyph is stretched to just the length that is missing.
const kOverlap = 0.03;
function inkRange(path, isVertical) {
  let low = Infinity;
  let high = -Infinity;
  for (const [, command, numbers] of `M${path}`.matchAll(/([MLHVQTCZ])([^A-Z]*)/g)) {
    const values = (numbers.match(/-?[0-9.]+/g) || []).map(Number);
    values.forEach((value, at) => {
      const isY = command === "V" || (command !== "H" && at % 2 === 1);
      if (isY !== isVertical) return;
      low = Math.min(low, value / 1000);
      high = Math.max(high, value / 1000);
    });
  }
  return [low, high];
}
function addStretched(wrapper, glyph, variant, from, length, across, isVertical) {
  const data = wrapper.getChar(glyph, variant)[3];
  if (length <= 0 || !data.p) return;
  const [low, high] = inkRange(data.p, isVertical);
  const scale = (length + 2 * kOverlap) / (high - low);
  const shift = wrapper.fixed(from - kOverlap - low * scale);
  const transform = isVertical
    ? `translate(${wrapper.fixed(across)} ${shift}) scale(1 ${scale})`
    : `translate(${shift} 0) scale(${scale} 1)`;
  const group = wrapper.svg("g", { transform });
  wrapper.addGlyph(glyph, variant, 0, 0, group);
  adaptor.append(wrapper.element, group);
}
SVGmo.prototype.addExtV = function (glyph, variant, height, depth, top, bottom, width) {
  if (!glyph) return;
  const across = (width - this.getChar(glyph, variant)[2]) / 2;
  addStretched(this, glyph, variant, bottom - depth, height + depth - top - bottom, across, true);
};
SVGmo.prototype.addExtH = function (glyph, variant, width, left, right, x = 0) {
  if (glyph) addStretched(this, glyph, variant, x + left, width - left - right, 0, false);
};

// What MathJax leaves to a style sheet.
function inlineStyles(picture) {
  for (const text of adaptor.tags(picture, "text")) adaptor.setAttribute(text, "stroke", "none");
  for (const line of adaptor.tags(picture, "line").concat(adaptor.tags(picture, "rect"))) {
    if (!adaptor.getAttribute(line, "data-line") && !adaptor.getAttribute(line, "data-frame")) continue;
    adaptor.setAttribute(line, "fill", "none");
    adaptor.setAttribute(line, "stroke-width", "50");
    const style = adaptor.getAttribute(line, "class");
    if (style === "mjx-dashed") adaptor.setAttribute(line, "stroke-dasharray", "3,3");
    if (style === "mjx-dotted") adaptor.setAttribute(line, "stroke-dasharray", "1,2");
  }
}

// Words in a box are words, not a product of letters.
const kBoxedWords = /^\s*\\boxed\s*\{([^{}\\$^_]*)\}\s*$/;
function withWords(source) {
  const boxed = kBoxedWords.exec(source);
  return boxed && /[A-Za-z]{2}/.test(boxed[1]) ? `\\boxed{\\text{${boxed[1].trim()}}}` : source;
}

// Where \def and its like put what they are told.
const kDefinitions = ["new-Command", "new-Environment", "new-Delimiter"];
function forgetDefinitions() {
  for (const name of kDefinitions) input.parseOptions.handlers.retrieve(name).map.clear();
}

/** {svg, width, ascent, descent}, lengths in thousandths of an em; or {error}. */
globalThis.zipageTypeset = (source, display, limitMs) => {
  deadline = Date.now() + limitMs;
  try {
    const node = adaptor.firstChild(page.convert(withWords(source), { display, em: 16, ex: 8, containerWidth: 80 * 16 }));
    const box = (adaptor.getAttribute(node, "viewBox") || "").split(" ").map(Number);
    inlineStyles(node);
    const svg = adaptor.outerHTML(node);
    if (box.length !== 4 || svg.indexOf("<svg", 1) > 0) return { error: "no picture can be made of this formula" };
    return { svg, width: box[2], ascent: -box[1], descent: box[3] + box[1] };
  } catch (error) {
    return { error: String(error.message || error) };
  } finally {
    deadline = Infinity;
    forgetDefinitions();
  }
};
