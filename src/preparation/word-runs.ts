/** Evaluation texts with fewer words are ignored: a match would prove nothing. */
const LEAST_WORDS = 5;

/** Word n-grams of known texts, as 53-bit hashes. */
export class WordRuns {
  readonly #words: number;
  /** By length: texts shorter than an n-gram are stored whole. */
  readonly #runs = new Map<number, Set<number>>();

  constructor(words: number) {
    this.#words = words;
  }

  add(words: readonly string[]): void {
    const length = Math.min(this.#words, words.length);
    if (length < LEAST_WORDS) return;
    let runs = this.#runs.get(length);
    if (runs === undefined) this.#runs.set(length, (runs = new Set()));
    for (const hash of runHashes(words.map(hashWord), length)) runs.add(hash);
  }

  sharesOne(words: readonly string[]): boolean {
    const hashes = words.map(hashWord);
    for (const [length, runs] of this.#runs)
      for (const hash of runHashes(hashes, length)) if (runs.has(hash)) return true;
    return false;
  }
}

function* runHashes(words: readonly number[], length: number): Generator<number> {
  for (let from = 0; from + length <= words.length; from++) {
    let [high, low] = [0x811c9dc5, 0x9e3779b1];
    for (let index = from; index < from + length; index++) {
      high = Math.imul(high ^ words[index], 0x01000193);
      low = Math.imul(low ^ (words[index] >>> 7) ^ (high >>> 15), 0x85ebca6b);
    }
    yield (high >>> 0) * 2 ** 21 + (low >>> 11);
  }
}

function hashWord(word: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < word.length; index++) hash = Math.imul(hash ^ word.charCodeAt(index), 0x01000193);
  return hash ^ (hash >>> 16);
}
