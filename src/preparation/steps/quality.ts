/**
 * Detects texts that are hardly prose, by named measures (after Rae et al., "Scaling language models", 2021, appendix
 * A).
 */
import { z } from 'zod';
import { actionOption, judgeRows } from '../judge-rows.ts';
import { columnsOption, textOfRow } from '../row-texts.ts';
import { isProse } from '../stop-words.ts';
import { scanWords } from '../word-scan.ts';
import { defineStep } from '../preparation-step.ts';

const share = (usual: number) => z.number().min(0).max(1).nullable().default(usual);

const options = z.strictObject({
  columns: columnsOption('look at'),
  least_characters: z.int().min(0).default(1).describe('minimum length of a text'),
  most_symbols: share(0.3).describe('maximum share of characters other than letters, digits and spaces; null: any'),
  most_repeated_lines: share(0.5).describe('maximum share of repeated lines; null: any'),
  most_repeated_runs: share(0.5).describe('maximum share of repeated five-word sequences; null: any'),
  least_stop_words: share(0.02).describe(
    'minimum share of words such as "the" or "und", in texts of 50 words; null: any',
  ),
  word_length: z
    .tuple([z.number().min(0), z.number()])
    .nullable()
    .default([2, 15])
    .describe('range of the mean word length, in texts of 50 words; null: any'),
  action: actionOption('drop'),
});

type Options = z.output<typeof options>;

export const step = defineStep<Options>({
  summary: 'leave out texts that are hardly prose: symbols, repetitions, odd words',
  takes: ['row'],
  version: 1,
  perItem: true,
  options,
  open: (given) => judgeRows(given.action, (row) => objections(textOfRow(row, given.columns), given)),
});

/** Word statistics are meaningless for fewer words. */
const LEAST_WORDS = 50;
const RUN = 5;

function objections(text: string, given: Options): string[] {
  const words = scanWords(text);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const found: string[] = [];
  const above = (value: number, most: number | null, name: string): void => {
    if (most !== null && value > most) found.push(name);
  };
  if (text.trim().length < given.least_characters) found.push('too short');
  above(symbolShare(text), given.most_symbols, 'too many symbols');
  above(repeatedShare(lines), given.most_repeated_lines, 'lines repeated');
  if (given.most_repeated_runs !== null) above(repeatedRuns(words.hashes), given.most_repeated_runs, 'words repeated');
  // These measures do not apply to scripts without spaces between words, tables and code.
  if (words.hashes.length < LEAST_WORDS || !isProse(text)) return found;
  if (given.least_stop_words !== null && words.stopWords / words.hashes.length < given.least_stop_words)
    found.push('few stop words');
  const mean = words.characters / words.hashes.length;
  const [least, most] = given.word_length ?? [0, Infinity];
  if (mean < least || mean > most) found.push('unusual word length');
  return found;
}

function symbolShare(text: string): number {
  const all = lengthInCharacters(text);
  let symbols = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) symbols += ASCII_SYMBOLS[code];
    // The slower check is only needed for the few remaining characters.
    else if (SYMBOL.test(String.fromCodePoint(text.codePointAt(at)!))) symbols++;
    if (code >= 0xd800 && code < 0xdc00 && isLowSurrogate(text.charCodeAt(at + 1))) at++;
  }
  return all === 0 ? 0 : symbols / all;
}

const SYMBOL = /[^\p{L}\p{M}\p{N}\s]/u;
const ASCII_SYMBOLS = Uint8Array.from({ length: 0x80 }, (_, code) => (SYMBOL.test(String.fromCharCode(code)) ? 1 : 0));

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code < 0xe000;
}

/** Length in code points. */
function lengthInCharacters(text: string): number {
  let pairs = 0;
  for (let at = 0; at < text.length - 1; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0xd800 && code < 0xdc00 && isLowSurrogate(text.charCodeAt(at + 1))) pairs++;
  }
  return text.length - pairs;
}

/** Two equal parts give a repeated share of one half: the first occurrence does not count. */
function repeatedShare(parts: readonly string[]): number {
  return parts.length === 0 ? 0 : 1 - new Set(parts).size / parts.length;
}

/** Share of repeated five-word runs, by hash: collisions only become likely at a billion words. */
function repeatedRuns(hashes: Uint32Array): number {
  const count = hashes.length - RUN + 1;
  if (count < 1) return 0;
  const seen = new RunTable(count);
  for (let from = 0; from < count; from++) {
    let high = 0x811c9dc5;
    let low = 0x9e3779b1;
    for (let at = from; at < from + RUN; at++) {
      high = Math.imul(high ^ hashes[at], 0x01000193);
      high ^= high >>> 15;
      low = Math.imul(low + hashes[at], 0x85ebca6b);
      low ^= low >>> 13;
    }
    seen.add(high, low);
  }
  return 1 - seen.size / count;
}

/** A set of pairs of 32-bit numbers: a Set of numbers would need four times the memory. */
class RunTable {
  size = 0;
  /** Upper and lower halves by slot; 0 marks an empty slot, and a pair of zeros occurs once in 2^64. */
  readonly #pairs: Int32Array;
  readonly #mask: number;

  constructor(most: number) {
    const places = 2 ** Math.ceil(Math.log2(2 * most));
    this.#pairs = new Int32Array(2 * places);
    this.#mask = places - 1;
  }

  add(high: number, low: number): void {
    const [pairs, mask] = [this.#pairs, this.#mask];
    let place = (high ^ (low >>> 7)) & mask;
    while (pairs[2 * place] !== 0 || pairs[2 * place + 1] !== 0) {
      if (pairs[2 * place] === high && pairs[2 * place + 1] === low) return;
      place = (place + 1) & mask;
    }
    pairs[2 * place] = high;
    pairs[2 * place + 1] = low;
    this.size++;
  }
}
