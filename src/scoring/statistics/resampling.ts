import { greatest } from '../../base/many.ts';
import { philox4x32, philoxKeys } from '../../base/random.ts';

/** A number computed from rows given by index, with repeats. NaN if undefined for these rows. */
export type Statistic = (indices: Uint32Array) => number;

export interface ResamplingOptions {
  /**
   * Group of each row: groups are resampled as a whole, since their rows are not independent. Default: every row is its
   * own group.
   */
  clusters?: ArrayLike<string | number>;
  /** Default 10,000, fewer above 2,400 rows or groups, never below 1,000. */
  resamples?: number;
  seed?: number;
}

/** A statistic on the original rows, on each resample, and with each unit (or block of units) left out. */
export interface Spread {
  estimate: number;
  values: Float64Array;
  jackknife: Float64Array;
}

const MAX_DRAWS = 2.4e7;
/** With more rows or groups, several are resampled together. */
const MAX_UNITS = 10_000;
const MAX_BLOCKS = 400;
/** Maximum number of jackknife indices cached for the next statistic. */
const MAX_KEPT = 1e6;

/**
 * Bootstrap resamples, drawn once and shared by all statistics, so that differences between statistics on the same
 * resample are paired.
 */
export class Resampling {
  readonly rows: number;
  /** Number of independent units: groups, or rows if there are no groups. */
  readonly groups: number;
  readonly resamples: number;
  readonly #seed: number;
  /** Rows of each resampled unit. */
  readonly #units: readonly Uint32Array[];
  #draws: readonly Uint32Array[] | undefined;
  #remainders: readonly Uint32Array[] | undefined;

  /** @throws RangeError without rows, or if the number of groups differs from that of rows */
  constructor(rows: number, { clusters, resamples, seed = 0 }: ResamplingOptions = {}) {
    if (rows === 0) throw new RangeError('a bootstrap needs at least one row');
    if (clusters !== undefined && clusters.length !== rows) {
      throw new RangeError(`${clusters.length} groups for ${rows} rows`);
    }
    const groups = groupedRows(rows, clusters);
    this.rows = rows;
    this.groups = groups.length;
    this.#units = groups.length > MAX_UNITS ? bundled(groups) : groups;
    this.resamples = resamples ?? Math.max(1000, Math.min(10_000, Math.floor(MAX_DRAWS / this.#units.length)));
    this.#seed = seed;
  }

  get isClustered(): boolean {
    return this.groups < this.rows;
  }

  spread(statistic: Statistic): Spread {
    const estimate = statistic(Uint32Array.from({ length: this.rows }, (_, row) => row));
    return { estimate, values: this.#resampled(statistic), jackknife: this.#jackknife(statistic) };
  }

  #resampled(statistic: Statistic): Float64Array {
    const count = this.#units.length;
    this.#draws ??= drawUnits(count, this.resamples, this.#seed);
    const values = new Float64Array(this.resamples);
    const isPlain = count === this.rows;
    const buffer = new Uint32Array(isPlain ? 0 : count * greatest(this.#units.map(({ length }) => length)));
    for (const [resample, drawn] of this.#draws.entries()) {
      values[resample] = statistic(isPlain ? drawn : this.#rowsOf(drawn, buffer));
    }
    return values;
  }

  #rowsOf(drawn: Uint32Array, buffer: Uint32Array): Uint32Array {
    let length = 0;
    for (const unit of drawn) {
      const rows = this.#units[unit];
      // A loop, since `set` is slower for units of a few rows.
      for (let i = 0; i < rows.length; i++) buffer[length++] = rows[i];
    }
    return buffer.subarray(0, length);
  }

  /** The statistic without each unit; with many units, without each of 400 blocks of units. */
  #jackknife(statistic: Statistic): Float64Array {
    const blocks = Math.min(this.#units.length, MAX_BLOCKS);
    if (blocks < 2) return new Float64Array(0);
    if (blocks * this.rows > MAX_KEPT) return Float64Array.from(this.#rowsWithout(blocks), (rows) => statistic(rows));
    this.#remainders ??= Array.from(this.#rowsWithout(blocks), (rows) => rows.slice());
    return Float64Array.from(this.#remainders, (rows) => statistic(rows));
  }

  /** The rows without each block, in one reused array. */
  *#rowsWithout(blocks: number): Generator<Uint32Array> {
    const blockOf = new Uint32Array(this.rows);
    for (const [unit, rows] of this.#units.entries()) for (const row of rows) blockOf[row] = unit % blocks;
    const kept = new Uint32Array(this.rows);
    for (let block = 0; block < blocks; block++) {
      let length = 0;
      for (let row = 0; row < this.rows; row++) if (blockOf[row] !== block) kept[length++] = row;
      yield kept.subarray(0, length);
    }
  }
}

function groupedRows(rows: number, clusters: ArrayLike<string | number> | undefined): Uint32Array[] {
  if (clusters === undefined) return Array.from({ length: rows }, (_, row) => Uint32Array.of(row));
  const members = new Map<string | number, number[]>();
  for (let row = 0; row < rows; row++) {
    const group = members.get(clusters[row]);
    if (group === undefined) members.set(clusters[row], [row]);
    else group.push(row);
  }
  return [...members.values()].map((group) => Uint32Array.from(group));
}

function bundled(groups: readonly Uint32Array[]): Uint32Array[] {
  const bundles = Array.from({ length: MAX_UNITS }, (): number[] => []);
  for (const [index, rows] of groups.entries()) for (const row of rows) bundles[index % MAX_UNITS].push(row);
  return bundles.map((rows) => Uint32Array.from(rows));
}

/** `resamples` times `count` unit indices, each resample with its own random key. */
function drawUnits(count: number, resamples: number, seed: number): Uint32Array[] {
  const draws = new Uint32Array(resamples * count);
  const keys = philoxKeys(seed, 'bootstrap');
  return Array.from({ length: resamples }, (_, resample) => {
    const key = keys(resample);
    const drawn = draws.subarray(resample * count, (resample + 1) * count);
    for (let unit = 0; unit < count; unit += 4) {
      const block = philox4x32([unit / 4, 0, 0, 0], key);
      // Multiply and shift instead of a remainder: the bias is below count / 2^32.
      for (let i = 0; i < 4 && unit + i < count; i++) drawn[unit + i] = Math.floor((block[i] / 0x100000000) * count);
    }
    return drawn;
  });
}
