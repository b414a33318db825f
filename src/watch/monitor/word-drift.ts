/** Whether requests are about something else than they were: by counts of their words in buckets. */
import { setImmediate as takeTurn } from 'node:timers/promises';
import { shuffled, type RandomKey } from '../../base/random.ts';
import { permutationEValue } from '../../eval/statistics/index.ts';
import { BUCKETS } from '../signals/index.ts';

/** How unlikely words are, by how often each bucket was used: mean nats of a word. */
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
  /** How well a classifier tells current requests from earlier ones: 0.5 for not at all. */
  auc: number;
  /** Share of permutations that are told apart as well. */
  p: number;
  eValue: number;
  reference: number;
  current: number;
}

const PERMUTATIONS = 999;
const MOST_ROWS = 250;
const TURN = 16;

/**
 * A classifier of two domains (a linear discriminant with its own variance in each bucket, fitted on one half and asked
 * about the other) and how well it does when the rows are dealt out anew.
 */
export async function domainDrift(
  reference: readonly Uint8Array[],
  current: readonly Uint8Array[],
  { permutations = PERMUTATIONS, seed = 0 }: { permutations?: number; seed?: number } = {},
): Promise<DomainDrift> {
  const [before, now] = [reference.slice(-MOST_ROWS), current.slice(-MOST_ROWS)];
  const rows = [...before, ...now].map(featuresOf);
  const isNow = Uint8Array.from(rows, (_, place) => (place < before.length ? 0 : 1));
  const half = halvesOf(rows.length, seed);
  const seen = separation(rows, isNow, half);
  const dealt: number[] = [];
  for (let number = 1; number <= permutations; number++) {
    dealt.push(separation(rows, shuffledCopy(isNow, [seed, 'deal', number]), half));
    if (number % TURN === 0) await takeTurn();
  }
  const spread = Math.sqrt((rows.length + 1) / (12 * before.length * now.length));
  const scaled = (auc: number): number => (auc - 0.5) / spread;
  const asGood = dealt.filter((auc) => auc >= seen).length;
  return {
    auc: seen,
    p: (1 + asGood) / (1 + permutations),
    eValue: permutationEValue(scaled(seen), dealt.map(scaled)),
    reference: before.length,
    current: now.length,
  };
}

/** A request's words: buckets that it has, and square roots of their shares, so that long requests do not outweigh others. */
interface Features {
  buckets: Uint8Array;
  values: Float64Array;
}

function featuresOf(row: Uint8Array): Features {
  const words = row.reduce((sum, count) => sum + count, 0);
  const buckets = Uint8Array.from([...row.keys()].filter((bucket) => row[bucket] > 0));
  return { buckets, values: Float64Array.from(buckets, (bucket) => Math.sqrt(row[bucket] / words)) };
}

function halvesOf(rows: number, seed: number): Uint8Array {
  return shuffledCopy(
    Uint8Array.from({ length: rows }, (_, place) => place % 2),
    [seed, 'halves'],
  );
}

/** Area under the ROC curve, each half scored by what the other half says. */
function separation(rows: readonly Features[], isNow: Uint8Array, half: Uint8Array): number {
  const scores = new Float64Array(rows.length);
  for (const own of [0, 1]) {
    const weights = discriminant(rows, isNow, (place) => half[place] !== own);
    for (const [place, row] of rows.entries()) if (half[place] === own) scores[place] = score(weights, row);
  }
  return (
    (areaUnder(scores, isNow, (place) => half[place] === 0) + areaUnder(scores, isNow, (place) => half[place] === 1)) /
    2
  );
}

function discriminant(rows: readonly Features[], isNow: Uint8Array, isUsed: (place: number) => boolean): Float64Array {
  const sums = [new Float64Array(BUCKETS), new Float64Array(BUCKETS)];
  const squares = new Float64Array(BUCKETS);
  const counts = [0, 0];
  for (const [place, { buckets, values }] of rows.entries()) {
    if (!isUsed(place)) continue;
    const sum = sums[isNow[place]];
    counts[isNow[place]]++;
    for (const [i, bucket] of buckets.entries()) {
      sum[bucket] += values[i];
      squares[bucket] += values[i] * values[i];
    }
  }
  if (counts[0] === 0 || counts[1] === 0) return new Float64Array(BUCKETS);
  const all = counts[0] + counts[1];
  return squares.map((square, bucket) => {
    const mean = (sums[0][bucket] + sums[1][bucket]) / all;
    const variance = square / all - mean * mean;
    return (sums[1][bucket] / counts[1] - sums[0][bucket] / counts[0]) / (variance + 1e-3);
  });
}

function score(weights: Float64Array, { buckets, values }: Features): number {
  let sum = 0;
  for (const [i, bucket] of buckets.entries()) sum += weights[bucket] * values[i];
  return sum;
}

/** Mann-Whitney, ties half. */
function areaUnder(scores: Float64Array, isNow: Uint8Array, isUsed: (place: number) => boolean): number {
  const places = Array.from(scores.keys())
    .filter(isUsed)
    .sort((a, b) => scores[a] - scores[b]);
  let [rankSum, positives] = [0, 0];
  for (let from = 0; from < places.length;) {
    let to = from;
    while (to < places.length && scores[places[to]] === scores[places[from]]) to++;
    for (let i = from; i < to; i++)
      if (isNow[places[i]] === 1) {
        rankSum += (from + to + 1) / 2;
        positives++;
      }
    from = to;
  }
  const negatives = places.length - positives;
  if (positives === 0 || negatives === 0) return 0.5;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

function shuffledCopy(values: Uint8Array, key: RandomKey): Uint8Array {
  return Uint8Array.from(shuffled([...values], key));
}
