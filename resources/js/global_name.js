// The languages of Prism look for it in a global object of this name.
globalThis.global = globalThis;
