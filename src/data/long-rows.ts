import { AttuneError, type Problem } from '../base/errors.ts';
import { formatCount, plural } from '../base/format.ts';
import { greatest } from '../base/many.ts';
import { cutRow, type FitOptions, type RowOrigin, type TokenRow } from './cut-row.ts';
import type { Example } from './example.ts';
import { chainLengths } from '../base/chain-lengths.ts';

/** Extent of a cut. */
export interface CutRow {
  /** Index of the row. */
  row: number;
  action: 'dropped' | 'truncated' | 'split';
  tokens: number;
  keptTokens: number;
  trainedTokens: number;
  keptTrainedTokens: number;
}

export interface FittedRows<Row> {
  /** The remaining rows in order. */
  rows: Row[];
  /** Index of the original row of each. */
  rowOf: number[];
  /** Every row that was cut. */
  cuts: CutRow[];
}

/**
 * Applies the policy for rows longer than `maxLength`. Texts are cut at their end (or on `side`) or into windows; rows
 * with an answer lose the beginning of the prompt, so that the answer and its stop token stay. `split` makes a row of
 * each window, or one row of several texts for classification, and truncates all other rows: a later window of an
 * answer would have lost its question.
 *
 * @param examples the examples of the rows, for their kind and their location in errors
 * @throws AttuneError E_ROWS_TOO_LONG under `fail`, with every such row; E_BAD_MAX_LENGTH
 */
export function fitRows<Row extends TokenRow>(
  rows: readonly Row[],
  examples: readonly RowOrigin[],
  options: FitOptions,
): FittedRows<Row> {
  checkOptions(options);
  const fitted: FittedRows<Row> = { rows: [], rowOf: [], cuts: [] };
  const tooLong: number[] = [];
  for (const [index, row] of rows.entries()) {
    const isLong = lengthOf(row) > options.maxLength || longestAnswer(row) > (options.maxAnswer ?? Infinity);
    const isKept = isLong && options.policy !== 'drop' && row.images !== undefined;
    if (isKept || (isLong && options.policy === 'fail')) tooLong.push(index);
    const pieces = isLong && !isKept ? cutRow(row, examples[index], options) : [row];
    for (const piece of pieces) {
      fitted.rows.push(piece);
      fitted.rowOf.push(index);
    }
    if (pieces[0] !== row) fitted.cuts.push(account(index, row, pieces));
  }
  if (tooLong.length > 0) throw rowsTooLong(tooLong, rows, examples, options);
  return fitted;
}

/** Length of the longest answer that shares a prompt; 0 for other rows. */
function longestAnswer({ segments = [], parents = [] }: TokenRow): number {
  return greatest(segments.filter((_, text) => (parents[text] ?? -1) >= 0));
}

/** Number of tokens that the model sees at once: those of the longest text, if a row has several. */
function lengthOf({ ids, segments, parents }: TokenRow): number {
  return segments === undefined ? ids.length : greatest(chainLengths(segments, parents));
}

function account(row: number, before: TokenRow, pieces: readonly TokenRow[]): CutRow {
  const tokens = (parts: readonly TokenRow[]): number => parts.reduce((total, { ids }) => total + ids.length, 0);
  const trained = (parts: readonly TokenRow[]): number =>
    parts.reduce((total, part) => total + part.trained.reduce((ones, one) => ones + one, 0), 0);
  return {
    row,
    action: pieces.length === 0 ? 'dropped' : isWhole(before, pieces) ? 'truncated' : 'split',
    tokens: tokens([before]),
    keptTokens: tokens(pieces),
    trainedTokens: trained([before]),
    keptTrainedTokens: trained(pieces),
  };
}

/** Whether the pieces of a row still have its number of texts. */
function isWhole(before: TokenRow, pieces: readonly TokenRow[]): boolean {
  return pieces.length === 1 && pieces[0].segments?.length === before.segments?.length;
}

function checkOptions({ maxLength, keepStart = 0, ends = [] }: FitOptions): void {
  const keepEnd = ends.length > 0 ? 1 : 0;
  if (Number.isInteger(maxLength) && maxLength >= keepStart + keepEnd + 2) return;
  throw new AttuneError('E_BAD_MAX_LENGTH', {
    what: 'max_length leaves no room for any part of a row',
    got: String(maxLength),
    expected: `a whole number of tokens, at least ${keepStart + keepEnd + 2}`,
    fix: 'choose a max_length that most rows fit into; the length report shows their lengths',
  });
}

const MAX_LISTED = 200;

function rowsTooLong(
  tooLong: readonly number[],
  rows: readonly TokenRow[],
  examples: readonly Pick<Example, 'source'>[],
  { maxLength, maxAnswer, policy, modelLimit = Number.POSITIVE_INFINITY }: FitOptions,
): AttuneError {
  const longest = greatest(tooLong.map((row) => lengthOf(rows[row])));
  const bound =
    longest > maxLength
      ? { key: 'max_length', most: maxLength, found: longest, highest: modelLimit }
      : {
          key: 'max_completion_length',
          most: maxAnswer,
          found: greatest(tooLong.map((row) => longestAnswer(rows[row]))),
        };
  const limit = bound.most === modelLimit ? "the model's context" : bound.key;
  // Under other policies only rows with images remain.
  const isCut = policy !== 'fail';
  const choice = isCut
    ? 'drop them, since no image can be cut: long_rows: drop'
    : 'choose what to do with them: long_rows: drop, truncate or split';
  const problems: Problem[] = tooLong.slice(0, MAX_LISTED).map((row) => {
    const { file, line } = examples[row].source;
    return { file, line, message: `has ${plural(lengthOf(rows[row]), 'tokens')}` };
  });
  return new AttuneError('E_ROWS_TOO_LONG', {
    what: `${formatCount(tooLong.length)} of ${plural(rows.length, 'rows')} are longer than ${limit} (${bound.most} tokens)`,
    got: `up to ${bound.found} tokens`,
    problems,
    problemCount: tooLong.length,
    fix: bound.found <= (bound.highest ?? Infinity) ? `set ${bound.key}: ${bound.found}, or ${choice}` : choice,
  });
}
