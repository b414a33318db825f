import { chainLengths } from '../../../base/chain-lengths.ts';
import type { Problem } from '../../../base/errors.ts';
import type { Features } from '../../../base/features.ts';
import { greatest } from '../../../base/many.ts';
import type { TokenRow } from '../../../data/cut-row.ts';
import type { MediaFile, MediaKind } from '../../../data/media.ts';
import type { ImageTokens } from '../../../models/architecture.ts';
import type { Model, ModelInput } from '../../../models/model.ts';
import type { Tensor } from '../../../engine/tensor/index.ts';
import type { Tokenizer } from '../../../models/text/index.ts';

/** One row, tokenised: its model input. An objective's own type of row adds the targets. */
export interface PreparedRow extends TokenRow {
  /** The example's id; keys random numbers. */
  id: string;
  /** The file that the model reads in place of tokens. */
  media?: MediaFile;
  /** The images that stand among its tokens, in their order. */
  images?: readonly MediaFile[];
  /** Size in tokens of the model, for rows without ids. */
  size?: number;
  source: { file: string; line: number };
}

/** A row while it is in use, with the model input from its file. */
export interface ReadRow extends PreparedRow {
  features?: Features;
}

/** A row of several texts. */
export interface TextsRow extends PreparedRow {
  segments: readonly number[];
}

/** A row with numbers to learn: 1 or 0 for each class, its own number, or one for each trained token in order. */
export interface ValuesRow extends PreparedRow {
  values: readonly number[];
}

/** Tokens that a model's blocks see of a row. */
export function tokensOf(row: Pick<PreparedRow, 'ids' | 'size'>): number {
  return row.size ?? row.ids.length;
}

type Sized = Pick<PreparedRow, 'ids' | 'segments' | 'parents' | 'size'>;

/** Tokens of each of a row's texts, or of the one thing that it is. */
export function textLengths(row: Sized): readonly number[] {
  return row.segments ?? [tokensOf(row)];
}

/** Tokens of a row that see each other, at most. */
export function tokensAtOnce(row: Sized): number {
  return greatest(chainLengths(textLengths(row), row.parents));
}

/** Several rows as one input, with what the objective needs to score them. */
export interface Batch<Row extends PreparedRow = PreparedRow> {
  input: ModelInput;
  rows: readonly Row[];
}

/** Counts over a whole optimiser step, taken before its first forward, so that each term is scaled once. */
export type Counts = Record<string, number>;

/** Sums that are added up over batches: a metric is `sum / count`. */
export type Tally = Record<string, { sum: Tensor; count: number }>;

/** Reads images or recordings as a model wants them. */
export interface MediaReader {
  readonly kind: MediaKind;
  /** Hash of all that says what it makes of a file, for cache keys. */
  readonly identity: string;
  /** Tokens that the model's blocks see of a file. */
  size(file: MediaFile): number;
  /** The same of a file that was read. */
  tokens(features: Features): number;
  /** Vision language models: the placeholder tokens of images. */
  readonly imageTokens?: ImageTokens;
  /** Adds what the model reads of each row's file. @throws AttuneError with all files that cannot be read */
  load<Row extends Pick<PreparedRow, 'media' | 'source'>>(
    rows: readonly Row[],
  ): Promise<(Row & { features: Features })[]>;
}

/** Converts examples to a model's rows. */
export interface RowReader {
  /** For models without text input: a stub that throws. */
  tokenizer: Tokenizer;
  /** For models that read images or recordings. */
  media?: MediaReader;
  /** The clock that templates see; fixed per run, so that rows come out the same when it is resumed. */
  now: Date;
  /** Whether the model's trunk is causal: a decoder, not an encoder. */
  causal: boolean;
  /** Length that texts are padded to, by a model that reads the padding too. */
  filledTo?: number;
}

/** Rows of examples, in their order; one that cannot be read is undefined and has its problem listed. */
export interface Prepared<Row extends PreparedRow = PreparedRow> {
  rows: (Row | undefined)[];
  problems: Problem[];
}

/** Runs `body` without gradients on the model as it was before training. */
export type Reference = <T>(body: (model: Model) => T) => T;
