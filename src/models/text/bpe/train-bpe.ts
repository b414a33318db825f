import { AttuneError } from '../../../base/errors.ts';
import { byteToCharacter } from '../../../base/byte-alphabet.ts';
import { MergeLearner } from './merge-learner.ts';
import { PieceCounter } from './piece-counter.ts';
import { patternSource, type SplitPatternName } from './split-pattern.ts';

export interface BpeTrainingOptions {
  /** Total entries: special tokens, the 256 bytes, and one per merge that creates a new piece. */
  vocabSize: number;
  /** Assigned the first ids, in this order, and never merged. */
  specialTokens?: readonly string[];
  /** A known pattern's name or a regular expression; `qwen2` (single digits) by default. */
  pattern?: SplitPatternName | (string & {});
  /** Minimum count of a pair to be merged; 2 by default. */
  minFrequency?: number;
}

/** The parts of tokenizer.json that training determines. */
export interface TokenizerJson {
  version: string;
  truncation: null;
  padding: null;
  added_tokens: AddedTokenJson[];
  normalizer: null;
  pre_tokenizer: unknown;
  post_processor: unknown;
  decoder: unknown;
  model: { type: 'BPE'; vocab: Record<string, number>; merges: [string, string][] } & Record<string, unknown>;
}

export interface AddedTokenJson {
  id: number;
  content: string;
  single_word: boolean;
  lstrip: boolean;
  rstrip: boolean;
  normalized: boolean;
  special: boolean;
}

/**
 * Trains a byte-level BPE vocabulary and returns the content of tokenizer.json. Each chunk is one document. The result
 * is deterministic; a corpus with too few repetitions gives a smaller vocabulary than requested.
 */
export async function trainByteLevelBpe(
  chunks: AsyncIterable<string> | Iterable<string>,
  options: BpeTrainingOptions,
): Promise<TokenizerJson> {
  const { specialTokens = [], pattern = 'qwen2', minFrequency = 2 } = options;
  checkSizes(options.vocabSize, specialTokens);
  const counter = new PieceCounter(pattern);
  for await (const chunk of chunks) counter.add(chunk);
  const vocabulary = new Vocabulary(specialTokens);
  const pieces = counter
    .sorted()
    .filter(([piece]) => !specialTokens.includes(piece))
    .map(([piece, count]): [number[], number] => [vocabulary.idsOfBytes(piece), count]);
  const merges = learnMerges(new MergeLearner(pieces), vocabulary, options.vocabSize, minFrequency);
  return tokenizerJson(vocabulary, merges, patternSource(pattern));
}

function checkSizes(vocabSize: number, specialTokens: readonly string[]): void {
  const least = 256 + specialTokens.length;
  const repeated = specialTokens.find((token, index) => token === '' || specialTokens.indexOf(token) !== index);
  if (repeated !== undefined) {
    throw new AttuneError('E_SPECIAL_TOKENS', {
      what: 'Special tokens must be distinct and not empty',
      got: JSON.stringify(repeated),
    });
  }
  if (!Number.isInteger(vocabSize) || vocabSize < least || vocabSize >= 0x200000) {
    throw new AttuneError('E_VOCABULARY_SIZE', {
      what: 'A byte-level vocabulary cannot have this size',
      got: String(vocabSize),
      expected: `a whole number from ${least} (256 bytes and the special tokens) to ${0x200000 - 1}`,
    });
  }
}

/** Ids and spellings: special tokens first, then the bytes in the order of their characters, then the merges. */
class Vocabulary {
  readonly spellings: string[];
  readonly specialTokens: readonly string[];
  readonly #ids = new Map<string, number>();
  readonly #idOfByte = new Int32Array(256);

  constructor(specialTokens: readonly string[]) {
    this.specialTokens = specialTokens;
    const alphabet = byteToCharacter.map((character, byte) => ({ character, byte }));
    alphabet.sort((a, b) => (a.character < b.character ? -1 : 1));
    this.spellings = [...specialTokens];
    for (const { character, byte } of alphabet) this.#idOfByte[byte] = this.idOf(character);
  }

  idsOfBytes(piece: string): number[] {
    return Array.from(Buffer.from(piece), (byte) => this.#idOfByte[byte]);
  }

  /** The id of a spelling, created on first use: two merges may yield the same one. */
  idOf(spelling: string): number {
    const known = this.#ids.get(spelling);
    if (known !== undefined) return known;
    this.#ids.set(spelling, this.spellings.length);
    this.spellings.push(spelling);
    return this.spellings.length - 1;
  }
}

function learnMerges(
  learner: MergeLearner,
  vocabulary: Vocabulary,
  vocabSize: number,
  minFrequency: number,
): [string, string][] {
  const { spellings } = vocabulary;
  const forbidden = new Set(vocabulary.specialTokens);
  const merges: [string, string][] = [];
  while (spellings.length < vocabSize) {
    const pair = learner.best(minFrequency);
    if (pair === undefined) break;
    const { left, right } = pair;
    const spelling = spellings[left] + spellings[right];
    if (forbidden.has(spelling)) continue;
    merges.push([spellings[left], spellings[right]]);
    learner.apply({ left, right, result: vocabulary.idOf(spelling) });
  }
  return merges;
}

function tokenizerJson(vocabulary: Vocabulary, merges: [string, string][], pattern: string): TokenizerJson {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false };
  const split = { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false };
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: vocabulary.specialTokens.map((content, id) => ({ id, content, ...flags })),
    normalizer: null,
    pre_tokenizer: { type: 'Sequence', pretokenizers: [split, byteLevel] },
    post_processor: byteLevel,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(vocabulary.spellings.map((spelling, id) => [spelling, id])),
      merges,
    },
  };
}
