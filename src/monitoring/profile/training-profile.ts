/**
 * Profile of a version's training data that signals compare with: languages, letter statistics, system prompts, word
 * sequences.
 */
import { normalWords } from '../../data/shingles.ts';
import { hashPair } from './hashes.ts';
import { LetterModel, type LetterCounts } from './letter-model.ts';

/** Plain data, since it crosses a thread border. */
export interface ProfileData {
  rows: number;
  /** ISO 639-1 codes of languages with at least 2 % of the rows' requests. */
  languages: readonly string[];
  letters: LetterCounts;
  /** Hashes of system prompts; that of '' for rows without one. */
  systemPrompts: readonly number[];
  /**
   * Hashes of word sequences found in the answers of one or two rows, ascending; a uniform sample if there are too
   * many.
   */
  runs: Float64Array;
  /** A word sequence belongs to the sample if its hash is below this. */
  runsBelow: number;
}

/** Words per sequence. Shorter ones are phrases of everyday language. */
export const RUN_WORDS = 8;
const MOST_WORDS = 2000;

export class TrainingProfile {
  readonly #data: ProfileData;
  readonly #letters: LetterModel;
  readonly #languages: ReadonlySet<string>;
  readonly #systemPrompts: ReadonlySet<number>;

  constructor(data: ProfileData) {
    this.#data = data;
    this.#letters = new LetterModel(data.letters);
    this.#languages = new Set(data.languages);
    this.#systemPrompts = new Set(data.systemPrompts);
  }

  get languages(): readonly string[] {
    return this.#data.languages;
  }

  knowsLanguage(language: string): boolean {
    return this.#languages.has(language);
  }

  knowsSystemPrompt(text: string): boolean {
    return this.#systemPrompts.has(systemPromptHash(text));
  }

  /** Bits per byte of a text under the letter model of the training requests; undefined for an empty text. */
  bitsPerByte(text: string): number | undefined {
    return this.#letters.bitsPerByte(text);
  }

  /** Whether an answer contains a word sequence from a training answer that its request does not contain. */
  quotes(answer: string, asked: string): boolean | undefined {
    const words = normalWords(answer).slice(0, MOST_WORDS);
    if (words.length < RUN_WORDS || this.#data.runs.length === 0) return undefined;
    const given = runHashes(normalWords(asked).slice(0, MOST_WORDS));
    return runHashes(words).some((run) => run < this.#data.runsBelow && !given.includes(run) && this.#has(run));
  }

  #has(run: number): boolean {
    const { runs } = this.#data;
    let [low, high] = [0, runs.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (runs[middle] < run) low = middle + 1;
      else high = middle;
    }
    return runs[low] === run;
  }
}

/** Hashes of all sequences of RUN_WORDS consecutive words. */
export function runHashes(words: readonly string[]): number[] {
  const count = Math.max(0, words.length - RUN_WORDS + 1);
  return Array.from({ length: count }, (_, i) => hashPair(words.slice(i, i + RUN_WORDS).join(' ')));
}

export function systemPromptHash(text: string): number {
  return hashPair(text.trim());
}
