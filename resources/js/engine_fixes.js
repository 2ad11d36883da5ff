// What the libraries here expect and the script engine does otherwise.

// The languages of Prism look for it in a global object of this name.
globalThis.global = globalThis;

// The engine puts a backslash before every slash of an expression's source, escaped or not. An expression made anew from
// that, as Prism makes its own, would look for backslashes.
const source = Object.getOwnPropertyDescriptor(RegExp.prototype, "source").get;
Object.defineProperty(RegExp.prototype, "source", {
  configurable: true,
  get() {
    return source.call(this).replace(/\\\//g, "/");
  },
});
