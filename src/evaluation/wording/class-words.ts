/** Words that indicate a text's class: naive Bayes over the words of training rows. */
import { softmax } from '../../scoring/softmax.ts';

export interface LabelledText {
  text: string;
  label: string;
}

const WORDS = /[\p{L}\p{M}\p{N}]+(?:['’.@-][\p{L}\p{M}\p{N}]+)*/gu;
/** Additive smoothing, so that an unseen word does not rule out a class. */
const SMOOTHING = 0.5;
/** A word is indicative if it raises a class's probability by more than this. */
const TELLING = 0.2;

/** A text's words, unchanged. */
export function wordsIn(text: string): string[] {
  return text.match(WORDS) ?? [];
}

/** Key under which a word is counted: lower case; all numbers and codes share one key. */
function keyOf(word: string): string {
  return /\p{N}/u.test(word) ? '#' : word.toLowerCase();
}

export class ClassWords {
  /** Number of rows of each class. */
  readonly #rows = new Map<string, number>();
  /** For each word, the number of rows of each class that contain it. */
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

  /** Probability of a class given only the words of a text. */
  probability(text: string, label: string): number {
    return this.#probabilities(text).get(label) ?? 0;
  }

  /** Whether a single word raises some class's probability above its prior. */
  tells(word: string): boolean {
    const found = this.#probabilities(word);
    return [...this.#rows].some(([label, rows]) => (found.get(label) ?? 0) - rows / this.#total > TELLING);
  }

  /** Whether a text raises no class's probability above its prior. */
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
