/** Tests whether the topics of requests have changed, by word counts in buckets. */
import { setImmediate as takeTurn } from 'node:timers/promises';
import { randomSubset, shuffled, type RandomKey } from '../../base/random.ts';
import { permutationEValue } from '../../scoring/statistics/index.ts';
import { BUCKETS } from '../signals/index.ts';

/** Surprisal of words under bucket frequencies: mean nats per word. */
export class WordModel {
  readonly #costs: Float64Array;

  constructor(rows: readonly Uint8Array[]) {
    const totals = new Float64Array(BUCKETS).fill(0.5);
    for (const row of rows) for (let bucket = 0; bucket < BUCKETS; bucket++) totals[bucket] += row[bucket];
    const sum = totals.reduce((total, count) => total + count, 0);
    this.#costs = totals.map((count) => Math.log(sum / count));
  }

  /** Undefined without words. */
  surprise(row: Uint8Array): number | undefined {
    let [cost, words] = [0, 0];
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      cost += row[bucket] * this.#costs[bucket];
      words += row[bucket];
    }
    return words === 0 ? undefined : cost / words;
  }
}

export interface DomainDrift {
  /** Separation of current from earlier requests by a classifier; 0.5 means none. */
  auc: number;
  /** Share of permutations with at least the same separation. */
  p: number;
  eValue: number;
  reference: number;
  current: number;
}

const PERMUTATIONS = 999;
/** Factor by which permutations increase if the first ones do not resolve the evidence. */
const MORE = 10;
const MOST_ROWS = 250;
/** Interval at which the loop yields, so that requests are served. */
const TURN_MS = 5;

/**
 * A domain classifier (a linear discriminant with a variance per bucket, fitted on one half and evaluated on the
 * other), and its p-value under permutations.
 */
export async function domainDrift(
  reference: readonly Uint8Array[],
  current: readonly Uint8Array[],
  {
    permutations = PERMUTATIONS,
    seed = 0,
    signal,
  }: { permutations?: number; seed?: number; signal?: AbortSignal } = {},
): Promise<DomainDrift> {
  const [before, now] = [reference.slice(-MOST_ROWS), current.slice(-MOST_ROWS)];
  const isNow = Uint8Array.from({ length: before.length + now.length }, (_, place) => (place < before.length ? 0 : 1));
  const halves = halvesOf([...before, ...now].map(featuresOf), seed);
  const seen = separation(halves, isNow);
  const deal = async (count: number, name: string): Promise<number[]> => {
    const dealt: number[] = [];
    let begun = performance.now();
    for (let number = 1; number <= count; number++) {
      dealt.push(separation(halves, dealOut(before.length, now.length, [seed, name, number])));
      if (performance.now() - begun < TURN_MS) continue;
      await takeTurn();
      signal?.throwIfAborted();
      begun = performance.now();
    }
    return dealt;
  };
  const dealt = await deal(permutations, 'deal');
  const spread = Math.sqrt((isNow.length + 1) / (12 * before.length * now.length));
  const scaled = (auc: number): number => (auc - 0.5) / spread;
  const asGood = dealt.filter((auc) => auc >= seen).length;
  const first = permutationEValue(scaled(seen), dealt.map(scaled));
  // Half of the weight is on a second test, which only runs when needed and otherwise counts as no evidence.
  const isClear = first > permutations / 2;
  const second = isClear ? permutationEValue(scaled(seen), (await deal(MORE * permutations, 'more')).map(scaled)) : 0;
  return {
    auc: seen,
    p: (1 + asGood) / (1 + permutations),
    eValue: (first + second) / 2,
    reference: before.length,
    current: now.length,
  };
}

/** A request's buckets, with the square roots of their shares, so that long requests do not dominate. */
interface Features {
  buckets: Uint8Array;
  values: Float64Array;
}

function featuresOf(row: Uint8Array): Features {
  const words = row.reduce((sum, count) => sum + count, 0);
  const buckets = Uint8Array.from([...row.keys()].filter((bucket) => row[bucket] > 0));
  return { buckets, values: Float64Array.from(buckets, (bucket) => Math.sqrt(row[bucket] / words)) };
}

