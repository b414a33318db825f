import { AttuneError, type Problem } from '../base/errors.ts';
import type { Example, ExampleKind } from './example.ts';

export const longRowPolicies = ['fail', 'drop', 'truncate', 'split'] as const;
export type LongRowPolicy = (typeof longRowPolicies)[number];

/** A row as tokens: `trained[i]` is 1 where token i carries loss. Both of the same length. */
export interface TokenRow {
  ids: Int32Array;
  trained: Uint8Array;
}

export interface FitOptions {
  maxLength: number;
  policy: LongRowPolicy;
  /** Tokens at a row's start that every cut keeps (BOS, [CLS]). */
  keepStart?: number;
  /** Tokens at a row's end that every cut of a text keeps ([SEP]). */
  keepEnd?: number;
}

/** What a cut kept of a row, and what it cost. */
export interface CutRow {
  /** Index of the row. */
  row: number;
  action: 'dropped' | 'truncated' | 'split';
  tokens: number;
  keptTokens: number;
  trainedTokens: number;
  keptTrainedTokens: number;
}

export interface FittedRows {
  /** The rows that are left, in order; `row` says which row a piece came from. */
  rows: (TokenRow & { row: number })[];
  /** Every row that was touched. */
  cuts: CutRow[];
}

/**
 * Applies the policy for rows longer than `maxLength`. Texts are cut at their end or into windows; whatever has an
 * answer loses the beginning of its prompt, so that the answer and its stop token stay. `split` divides texts only and
 * truncates the others: a later window of an answer would have lost its question.
 *
 * @param kindOf the kind of a row's example
 * @param describe where a row stands, for the error
 * @throws AttuneError E_ROWS_TOO_LONG under `fail`, with every such row
 */
export function fitRows(
  rows: readonly TokenRow[],
  examples: readonly Pick<Example, 'kind' | 'source'>[],
  options: FitOptions,
): FittedRows {
  checkOptions(options);
  const fitted: FittedRows = { rows: [], cuts: [] };
  const tooLong: number[] = [];
  for (const [row, tokens] of rows.entries()) {
    if (tokens.ids.length <= options.maxLength) fitted.rows.push({ ...tokens, row });
    else if (options.policy === 'fail') tooLong.push(row);
    else {
      const pieces = cutRow(tokens, examples[row].kind, options);
      fitted.rows.push(...pieces.map((piece) => ({ ...piece, row })));
      fitted.cuts.push(account(row, tokens, pieces));
    }
  }
  if (tooLong.length > 0) throw rowsTooLong(tooLong, rows, examples, options.maxLength);
  return fitted;
}

/** The pieces that the policy leaves of one row that is too long: none, one, or several windows of a text. */
export function cutRow(row: TokenRow, kind: ExampleKind, options: FitOptions): TokenRow[] {
  if (options.policy === 'drop') return [];
  const isText = kind === 'text' || kind === 'classification';
  if (kind === 'text' && options.policy === 'split') return windows(row, options);
  return [isText ? cutEnd(row, options) : cutStart(row, options)];
}

function cutEnd(row: TokenRow, { maxLength, keepStart = 0, keepEnd = 0 }: FitOptions): TokenRow {
  const { length } = row.ids;
  const kept = Math.max(keepStart, maxLength - keepEnd);
  return join(slice(row, 0, kept), slice(row, length - (maxLength - kept), length));
}

/** Windows without overlap. A window's first token has nothing before it to be predicted from, so it carries no loss. */
function windows(row: TokenRow, { maxLength, keepStart = 0 }: FitOptions): TokenRow[] {
  const pieces: TokenRow[] = [slice(row, 0, maxLength)];
  for (let from = maxLength; from < row.ids.length; from += maxLength - keepStart) {
    const piece = slice(row, from, Math.min(row.ids.length, from + maxLength - keepStart));
    if (keepStart === 0) piece.trained[0] = 0;
    const opening = { ids: row.ids.slice(0, keepStart), trained: new Uint8Array(keepStart) };
    if (keepStart + piece.ids.length > 1) pieces.push(join(opening, piece));
  }
  return pieces;
}

/**
 * Cuts the prompt's beginning. Where the last answer alone is too long it loses its end (and with it its stop token: it
 * is never taught to stop there), and the prompt keeps a quarter.
 */
function cutStart(row: TokenRow, { maxLength, keepStart = 0 }: FitOptions): TokenRow {
  const { length } = row.ids;
  const opening = slice(row, 0, keepStart);
  const answer = startOfLastAnswer(row.trained);
  const start = length - (maxLength - keepStart);
  if (answer === undefined || start < answer) return join(opening, slice(row, start, length));
  const prompt = Math.min(answer - keepStart, Math.floor((maxLength - keepStart) / 4));
  const from = answer - Math.max(0, prompt);
  return join(opening, slice(row, from, from + maxLength - keepStart));
}

/** Index of the first token of the last run of trained tokens; undefined where none is trained. */
function startOfLastAnswer(trained: Uint8Array): number | undefined {
  const last = trained.lastIndexOf(1);
  return last === -1 ? undefined : trained.lastIndexOf(0, last) + 1;
}

function slice({ ids, trained }: TokenRow, from: number, to: number): TokenRow {
  return { ids: ids.slice(from, to), trained: trained.slice(from, to) };
}

function join(a: TokenRow, b: TokenRow): TokenRow {
  if (a.ids.length === 0) return b;
  return { ids: Int32Array.of(...a.ids, ...b.ids), trained: Uint8Array.of(...a.trained, ...b.trained) };
}

function account(row: number, before: TokenRow, pieces: readonly TokenRow[]): CutRow {
  const count = (parts: readonly TokenRow[]): number => parts.reduce((total, { ids }) => total + ids.length, 0);
  const sum = (parts: readonly TokenRow[]): number =>
    parts.reduce((total, { trained }) => total + trained.reduce((ones, one) => ones + one, 0), 0);
  return {
    row,
    action: pieces.length === 0 ? 'dropped' : pieces.length === 1 ? 'truncated' : 'split',
    tokens: before.ids.length,
    keptTokens: count(pieces),
    trainedTokens: sum([before]),
    keptTrainedTokens: sum(pieces),
  };
}

function checkOptions({ maxLength, keepStart = 0, keepEnd = 0 }: FitOptions): void {
  if (Number.isInteger(maxLength) && maxLength >= keepStart + keepEnd + 2) return;
  throw new AttuneError('E_BAD_MAX_LENGTH', {
    what: 'max_length leaves no room for a row',
    got: String(maxLength),
    expected: `a whole number of tokens, at least ${keepStart + keepEnd + 2}`,
    fix: 'choose a max_length that most rows fit in; the length report shows their lengths',
  });
}

const MAX_LISTED = 200;

function rowsTooLong(
  tooLong: readonly number[],
  rows: readonly TokenRow[],
  examples: readonly Pick<Example, 'source'>[],
  maxLength: number,
): AttuneError {
  const longest = tooLong.reduce((most, row) => Math.max(most, rows[row].ids.length), 0);
  const problems: Problem[] = tooLong.slice(0, MAX_LISTED).map((row) => {
    const { file, line } = examples[row].source;
    return { file, line, message: `has ${rows[row].ids.length} tokens` };
  });
  return new AttuneError('E_ROWS_TOO_LONG', {
    what: `${tooLong.length} of ${rows.length} rows are longer than max_length (${maxLength} tokens)`,
    got: `up to ${longest} tokens`,
    problems,
    fix: `set max_length: ${longest}, or choose what happens to them: long_rows: drop, truncate or split`,
  });
}
