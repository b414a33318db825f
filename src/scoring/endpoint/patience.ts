import { setTimeout as sleep } from 'node:timers/promises';
import { randomUnit } from '../../base/random.ts';
import { PassingFailure } from './post.ts';

export interface Patience {
  /** Number of attempts. Default 7, which with the delays between them take about two minutes. */
  tries?: number;
  /** Delay before the first retry in seconds, doubled each time. Default 1. */
  firstWait?: number;
  /** Called before each retry, with the delay in seconds. */
  onWait?: (reason: string, seconds: number) => void;
  signal?: AbortSignal;
}

const LONGEST_WAIT = 60;

/**
 * Retries after temporary failures with growing delays, or after the delay that the server asks for. Delays have
 * jitter, so that requests that failed together do not retry together. @throws the last failure
 */
export async function patiently<Result>(
  key: string,
  work: () => Promise<Result>,
  { tries = 7, firstWait = 1, onWait, signal }: Patience,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof PassingFailure) || attempt >= tries) throw error;
      const spread = 0.5 + randomUnit([0, key, attempt]);
      const wait = Math.min(error.waitSeconds ?? firstWait * 2 ** (attempt - 1) * spread, LONGEST_WAIT);
      onWait?.(error.message, wait);
      await sleep(wait * 1000, undefined, { signal });
    }
  }
}
