/** This server's view of a rollout. */
import {
  describeGuard,
  isBroken,
  observeBase,
  observeTried,
  parseGuards,
  type Guard,
  type Rollout,
} from '../../store/registry/index.ts';
import { signalOf } from './signals.ts';
import type { Exchange } from '../watch/exchange.ts';

/** A completed request. */
export interface Outcome {
  exchange: Exchange;
  status: number;
  error?: unknown;
}

/** Minimum number of requests to a canary before promotion. */
const FEWEST_REQUESTS = 20;

export class Trial {
  /** The rollout as registered, with this server's own counts. */
  readonly rollout: Rollout;
  readonly #guards: readonly Guard[];
  /**
   * Number of servers that take part in this rollout. Each tests the requests it sees, at a level that keeps the
   * joint error rate.
   */
  servers = 1;
  /** Whether there are counts not yet in the registry. */
  isChanged = false;
  /** Why the rollout is over, until it is recorded in the registry. */
  broken: string | undefined;

  constructor(rollout: Rollout) {
    this.rollout = rollout;
    this.#guards = parseGuards(rollout.guards);
  }

  /** Whether more shadow requests are wanted. */
  get wantsPairs(): boolean {
    const { stage, counts, shadowPairs } = this.rollout;
    return stage === 'shadow' && counts.pairs < shadowPairs && this.broken === undefined;
  }

  /** Records an answer of the version in use. */
  observeLive(outcome: Outcome): void {
    if (this.rollout.stage === 'canary')
      this.#each(outcome, (guard, value) => observeBase(this.#stateOf(guard), value));
  }

  /** Records an answer of the candidate. */
  observeTried(outcome: Outcome): void {
    this.rollout.counts.requests++;
    this.#observe(outcome);
  }

  /** Records both versions' answers to the same request; the client saw only the first. */
  observePair(live: Outcome, tried: Outcome): void {
    const { counts } = this.rollout;
    counts.pairs++;
    if (answersOf(live) === answersOf(tried)) counts.equal++;
    this.#each(live, (guard, value) => observeBase(this.#stateOf(guard), value));
    this.#observe(tried);
  }

  #observe(outcome: Outcome): void {
    this.#each(outcome, (guard, value) => {
      const state = this.#stateOf(guard);
      observeTried(guard, state, value);
      if (isBroken(state, this.#guards.length * this.servers))
        this.broken ??= `guard broken: ${describeGuard(guard, state)}`;
    });
  }

  #each(outcome: Outcome, use: (guard: Guard, value: 0 | 1) => void): void {
    this.isChanged = true;
    for (const guard of this.#guards) {
      const value = signalOf(guard.signal, outcome);
      if (value !== undefined) use(guard, value);
    }
  }

  #stateOf({ text }: Guard) {
    return this.rollout.counts.guards[text]; // own: the guards of the rollout
  }

  /** The next stage, if due; undefined while the rollout continues or waits for approval. */
  next(now: number): { stage: 'canary' | 'promoted'; reason: string } | undefined {
    const { stage, counts, shadowPairs, share, stageAt, bakeMs } = this.rollout;
    if (this.broken !== undefined) return undefined;
    const isBaked = bakeMs > 0 && now >= stageAt + bakeMs;
    const kept = `${this.#guards.length === 0 ? 'no guard' : 'no guard broke'}`;
    if (stage === 'shadow') {
      if (counts.pairs < shadowPairs) return undefined;
      const reason = `${counts.equal} of ${counts.pairs} answers equalled the champion's; ${kept}`;
      if (share > 0) return { stage: 'canary', reason };
      return isBaked ? { stage: 'promoted', reason } : undefined;
    }
    if (!isBaked || counts.requests < FEWEST_REQUESTS) return undefined;
    return { stage: 'promoted', reason: `served ${counts.requests} requests as a canary; ${kept}` };
  }
}

/** Answers to compare: a generative model's texts, or other models' predictions. */
function answersOf({ exchange: { texts, predictions } }: Outcome): string {
  return JSON.stringify(texts ?? predictions.map(({ prediction }) => prediction));
}
