// What the script engine, or core-js on it, does wrong and templates need. The engine reads the index on the left of
// `a[i] = b[i++]` after the right side, which spoils the sorting of core-js; its own is not stable.

function merged(left, right, compare) {
  const all = [];
  let l = 0;
  let r = 0;
  while (l < left.length && r < right.length) {
    if (compare(left[l], right[r]) <= 0) {
      all.push(left[l]);
      l += 1;
    } else {
      all.push(right[r]);
      r += 1;
    }
  }
  return all.concat(left.slice(l), right.slice(r));
}

function sorted(items, compare) {
  if (items.length < 2) return items;
  const middle = items.length >> 1;
  return merged(sorted(items.slice(0, middle), compare), sorted(items.slice(middle), compare), compare);
}

const inTextOrder = (a, b) => (String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0);

Object.defineProperty(Array.prototype, "sort", {
  configurable: true,
  writable: true,
  value(compare = inTextOrder) {
    const items = sorted(this.slice(), compare);
    for (let i = 0; i < items.length; i += 1) this[i] = items[i];
    return this;
  },
});
