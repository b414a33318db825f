/**
 * Length of the longest common subsequence, 32 positions at a time (Hyyrö, "Bit-parallel LCS-length computation
 * revisited", 2004): each position of the shorter sequence is a bit, which becomes 0 when it ends a longer subsequence.
 */
export function longestCommon(a: readonly string[], b: readonly string[]): number {
  if (a.length < b.length) [a, b] = [b, a];
  const width = (b.length + 31) >> 5;
  const places = placesOf(b, width);
  const row = new Uint32Array(width).fill(0xffffffff);
  for (const symbol of a) {
    const matches = places.get(symbol);
    if (matches === undefined) continue;
    let carry = 0;
    for (let word = 0; word < width; word++) {
      const before = row[word];
      const sum = before + ((before & matches[word]) >>> 0) + carry;
      carry = sum > 0xffffffff ? 1 : 0;
      row[word] = (sum | (before & ~matches[word])) >>> 0;
    }
  }
  let count = 0;
  for (let place = 0; place < b.length; place++) count += ((row[place >> 5] >>> (place & 31)) & 1) ^ 1;
  return count;
}

function placesOf(symbols: readonly string[], width: number): Map<string, Uint32Array> {
  const places = new Map<string, Uint32Array>();
  for (const [place, symbol] of symbols.entries()) {
    let bits = places.get(symbol);
    if (bits === undefined) places.set(symbol, (bits = new Uint32Array(width)));
    bits[place >> 5] |= 1 << (place & 31);
  }
  return places;
}
