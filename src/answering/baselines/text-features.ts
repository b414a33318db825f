/** Features to extract from a text. */
export interface FeatureOptions {
  /** Words and pairs of adjacent words. */
  words: boolean;
  /** Lengths of character n-grams within words, with boundary marks; none if absent. */
  characters?: { from: number; to: number };
}

/** Number of hash slots. Hashing needs no vocabulary, and collisions are rare and harmless. */
export const FEATURE_SLOTS = 1 << 20;

const WORD_SEED = 0x1000193;
const PAIR_SEED = 0x2000003;
const CHARACTER_SEED = 0x3000017;
const BORDER = 0x2423;

/** Single letters separated by spaces, as in a spelt-out word: "a b c". */
const SPELT = /(?<![\p{L}\p{M}\p{N}])(\p{L}) (?=\p{L}(?![\p{L}\p{M}\p{N}]))/gu;

/**
 * Slots of a text's features, in order and with repeats. Words are lower-cased runs of letters and digits; a word spelt
 * out letter by letter counts as that word.
 */
export function textFeatures(text: string, options: FeatureOptions): number[] {
  const slots: number[] = [];
  let previous = '';
  const plain = text.toLowerCase().replaceAll(SPELT, '$1');
  for (const word of plain.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []) {
    if (options.words) {
      slots.push(slotOf(hashText(WORD_SEED, word)));
      if (previous !== '') slots.push(slotOf(hashText(hashText(PAIR_SEED, previous) ^ BORDER, word)));
      previous = word;
    }
    if (options.characters !== undefined) pushRuns(slots, word, options.characters.from, options.characters.to);
  }
  return slots;
}

function pushRuns(slots: number[], word: string, from: number, to: number): void {
  const units = [BORDER, ...Array.from(word, (symbol) => symbol.codePointAt(0)!), BORDER];
  for (let start = 0; start < units.length; start++) {
    let hash = CHARACTER_SEED;
    for (let length = 1; length <= to && start + length <= units.length; length++) {
      hash = mix(hash, units[start + length - 1]);
      if (length >= from) slots.push(slotOf(hash));
    }
  }
}

function hashText(seed: number, text: string): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i));
  return hash;
}

/** One step of FNV-1a on a 32-bit unit. */
function mix(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}

/** Finalises a hash (MurmurHash3's finaliser), so that the low bits depend on all bits. */
function slotOf(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) & (FEATURE_SLOTS - 1);
}
