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
  /** The media file that the model reads instead of tokens. */
  media?: MediaFile;
  /** Images among its tokens, in order. */
  images?: readonly MediaFile[];
  /** Size in model tokens, for rows without ids. */
  size?: number;
  source: { file: string; line: number };
}

/** A loaded row with the model input of its file. */
export interface ReadRow extends PreparedRow {
  features?: Features;
}

/** A row of several texts. */
export interface TextsRow extends PreparedRow {
  segments: readonly number[];
}

/** A row with target values: 1 or 0 for each class, its number, or one value for each trained token in order. */
export interface ValuesRow extends PreparedRow {
  values: readonly number[];
}

/** Number of tokens of a row in the model's blocks. */
export function tokensOf(row: Pick<PreparedRow, 'ids' | 'size'>): number {
  return row.size ?? row.ids.length;
}

type Sized = Pick<PreparedRow, 'ids' | 'segments' | 'parents' | 'size'>;

/** Token counts of a row's texts, or of the row itself. */
export function textLengths(row: Sized): readonly number[] {
  return row.segments ?? [tokensOf(row)];
}

/** Maximum number of tokens in a row that attend to each other. */
export function tokensAtOnce(row: Sized): number {
  return greatest(chainLengths(textLengths(row), row.parents));
}

/** Several rows as one input, with the data that the objective needs to score them. */
export interface Batch<Row extends PreparedRow = PreparedRow> {
  input: ModelInput;
  rows: readonly Row[];
}

/** Counts over a whole optimiser step, taken before its first forward pass, so that each term is scaled once. */
export type Counts = Record<string, number>;

/** Sums accumulated over batches: a metric is `sum / count`. */
export type Tally = Record<string, { sum: Tensor; count: number }>;

/** Reads images or recordings as model input. */
export interface MediaReader {
  readonly kind: MediaKind;
  /** Hash of all settings that determine its output, for cache keys. */
  readonly identity: string;
  /** Number of model tokens for a file. */
  size(file: MediaFile): number;
  /** Number of model tokens for loaded features. */
  tokens(features: Features): number;
  /** Vision language models: the placeholder tokens of images. */
  readonly imageTokens?: ImageTokens;
  /** Loads each row's file. @throws AttuneError listing all files that cannot be read */
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
  /** Clock that templates see; fixed per run, so that a resumed run renders the same rows. */
  now: Date;
  /** Whether the model's trunk is causal (a decoder rather than an encoder). */
  causal: boolean;
  /** Length that texts are padded to, for models that attend to padding. */
  filledTo?: number;
}

/** Rows of examples, in order; undefined for an example with a problem. */
export interface Prepared<Row extends PreparedRow = PreparedRow> {
  rows: (Row | undefined)[];
  problems: Problem[];
}

/** Runs `body` without gradients on the reference model. */
export type Reference = <T>(body: (model: Model) => T) => T;
