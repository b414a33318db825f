/**
 * Guards of a candidate version: limits on rates of its requests, which may be checked after every request. Each
 * guard bets against "the rate is within its limit" (testing by betting: Waudby-Smith and Ramdas, 2024). Its wealth
 * is the mean over several bet sizes; if the limit holds, the probability that it ever reaches 1/α is at most α.
 */
import { AttuneError } from '../../base/errors.ts';
import { greatest } from '../../base/many.ts';

/** Signals for guards: 0 or 1 per request. */
export const guardSignals = {
  error_rate: "requests that failed through the version's own fault",
  length_rate: 'requests whose answer was cut off at its token limit',
  empty_rate: 'requests with an empty answer',
} as const;

export type GuardSignal = keyof typeof guardSignals;

export interface Guard {
  /** As written by the user. */
  text: string;
  signal: GuardSignal;
  /** Whether the limit applies to the difference from the version in use. */
  isRelative: boolean;
  /** Between 0 and 1. */
  limit: number;
}

/** Observations of a guard. */
export interface GuardState {
  /** Log wealth for each bet size. */
  logs: number[];
  /** Number of observations of the candidate, and how many were 1. */
  seen: number;
  ones: number;
  /** Counts of the version in use since the last pair. */
  base: { seen: number; ones: number };
}

const GUARD = /^\s*(?<signal>\w+)\s*<=?\s*(?<relative>base\s*\+\s*)?(?<limit>\d+(?:\.\d+)?)\s*(?<percent>%?)\s*$/;

/**
 * Parses `error_rate<1%` or `length_rate<=base+5%`; a text may contain several, separated by commas. @throws
 * AttuneError E_GUARD
 */
export function parseGuards(texts: readonly string[]): Guard[] {
  return texts.flatMap((text) => text.split(',')).map(parseGuard);
}

function parseGuard(text: string): Guard {
  const { signal = '', relative, limit, percent } = GUARD.exec(text)?.groups ?? {};
  const value = Number(limit) / (percent === '%' ? 100 : 1);
  if (Object.hasOwn(guardSignals, signal) && value < 1 && (value > 0 || relative !== undefined))
    return { text: text.trim(), signal: signal as GuardSignal, isRelative: relative !== undefined, limit: value };
  throw new AttuneError('E_GUARD', {
    what: 'A guard is invalid',
    got: text.trim(),
    expected: `error_rate<1% or length_rate<=base+5%; known are ${Object.keys(guardSignals).join(', ')}`,
  });
}

/** Bet sizes as fractions of the largest one that cannot lose everything. */
const BETS = [0.05, 0.1, 0.2, 0.4, 0.8];
/** Probability of a false alarm over all guards and requests of a version. */
const ALPHA = 0.05;

export function newGuardState(): GuardState {
  return { logs: BETS.map(() => 0), seen: 0, ones: 0, base: { seen: 0, ones: 0 } };
}

/** Counts an observation of the version in use. */
export function observeBase(state: GuardState, value: 0 | 1): void {
  state.base.seen++;
  state.base.ones += value;
}

/**
 * Counts an observation of the candidate. A relative guard pairs it with the observations of the version in use since
 * the last pair.
 */
export function observeTried({ isRelative, limit }: Guard, state: GuardState, value: 0 | 1): void {
  state.seen++;
  state.ones += value;
  if (isRelative && state.base.seen === 0) return;
  const { seen, ones } = state.base;
  const surplus = isRelative ? value - ones / seen - limit : value - limit;
  const least = isRelative ? 1 + limit : limit;
  state.logs = state.logs.map((log, i) => log + Math.log1p((BETS[i] / least) * surplus));
  state.base = { seen: 0, ones: 0 };
}

/** Whether the limit is exceeded with certainty, corrected for the number of guards. */
export function isBroken({ logs }: GuardState, guards: number): boolean {
  const most = greatest(logs);
  const mean = logs.reduce((sum, log) => sum + Math.exp(log - most), 0) / logs.length;
  return most + Math.log(mean) >= Math.log(guards / ALPHA);
}

/** "error_rate<1%: 3 of 21 requests" */
export function describeGuard({ text }: Guard, { seen, ones }: GuardState): string {
  return `${text}: ${ones} of ${seen} requests`;
}
