import type { Direction } from '../../scoring/statistics/index.ts';
import type { ServedAnswer } from '../trace.ts';
import type { SignalContext } from './context.ts';

/** Measurement of every answer. */
export interface Signal {
  title: string;
  /** `share`: 0 or 1 of each answer; `amount`: a number. */
  kind: 'share' | 'amount';
  /** Changes that are looked for. */
  directions: readonly Direction[];
  /** Amounts: type of bins, chosen before any value is seen. */
  scale?: 'log' | 'unit' | 'nats';
  /** Amounts that grow: smaller changes, as a factor or as a difference, do not count. */
  floor?: { times: number; more: number };
  /** It costs more than others: only one in four answers is measured, by the hash of its id. */
  isSampled?: boolean;
  /** Undefined where it says nothing of an answer. */
  of(answer: ServedAnswer, context: SignalContext): number | undefined;
  /** Usual cause of a change, and what to do about it. */
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

/** The bin that a value is ranked in: lower than its own where a change has to be large. */
export function rankedBinOf(signal: Pick<Signal, 'kind' | 'scale' | 'floor'>, value: number): number {
  const { floor } = signal;
  return binOf(signal, floor === undefined ? value : Math.min(value / floor.times, value - floor.more));
}

/** The middle of a bin, as a value. */
export function valueOfBin({ kind, scale }: Pick<Signal, 'kind' | 'scale'>, bin: number): number {
  if (kind === 'share') return bin;
  return scale === 'unit' || scale === 'nats'
    ? (bin + 0.5) / BINS_OF_ONE[scale]
    : 2 ** ((bin + 0.5) / PER_DOUBLING - 4);
}
