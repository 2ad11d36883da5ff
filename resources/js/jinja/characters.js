// Characters as Python's str sorts them, for an engine whose expressions know no Unicode properties. A letter is what has two
// cases, or lies in a script that has one.
const kSpace = /[\t-\r\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
const kUncasedLetter =
  /[ªºʰ-ˁˆ-ˑא-ת\u0620-\u064a\u066e-\u06d3\u0904-\u0939\u0985-\u09b9\u0e01-\u0e30\u1100-\u11ff\u3041-\u3096\u30a1-\u30fa\u3105-\u312f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff]/;

export const isSpace = (character) => kSpace.test(character);
export const isDigit = (character) => /[0-9\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\uff10-\uff19²³¹]/.test(character);
export const isUpper = (character) => character.toLowerCase() !== character;
export const isLower = (character) => character.toUpperCase() !== character && !isUpper(character);
export const isLetter = (character) => isUpper(character) || isLower(character) || kUncasedLetter.test(character);
