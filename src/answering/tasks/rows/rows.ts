import { chainLengths } from '../../../base/chain-lengths.ts';
import type { Problem } from '../../../base/errors.ts';
import type { Features } from '../../../base/features.ts';
import { greatest } from '../../../base/many.ts';
import type { PromptExample } from '../../../data/example.ts';
import type { MediaFile, MediaKind } from '../../../data/media.ts';
import type { ImageTokens } from '../../../models/architecture.ts';
import type { Model, ModelInput } from '../../../models/model.ts';
import type { Tensor } from '../../../engine/tensor/index.ts';
import type { Tokenizer } from '../../../models/text/index.ts';

/** One row, tokenised: what batches are made of. */
export interface PreparedRow {
  /** The example's id; keys random numbers. */
  id: string;
  ids: Int32Array;
  /** 1 where the token is one that the model learns to produce. */
  trained: Uint8Array;
  /** BERT's segment ids, for models that have them. */
  typeIds?: Int32Array;
  /** Index of the class, for objectives that have classes. */
  label?: number;
  /** Targets: 1 or 0 for each class of a row, its number, or the class of each trained token in order. */
  values?: readonly number[];
  /** Ids that are wanted at trained tokens, where they are not the row's own. */
  targets?: Int32Array;
  /** Ids that each trained token is set against, as many for each token, in order. */
  rivals?: Int32Array;
  /** Lengths of the row's texts, where it has several that do not see each other. */
  segments?: readonly number[];
  /** Which of the row's texts each of them continues, or -1: answers that share a prompt. Parents come first. */
  parents?: readonly number[];
  /** The reference model's scores of the row, if known: as `Objective.judge` returns them. */
  reference?: Float32Array;
  /** Log-probabilities of the trained tokens when they were sampled. */
  sampled?: Float32Array;
  /** Critic's targets for the row's answers, concatenated. */
  critic?: CriticTargets;
  /** How much each trained token counts; 1 unless given. */
  weights?: Float32Array;
  /** The row as reward functions see it. */
  prompt?: PromptExample;
  /** The file that the model reads in place of tokens. */
  media?: MediaFile;
  /** Model input from the file, while the row is in use. */
  features?: Features;
  /** The images that stand among its tokens, in their order. */
  images?: readonly MediaFile[];
  /** Model input from each image, while the row is in use: [squares, channels, side, side] */
  squares?: readonly Features[];
  /** Output of the frozen blocks for the row, in place of its input. */
  resumed?: ResumedRow;
  /** Size in tokens of the model, for rows without ids. */
  size?: number;
  source: { file: string; line: number };
}

/** A row's hidden states after `blocks` blocks. */
export interface ResumedRow extends Features {
  blocks: number;
  /** Tokens of the row after all blocks. */
  tokens: number;
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
export interface Batch {
  input: ModelInput;
  rows: readonly PreparedRow[];
}

/** Counts over a whole optimiser step, taken before its first forward, so that each term is scaled once. */
export type Counts = Record<string, number>;

/** Sums that are added up over batches: a metric is `sum / count`. */
export type Tally = Record<string, { sum: Tensor; count: number }>;

/** Training targets of actor and critic. A state is what a token is predicted from, and the end of an answer. */
export interface CriticTargets {
  /** Per trained token. */
  advantages: Float32Array;
  /** Per state, at the time of sampling. */
  values: Float32Array;
  /** Target of each state's value. */
  returns: Float32Array;
}

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
export interface Prepared {
  rows: (PreparedRow | undefined)[];
  problems: Problem[];
}

/** Runs `body` without gradients on the model as it was before training. */
export type Reference = <T>(body: (model: Model) => T) => T;
