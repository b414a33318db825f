import type { PhaseStarted, StampedEvent } from '../base/events.ts';
import { readEvents } from './run-folder.ts';
import { isFinal } from './run-summary.ts';

/**
 * Breakdown of a run's time, as the terminal, the report and `runs show` display it. Pauses before a resume do not
 * count.
 */
export interface RunTimes {
  /** Time of the whole run, including loading and saving. */
  total: number;
  /** Optimiser steps, and the validation between them. */
  training: number;
  /** Final comparison and measurements. */
  evaluation: number;
}

/** Computed from the run's events. @throws AttuneError E_RUN_MISSING */
export function runTimes(folder: string): RunTimes {
  const clock = new RunClock();
  for (const event of readEvents(folder)) clock.record(event);
  return clock.times;
}

export interface PhaseTime {
  phase: PhaseStarted['phase'];
  seconds: number;
}

/** Accumulates the time of a run's parts from its events. */
export class RunClock {
  readonly #seconds = new Map<PhaseStarted['phase'], number>();
  #phase?: PhaseStarted['phase'];
  #last?: StampedEvent;
  #total = 0;
  #seenTokens?: number;
  #timedTokens = 0;
  #stepSeconds = 0;

  record(event: StampedEvent): void {
    if (this.#last !== undefined && !isPause(this.#last, event)) this.#add((event.at - this.#last.at) / 1000);
    this.#last = event;
    if (event.type === 'phase-started') this.#phase = event.phase;
    if (event.type === 'run-resumed') this.#seenTokens = undefined;
    if (event.type === 'step-finished') this.#time(event.inputTokens, event.tokensPerSecond);
  }

  get seconds(): number {
    return this.#total;
  }

  get times(): RunTimes {
    const of = (phase: PhaseStarted['phase']): number => this.#seconds.get(phase) ?? 0;
    return { total: this.#total, training: of('train'), evaluation: of('evaluate') };
  }

  /** Input tokens per second of the training steps alone. */
  get tokensPerSecond(): number | undefined {
    return this.#stepSeconds === 0 ? undefined : this.#timedTokens / this.#stepSeconds;
  }

  /** In order of their start. */
  phases(): PhaseTime[] {
    return [...this.#seconds].map(([phase, seconds]) => ({ phase, seconds }));
  }

  #add(seconds: number): void {
    this.#total += Math.max(0, seconds);
    if (this.#phase === undefined) return;
    this.#seconds.set(this.#phase, (this.#seconds.get(this.#phase) ?? 0) + Math.max(0, seconds));
  }

  /** Skips the first step after a resume, since its number of tokens is unknown. */
  #time(inputTokens: number, tokensPerSecond: number): void {
    const tokens = inputTokens - (this.#seenTokens ?? inputTokens);
    this.#seenTokens = inputTokens;
    if (tokens <= 0 || !(tokensPerSecond > 0)) return;
    this.#timedTokens += tokens;
    this.#stepSeconds += tokens / tokensPerSecond;
  }
}

/** Whether two events are the last of one process and the first of the next, between which no work was done. */
function isPause(last: StampedEvent, next: StampedEvent): boolean {
  return isFinal(last) || next.type === 'run-resumed' || next.type === 'run-started';
}
