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

/** A request that is over. */
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
  /** Servers that try it: each tests the requests that it sees, and together they may not be wrong more often than one. */
  servers = 1;
  /** Whether there are counts that the registry does not have. */
  isChanged = false;
  /** Why it is over, before the registry says so. */
  broken: string | undefined;

  constructor(rollout: Rollout) {
    this.rollout = rollout;
    this.#guards = parseGuards(rollout.guards);
  }

  /** Copies of requests are still wanted. */
  get wantsPairs(): boolean {
    const { stage, counts, shadowPairs } = this.rollout;
    return stage === 'shadow' && counts.pairs < shadowPairs && this.broken === undefined;
  }

  /** A client was answered by the version in use. */
  observeLive(outcome: Outcome): void {
    if (this.rollout.stage === 'canary')
      this.#each(outcome, (guard, value) => observeBase(this.#stateOf(guard), value));
  }

  /** A client was answered by the version that is tried. */
  observeTried(outcome: Outcome): void {
    this.rollout.counts.requests++;
    this.#observe(outcome);
  }

  /** Both have answered the same request; no client saw the second answer. */
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

  /** Next stage, if due; undefined while it continues or waits for approval. */
  next(now: number): { stage: 'canary' | 'promoted'; reason: string } | undefined {
    const { stage, counts, shadowPairs, share, stageAt, bakeMs } = this.rollout;
    if (this.broken !== undefined) return undefined;
    const isBaked = bakeMs > 0 && now >= stageAt + bakeMs;
    const kept = `${this.#guards.length === 0 ? 'no guard' : 'no guard broke'}`;
    if (stage === 'shadow') {
      if (counts.pairs < shadowPairs) return undefined;
      const reason = `${counts.equal} of ${counts.pairs} answers were the champion's; ${kept}`;
      if (share > 0) return { stage: 'canary', reason };
      return isBaked ? { stage: 'promoted', reason } : undefined;
    }
    if (!isBaked || counts.requests < FEWEST_REQUESTS) return undefined;
    return { stage: 'promoted', reason: `baked with ${counts.requests} requests; ${kept}` };
  }
}

/** Texts of a model that writes; what any other predicts. */
function answersOf({ exchange: { texts, predictions } }: Outcome): string {
  return JSON.stringify(texts ?? predictions.map(({ prediction }) => prediction));
}
