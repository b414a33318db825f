import type { EventSink } from '../../base/events.ts';
import type { TraceStore } from '../../watch/index.ts';
import type { DecisionLog, Facts, State } from './decisions.ts';
import type { Recipe } from '../../methods/recipe.ts';
import type { Plan } from './plan.ts';

/** What a state works with. */
export interface StepContext {
  plan: Plan;
  /** The recipe that is trained again. */
  recipe: Recipe;
  log: DecisionLog;
  store: TraceStore;
  /** Of the current cycle; it exists. */
  folder: string;
  onEvent: EventSink;
  signal: AbortSignal;
  now(): number;
}

/** What a state comes to: the next one, or what it waits for. Done again after a crash it comes to the same. */
export type StepOutcome = { to: State; reason: string; facts?: Facts } | { wait: string };

export type Step = (context: StepContext) => Promise<StepOutcome>;
