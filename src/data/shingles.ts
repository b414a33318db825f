// A word: consecutive letters and digits; in scripts without spaces between words, every character is a word.
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]|[[\p{L}\p{M}\p{N}]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]]+/gv;

/** A text as words, ignoring case, punctuation and spacing; a text without words is returned itself. */
export function normalWords(text: string): string[] {
  return text.normalize('NFKC').toLowerCase().match(WORD) ?? [text.trim()];
}

/**
 * A text's shingles (pairs of adjacent words) as distinct 32-bit hashes, ascending. Pairs rather than longer n-grams,
 * so that one changed word in twenty still leaves four fifths of the set.
 */
export function shinglesOf(words: readonly string[]): Uint32Array {
  return pairsOf(Uint32Array.from(words, hashWord)).slice();
}

/**
 * As `shinglesOf`, but without creating word strings for texts in Western languages. The result is only valid until the
 * next call, which avoids an allocation for each of millions of texts.
 */
export function shinglesOfText(text: string): Uint32Array {
  const hashes = plainWords(text);
  return hashes === undefined ? shinglesOf(normalWords(text)) : pairsOf(hashes);
}

/** Hash of each word; undefined if there are none, or a character depends on its neighbours. */
function plainWords(text: string): Uint32Array | undefined {
  folded ??= foldedCodes();
  if (wordHashes.length < text.length) wordHashes = new Uint32Array(2 * text.length);
  let count = 0;
  let hash = FNV_START;
  let isWord = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const fold = code < folded.length ? folded[code] : UNCLEAR;
    if (fold === UNCLEAR) return undefined;
    if (fold !== BETWEEN) {
      hash = Math.imul(hash ^ fold, FNV_FACTOR);
      isWord = true;
    } else if (isWord) {
      wordHashes[count++] = finish(hash);
      hash = FNV_START;
      isWord = false;
    }
  }
  if (isWord) wordHashes[count++] = finish(hash);
  return count === 0 ? undefined : wordHashes.subarray(0, count);
}

/** Reused for all texts. */
let wordHashes = new Uint32Array(4096);
let folded: Uint16Array | undefined;
const BETWEEN = 0;
const UNCLEAR = 0xffff;

/** Folded letter or digit by code point up to general punctuation, for characters independent of their neighbours. */
function foldedCodes(): Uint16Array {
  const codes = new Uint16Array(0x2100).fill(UNCLEAR);
  for (let code = 0; code < codes.length; code++) {
    // Beyond Latin there are combining marks, scripts without spaces, and letters whose case depends on neighbours.
    if (code >= 0x300 && code < 0x2000) continue;
    const normal = String.fromCharCode(code).normalize('NFKC').toLowerCase();
    const words = normal.match(WORD);
    if (words === null) codes[code] = BETWEEN;
    else if (normal.length === 1 && !/\p{M}/u.test(normal)) codes[code] = normal.charCodeAt(0);
  }
  return codes;
}

function pairsOf(hashes: Uint32Array): Uint32Array {
  if (hashes.length === 1) return Uint32Array.of(hashes[0]);
  const count = hashes.length - 1;
  if (pairs.length < count) pairs = new Uint32Array(2 * count);
  for (let index = 0; index < count; index++) {
    pairs[index] = finish(Math.imul(hashes[index], 0x9e3779b1) ^ hashes[index + 1]);
  }
  return unique(pairs.subarray(0, count).sort());
}

/** Reused for all texts. */
let pairs = new Uint32Array(4096);

/** Removes duplicates in place. */
function unique(sorted: Uint32Array): Uint32Array {
  let count = 0;
  for (let index = 0; index < sorted.length; index++) {
    if (index === 0 || sorted[index] !== sorted[count - 1]) sorted[count++] = sorted[index];
  }
  return sorted.subarray(0, count);
}

const FNV_START = 0x811c9dc5;
const FNV_FACTOR = 0x01000193;

/** FNV-1a over UTF-16 units, then mixed so that hashes of similar words are far apart. */
export function hashWord(word: string): number {
  let hash = FNV_START;
  for (let index = 0; index < word.length; index++) hash = Math.imul(hash ^ word.charCodeAt(index), FNV_FACTOR);
  return finish(hash);
}

/** MurmurHash3's finaliser. */
function finish(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Jaccard similarity of two ascending sets; 1 for two empty ones. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  const shared = sharedCount(a, b, 0);
  const all = a.length + b.length - shared;
  return all === 0 ? 1 : shared / all;
}

/** Whether the Jaccard similarity reaches `threshold`; stops as soon as it cannot. */
export function isSimilar(a: Uint32Array, b: Uint32Array, threshold: number): boolean {
  // shared / (a + b - shared) >= threshold, solved for shared; the margin keeps exact hits.
  const needed = (threshold * (a.length + b.length)) / (1 + threshold) - 1e-9;
  return Math.min(a.length, b.length) >= needed && sharedCount(a, b, needed) >= needed;
}

function sharedCount(a: Uint32Array, b: Uint32Array, needed: number): number {
  let [i, j, shared] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      shared++;
      i++;
      j++;
    } else if (a[i] < b[j]) i++;
    else j++;
    if (shared + Math.min(a.length - i, b.length - j) < needed) return 0;
  }
  return shared;
}
