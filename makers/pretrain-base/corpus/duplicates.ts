import type { Block } from './document.ts';

const HASHES = 24;
const ROWS_PER_BAND = 3;
const BANDS = HASHES / ROWS_PER_BAND;
const SHINGLE_WORDS = 4;
const SHORTEST_WORDS_FOR_NEAR = 12;
const SHORTEST_EXACT = 40;

/**
 * Paragraphs with a larger share of equal minima are near-duplicates. The share estimates the Jaccard similarity of
 * their shingles.
 */
const SIMILAR = 0.7;

/**
 * Stores every paragraph seen and finds repeats: exact ones up to case, digits and punctuation, and near ones by
 * MinHash over four-word shingles with locality-sensitive bands. Each paragraph takes about 400 bytes.
 */
export class SeenParagraphs {
  private readonly exact = new Set<number>();
  private readonly bands: Map<number, number>[] = Array.from({ length: BANDS }, () => new Map<number, number>());
  private signatures = new Uint32Array(HASHES * 1024);
  private count = 0;

  /** Whether the paragraph repeats an earlier one; if not, it is stored. */
  isRepeat(text: string): boolean {
    if (text.length < SHORTEST_EXACT) return false;
    const words =
      text
        .toLowerCase()
        .replaceAll(/\d+/g, '0')
        .match(/[\p{L}\p{N}]+/gu) ?? [];
    const key = hash53(words.join(' '));
    if (this.exact.has(key)) return true;
    this.exact.add(key);
    return words.length >= SHORTEST_WORDS_FOR_NEAR && this.isNearRepeat(words);
  }

  private isNearRepeat(words: readonly string[]): boolean {
    const signature = minHash(words);
    const keys = Array.from({ length: BANDS }, (_, band) => bandKey(signature, band));
    for (let band = 0; band < BANDS; band++) {
      const other = this.bands[band].get(keys[band]);
      if (other !== undefined && this.similarity(signature, other) >= SIMILAR) return true;
    }
    this.remember(signature, keys);
    return false;
  }

  private similarity(signature: Uint32Array, other: number): number {
    let equal = 0;
    for (let i = 0; i < HASHES; i++) if (signature[i] === this.signatures[other * HASHES + i]) equal++;
    return equal / HASHES;
  }

  private remember(signature: Uint32Array, keys: readonly number[]): void {
    if ((this.count + 1) * HASHES > this.signatures.length) {
      const larger = new Uint32Array(this.signatures.length * 2);
      larger.set(this.signatures);
      this.signatures = larger;
    }
    this.signatures.set(signature, this.count * HASHES);
    for (let band = 0; band < BANDS; band++) this.bands[band].set(keys[band], this.count);
    this.count++;
  }
}

/** The blocks without repeated paragraphs, and without the code that followed them. */
export function dropRepeats(blocks: readonly Block[], seen: SeenParagraphs): Block[] {
  const kept: Block[] = [];
  let dropped = false;
  for (const block of blocks) {
    if (block.kind === 'code' && dropped) continue;
    dropped = block.kind !== 'heading' && seen.isRepeat(block.text);
    if (!dropped) kept.push(block);
  }
  return kept;
}

function minHash(words: readonly string[]): Uint32Array {
  const minima = new Uint32Array(HASHES).fill(0xffffffff);
  const hashes = words.map(hash32);
  for (let start = 0; start + SHINGLE_WORDS <= hashes.length; start++) {
    let shingle = 0;
    for (let i = 0; i < SHINGLE_WORDS; i++) shingle = mix(Math.imul(shingle, 31) + hashes[start + i]);
    for (let i = 0; i < HASHES; i++) {
      const value = mix(shingle ^ Math.imul(i + 1, 0x9e3779b1)) >>> 0;
      if (value < minima[i]) minima[i] = value;
    }
  }
  return minima;
}

function bandKey(signature: Uint32Array, band: number): number {
  let [low, high] = [0, band + 1];
  for (let i = band * ROWS_PER_BAND; i < (band + 1) * ROWS_PER_BAND; i++) {
    low = mix(low ^ signature[i]);
    high = mix(Math.imul(high, 33) + signature[i]);
  }
  return (high & 0x1fffff) * 2 ** 32 + (low >>> 0);
}

function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** Two independent hashes in one exact number: collisions are unlikely below some ten million paragraphs. */
function hash53(text: string): number {
  let [low, high] = [0x811c9dc5, 0x1b873593];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x85ebca6b);
    high ^= high >>> 13;
  }
  return (mix(high) & 0x1fffff) * 2 ** 32 + (mix(low) >>> 0);
}

function mix(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x7feb352d);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x846ca68b);
  return mixed ^ (mixed >>> 16);
}
