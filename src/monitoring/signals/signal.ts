import type { Direction } from '../../scoring/statistics/index.ts';
import type { ServedAnswer } from '../trace.ts';
import type { SignalContext } from './context.ts';

/** A measurement made on every answer. */
export interface Signal {
  title: string;
  /** `share`: 0 or 1 for each answer; `amount`: a number. */
  kind: 'share' | 'amount';
  /** Directions of change that are tested. */
  directions: readonly Direction[];
  /** For amounts: type of binning, chosen before any value is seen. */
  scale?: 'log' | 'unit' | 'nats';
  /** For increasing amounts: the smallest change that counts, as a factor and as a difference. */
  floor?: { times: number; more: number };
  /** Whether it is expensive; it is then measured on one in four answers, selected by the hash of their id. */
  isSampled?: boolean;
  /** Value for an answer; undefined if the signal does not apply to it. */
  of(answer: ServedAnswer, context: SignalContext): number | undefined;
  /** Usual cause of a change. */
  cause: string;
  action: string;
}

/** Bins: four per doubling from 1/16 to 2^24; hundredths for shares; twentieths up to 10 for nats. */
const PER_DOUBLING = 4;
const LOG_BINS = 28 * PER_DOUBLING;
const BINS_OF_ONE = { unit: 100, nats: 20 } as const;
const MOST_BINS = { unit: 100, nats: 200 } as const;

export function binsOf({ kind, scale }: Pick<Signal, 'kind' | 'scale'>): number {
  if (kind === 'share') return 2;
  return scale === 'unit' || scale === 'nats' ? MOST_BINS[scale] : LOG_BINS;
}

export function binOf({ kind, scale }: Pick<Signal, 'kind' | 'scale'>, value: number): number {
  if (kind === 'share') return value > 0 ? 1 : 0;
  const most = binsOf({ kind, scale }) - 1;
  const isEven = scale === 'unit' || scale === 'nats';
  const place = isEven ? value * BINS_OF_ONE[scale] : (Math.log2(Math.max(value, 1 / 16)) + 4) * PER_DOUBLING;
  return Math.max(0, Math.min(most, Math.floor(place)));
}

/** The bin that ranks a value; lowered for signals whose small changes do not count. */
export function rankedBinOf(signal: Pick<Signal, 'kind' | 'scale' | 'floor'>, value: number): number {
  const { floor } = signal;
  return binOf(signal, floor === undefined ? value : Math.min(value / floor.times, value - floor.more));
}

/** Centre of a bin. */
export function valueOfBin({ kind, scale }: Pick<Signal, 'kind' | 'scale'>, bin: number): number {
  if (kind === 'share') return bin;
  return scale === 'unit' || scale === 'nats'
    ? (bin + 0.5) / BINS_OF_ONE[scale]
    : 2 ** ((bin + 0.5) / PER_DOUBLING - 4);
}
