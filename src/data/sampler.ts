import { plural } from '../base/format.ts';
import { AttuneError } from '../base/errors.ts';
import { randomPermutation, randomUnits } from '../base/random.ts';
import type { MixturePart } from './mixture.ts';
import { packShares } from './packing.ts';

export interface SamplerOptions {
  /** Number of rows; batches refer to them by index. */
  rows: number;
  /** Tokens per row; required for packing and balancing shares. */
  lengths?: ArrayLike<number>;
  /** Rows per optimiser step. */
  batchSize: number;
  seed: number;
  /** Packs rows into micro-batches of at most this number of tokens; without it each row is a micro-batch. */
  microBatchTokens?: number;
  /** False keeps row order (evaluation). */
  shuffle?: boolean;
  /** Parts that are used more or less often than once per epoch. */
  mixture?: readonly MixturePart[];
  /** Equal shares that a step is divided into before it is packed, for as many processes. Default 1. */
  shares?: number;
  /** Poisson sampling: each row is included independently, and `batchSize` is the expected size. */
  isPoisson?: boolean;
}

/** Position of a sampler after `index` batches of `epoch`: its whole state for checkpoints. */
export interface SamplerState {
  epoch: number;
  index: number;
}

export interface Batch {
  /** Position of the step: batch `index` of `epoch`. */
  epoch: number;
  index: number;
  /** Rows of the step; with a mixture a row may occur twice. */
  rows: number[];
  /** Its rows by micro-batch: the first of each share, then the second of each, and so on. */
  microBatches: number[][];
}

export interface Sampler {
  readonly batchesPerEpoch: number;
  readonly rowsPerEpoch: number;
  readonly state: Readonly<SamplerState>;
  /** The next batch, without end; the last one of an epoch may be smaller. */
  next(): Batch;
  /** Any batch, without changing the position. */
  batchAt(epoch: number, index: number): Batch;
  /** Resumes from a checkpoint. */
  restore(state: SamplerState): void;
}

/**
 * Batches as a function of (seed, epoch, index): the rows of a step depend neither on packing nor on shares.
 *
 * @throws AttuneError E_NO_ROWS, E_ROW_EXCEEDS_MICRO_BATCH
 */
export function makeSampler(options: SamplerOptions): Sampler {
  check(options);
  const { rows, batchSize } = options;
  const parts = options.mixture ?? [{ first: 0, rows, share: 1, rowsPerEpoch: rows }];
  const rowsPerEpoch = parts.reduce((total, part) => total + part.rowsPerEpoch, 0);
  const batchesPerEpoch = Math.ceil(rowsPerEpoch / batchSize);
  const orders = new EpochOrders(parts, options.seed, options.shuffle ?? true);
  const drawn = (epoch: number, index: number) =>
    options.isPoisson === true
      ? poissonDraw(options, epoch * batchesPerEpoch + index)
      : [...orders.of(epoch).subarray(index * batchSize, (index + 1) * batchSize)];
  let state: SamplerState = { epoch: 0, index: 0 };

  const batchAt = (epoch: number, index: number): Batch => {
    const batch = drawn(epoch, index);
    return { epoch, index, rows: batch, microBatches: microBatches(batch, options) };
  };
  const restore = ({ epoch, index }: SamplerState): void => {
    const isInside = Number.isInteger(epoch) && Number.isInteger(index) && epoch >= 0 && index >= 0;
    if (!isInside || index > batchesPerEpoch) throw new RangeError(`No batch ${index} of epoch ${epoch}`);
    state = index === batchesPerEpoch ? { epoch: epoch + 1, index: 0 } : { epoch, index };
  };
  const next = (): Batch => {
    const batch = batchAt(state.epoch, state.index);
    restore({ epoch: state.epoch, index: state.index + 1 });
    return batch;
  };
  return {
    batchesPerEpoch,
    rowsPerEpoch,
    batchAt,
    restore,
    next,
    get state() {
      return state;
    },
  };
}

/** A Poisson-sampled step. */
function poissonDraw({ rows, batchSize, seed }: SamplerOptions, step: number): number[] {
  const draw = randomUnits([seed, 'poisson', step]);
  return Array.from({ length: rows }, (_, row) => row).filter((row) => draw(row) < batchSize / rows);
}

/** Row order of each epoch; the most recent one is cached. */
class EpochOrders {
  readonly #parts: readonly MixturePart[];
  readonly #seed: number;
  readonly #shuffles: boolean;
  #epoch = -1;
  #order = new Uint32Array();

  constructor(parts: readonly MixturePart[], seed: number, shuffles: boolean) {
    this.#parts = parts;
    this.#seed = seed;
    this.#shuffles = shuffles;
  }

  of(epoch: number): Uint32Array {
    if (epoch === this.#epoch) return this.#order;
    const drawn = this.#parts.flatMap((part, index) => [...this.#draw(part, index, epoch)]);
    const mixed = this.#shuffles ? randomPermutation(drawn.length, [this.#seed, 'sampler', epoch]) : undefined;
    this.#order = mixed === undefined ? Uint32Array.from(drawn) : mixed.map((index) => drawn[index]);
    this.#epoch = epoch;
    return this.#order;
  }

  /**
   * A part's rows for one epoch: the next range of an endless sequence of shuffled passes, so that no row repeats
   * before all others have been used.
   */
  *#draw(part: MixturePart, index: number, epoch: number): Generator<number> {
    let order: Uint32Array | undefined;
    for (let at = epoch * part.rowsPerEpoch; at < (epoch + 1) * part.rowsPerEpoch; at++) {
      const [pass, place] = [Math.floor(at / part.rows), at % part.rows];
      if (order === undefined || place === 0) order = this.#pass(part.rows, index, pass);
      yield part.first + order[place];
    }
  }

  #pass(rows: number, part: number, pass: number): Uint32Array {
    // A single part that is used whole is shuffled once, in `of`.
    if (!this.#shuffles || this.#parts.length === 1) return Uint32Array.from({ length: rows }, (_, row) => row);
    return randomPermutation(rows, [this.#seed, 'sampler-part', part, pass]);
  }
}

function microBatches(batch: readonly number[], { lengths, microBatchTokens, shares = 1 }: SamplerOptions): number[][] {
  return packShares(batch, lengths, { capacity: microBatchTokens, shares });
}

function check({ rows, batchSize, lengths, microBatchTokens, shares = 1 }: SamplerOptions): void {
  if (rows === 0) throw new AttuneError('E_NO_ROWS', { what: 'There are no rows to draw batches from' });
  if (!Number.isInteger(batchSize) || batchSize < 1) throw new RangeError(`No batches of ${batchSize} rows`);
  if (!Number.isInteger(shares) || shares < 1) throw new RangeError(`No ${shares} shares`);
  if (microBatchTokens === undefined) return;
  if (lengths === undefined) throw new TypeError('Packing needs the length of each row');
  for (let row = 0; row < rows; row++) {
    if (lengths[row] <= microBatchTokens) continue;
    throw new AttuneError('E_ROW_EXCEEDS_MICRO_BATCH', {
      what: `Row ${row + 1} alone is larger than a micro-batch`,
      got: `${plural(lengths[row], 'tokens')}, micro_batch_tokens: ${microBatchTokens}`,
      fix: 'raise micro_batch_tokens, or lower max_length and choose what happens to long rows',
    });
  }
}