/** A subset of the rows, with the quantities that permutations do not change. */
interface Half {
  places: readonly number[];
  rows: readonly Features[];
  sums: Float64Array;
  /** By bucket: the denominator of the discriminant. */
  variances: Float64Array;
}

function halvesOf(rows: readonly Features[], seed: number): [Half, Half] {
  const sides = shuffled(
    rows.map((_, place) => place % 2),
    [seed, 'halves'],
  );
  return [halfOf(rows, (place) => sides[place] === 0), halfOf(rows, (place) => sides[place] === 1)];
}

function halfOf(all: readonly Features[], isOwn: (place: number) => boolean): Half {
  const places = Array.from(all.keys()).filter(isOwn);
  const rows = places.map((place) => all[place]);
  const [sums, squares] = [new Float64Array(BUCKETS), new Float64Array(BUCKETS)];
  for (const { buckets, values } of rows) {
    for (let i = 0; i < buckets.length; i++) {
      sums[buckets[i]] += values[i];
      squares[buckets[i]] += values[i] * values[i];
    }
  }
  const variances = squares.map((square, bucket) => square / rows.length - (sums[bucket] / rows.length) ** 2 + 1e-3);
  return { places, rows, sums, variances };
}

/** Area under the ROC curve, each half scored by the classifier of the other. */
function separation([one, other]: readonly [Half, Half], isNow: Uint8Array): number {
  return (areaUnder(one, discriminant(other, isNow), isNow) + areaUnder(other, discriminant(one, isNow), isNow)) / 2;
}

function discriminant({ places, rows, sums, variances }: Half, isNow: Uint8Array): Float64Array {
  const nows = new Float64Array(BUCKETS);
  let count = 0;
  for (let row = 0; row < rows.length; row++) {
    if (isNow[places[row]] === 0) continue;
    count++;
    const { buckets, values } = rows[row];
    for (let i = 0; i < buckets.length; i++) nows[buckets[i]] += values[i];
  }
  const rest = rows.length - count;
  if (count === 0 || rest === 0) return nows.fill(0);
  for (let bucket = 0; bucket < BUCKETS; bucket++)
    nows[bucket] = (nows[bucket] / count - (sums[bucket] - nows[bucket]) / rest) / variances[bucket];
  return nows;
}

function score(weights: Float64Array, { buckets, values }: Features): number {
  let sum = 0;
  for (let i = 0; i < buckets.length; i++) sum += weights[buckets[i]] * values[i];
  return sum;
}

/** Mann-Whitney statistic, ties counted half: for each current row, the number of earlier ones that score lower. */
function areaUnder({ places, rows }: Half, weights: Float64Array, isNow: Uint8Array): number {
  const [nows, earlier] = [new Float64Array(rows.length), new Float64Array(rows.length)];
  let [positives, negatives] = [0, 0];
  for (let row = 0; row < rows.length; row++) {
    const value = score(weights, rows[row]);
    if (isNow[places[row]] === 1) nows[positives++] = value;
    else earlier[negatives++] = value;
  }
  if (positives === 0 || negatives === 0) return 0.5;
  const above = earlier.subarray(0, negatives).sort();
  let [wins, below, upTo] = [0, 0, 0];
  for (const value of nows.subarray(0, positives).sort()) {
    while (below < negatives && above[below] < value) below++;
    while (upTo < negatives && above[upTo] <= value) upTo++;
    wins += (below + upTo) / 2;
  }
  return wins / (positives * negatives);
}

/** Draws a random relabelling with the same number of current rows; samples the smaller of the two groups. */
function dealOut(before: number, now: number, key: RandomKey): Uint8Array {
  const isFewer = now < before;
  const dealt = new Uint8Array(before + now).fill(isFewer ? 0 : 1);
  for (const place of randomSubset(isFewer ? now : before, dealt.length, key)) dealt[place] = isFewer ? 1 : 0;
  return dealt;
}
