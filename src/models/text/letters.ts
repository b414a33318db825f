import { parseJson } from '../../files/json.ts';
import { ctcSettings, newCtcFiles, type CtcSettings } from './ctc-tokenizer.ts';
import { parseOther } from './tokenizer-files.ts';
import { Tokenizer } from './tokenizer.ts';

/** Punctuation and symbols are not spoken: dropped if the vocabulary lacks them. */
const UNSPOKEN = /[\p{P}\p{S}]/u;
const APOSTROPHES = /[’‘ʼ´`]/gu;

/** A text spelt in the letters of a vocabulary. */
export interface Spelt {
  ids: number[];
  /** Letters and digits missing from the vocabulary. */
  unknown: string[];
}

const ofLetters = new WeakMap<Tokenizer, boolean>();

/** Whether a tokenizer.json holds letters rather than subwords (Parakeet). Cached, since the file may be large. */
function isOfLetters(tokenizer: Tokenizer): boolean {
  const known = ofLetters.get(tokenizer);
  if (known !== undefined) return known;
  const { decoder } = parseJson(tokenizer.files.tokenizer) as { decoder?: { type?: unknown } | null };
  const found = decoder?.type === 'CTC';
  ofLetters.set(tokenizer, found);
  return found;
}

/** Output alphabet of a CTC speech model: letters or subwords, a word separator, and the blank. */
export class Letters {
  readonly #tokenizer: Tokenizer;
  readonly #settings: CtcSettings;
  readonly #isOfLetters: boolean;
  /** Folds text to the vocabulary's case. */
  readonly #fold: (text: string) => string;

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
    this.#settings = ctcSettings(parseOther(tokenizer.files, 'tokenizer_config.json'));
    this.#isOfLetters = isOfLetters(tokenizer);
    this.#fold = this.#foldingOf();
  }

  /** A text's ids, in a vocabulary of letters or of subwords. */
  async idsOf(text: string): Promise<Spelt> {
    if (this.#isOfLetters) return this.spell(text);
    const ids = [...(await this.#tokenizer.encode(text.trim()))];
    const { unkId } = this.#tokenizer;
    return { ids, unknown: unkId !== undefined && ids.includes(unkId) ? [text] : [] };
  }

  /** Id of the blank. */
  get blank(): number | null {
    return this.#tokenizer.idOf(this.#settings.pad);
  }

  #has(letter: string): boolean {
    return this.#tokenizer.idOf(letter) !== null;
  }

  /** Folds to upper or lower case if the vocabulary only has that one. */
  #foldingOf(): (text: string) => string {
    const [hasSmall, hasCapital] = [this.#has('a') || this.#has('e'), this.#has('A') || this.#has('E')];
    if (this.#settings.isCapital || (hasCapital && !hasSmall)) return (text) => text.toUpperCase();
    return hasSmall && !hasCapital ? (text) => text.toLowerCase() : (text) => text;
  }

  /** Spaces become the word separator; punctuation missing from the vocabulary is dropped. */
  spell(text: string): Spelt {
    const ids: number[] = [];
    const unknown = new Set<string>();
    const delimiter = this.#tokenizer.idOf(this.#settings.delimiter);
    for (const letter of this.#fold(text.normalize('NFC').replaceAll(APOSTROPHES, "'"))) {
      const id = this.#idOf(letter);
      if (id !== null) ids.push(id);
      else if (/\s/.test(letter) || isBetweenWords(letter)) {
        if (delimiter !== null && ids.length > 0 && ids.at(-1) !== delimiter) ids.push(delimiter);
      } else if (!UNSPOKEN.test(letter)) unknown.add(letter);
    }
    if (ids.at(-1) === delimiter) ids.pop();
    return { ids, unknown: [...unknown] };
  }

  #idOf(letter: string): number | null {
    return letter === this.#settings.delimiter || /\s/.test(letter) ? null : this.#tokenizer.idOf(letter);
  }

  /** Decodes the most probable id of each frame: merges repeats, then drops blanks and special tokens. */
  read(frames: readonly number[], blank: number): string {
    const isRead = (id: number, t: number) => id !== blank && id !== frames[t - 1] && !this.#tokenizer.isSpecial(id);
    const ids = frames.filter(isRead);
    if (!this.#isOfLetters) return this.#tokenizer.decode(ids).trim();
    let text = '';
    for (const id of ids) {
      const token = this.#tokenizer.tokenOf(id) ?? '';
      text += token === this.#settings.delimiter ? ' ' : token;
    }
    const plain = text.replaceAll(/ +/g, ' ').trim();
    return this.#settings.isCapital ? plain.toLowerCase() : plain;
  }
}

/** A dash between words is spoken like a space. */
function isBetweenWords(letter: string): boolean {
  return /\p{Pd}/u.test(letter);
}

/**
 * Vocabulary of all letters, digits and apostrophes in the texts, lowercased and sorted, in the format of
 * Wav2Vec2CTCTokenizer.
 */
export async function lettersOf(texts: Iterable<string>): Promise<Tokenizer> {
  const found = new Set<string>();
  for (const text of texts) {
    for (const letter of text.normalize('NFC').replaceAll(APOSTROPHES, "'").toLowerCase()) {
      if (letter === "'" || !(UNSPOKEN.test(letter) || /[\s\p{C}]/u.test(letter))) found.add(letter);
    }
  }
  const { tokenizer, others } = newCtcFiles([...found].toSorted());
  return Tokenizer.fromFiles({ origin: 'the letters of the training rows', tokenizer, others, modelIds: {} });
}
