/** Which words of a text tell its class: naive Bayes over the words of training rows. */
import { softmax } from '../../scoring/softmax.ts';

export interface LabelledText {
  text: string;
  label: string;
}

const WORDS = /[\p{L}\p{M}\p{N}]+(?:['’.@-][\p{L}\p{M}\p{N}]+)*/gu;
/** Added to every count, so that a word that a class lacks does not rule the class out. */
const SMOOTHING = 0.5;
/** A word alone that makes a class this much more probable tells something of it. */
const TELLING = 0.2;

/** A text's words as they stand. */
export function wordsIn(text: string): string[] {
  return text.match(WORDS) ?? [];
}

/** As words are counted: without case, and all numbers and codes as one. */
function keyOf(word: string): string {
  return /\p{N}/u.test(word) ? '#' : word.toLowerCase();
}

export class ClassWords {
  /** Rows of each class. */
  readonly #rows = new Map<string, number>();
  /** By word: rows of each class that have it. */
  readonly #counts = new Map<string, Map<string, number>>();
  readonly #total: number;

  constructor(train: readonly LabelledText[]) {
    this.#total = train.length;
    for (const { text, label } of train) {
      this.#rows.set(label, (this.#rows.get(label) ?? 0) + 1);
      for (const word of new Set(wordsIn(text).map(keyOf))) {
        const counts = this.#counts.get(word) ?? new Map<string, number>();
        counts.set(label, (counts.get(label) ?? 0) + 1);
        this.#counts.set(word, counts);
      }
    }
  }

  /** How probable a class is, by the words of a text alone. */
  probability(text: string, label: string): number {
    return this.#probabilities(text).get(label) ?? 0;
  }

  /** Whether a word alone makes some class more probable than it is anyway. */
  tells(word: string): boolean {
    const found = this.#probabilities(word);
    return [...this.#rows].some(([label, rows]) => (found.get(label) ?? 0) - rows / this.#total > TELLING);
  }

  /** Whether a text makes no class more probable than it is anyway. */
  isNeutral(text: string): boolean {
    return !this.tells(text);
  }

  #probabilities(text: string): Map<string, number> {
    const known = [...new Set(wordsIn(text).map(keyOf))].flatMap((word) => this.#counts.get(word) ?? []);
    const logs = [...this.#rows].map(([label, rows]): [string, number] => {
      const ofWord = (counts: ReadonlyMap<string, number>) =>
        Math.log(((counts.get(label) ?? 0) + SMOOTHING) / (rows + 2 * SMOOTHING));
      return [label, known.reduce((sum, counts) => sum + ofWord(counts), Math.log(rows / this.#total))];
    });
    const probabilities = softmax(logs.map(([, log]) => log));
    return new Map(logs.map(([label], i) => [label, probabilities[i]]));
  }
}
