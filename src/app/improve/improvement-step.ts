import type { EventSink } from '../../base/events.ts';
import type { TraceStore } from '../../monitoring/index.ts';
import type { RowLayout } from '../../monitoring/quarantine/row-forms.ts';
import type { DecisionLog, Facts, State } from './improvement-decisions.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { Plan } from './improvement-plan.ts';

/** Rows of a single user, for a model of their own. */
export interface RowSource {
  /** The shared model that answered. */
  model: string;
  /** Pseudonym of the user. */
  owner: string;
}

/** Input of a state. */
export interface StepContext {
  plan: Plan;
  /** Present for a user's own model, which learns from that user's rows alone. */
  source?: RowSource;
  /** The recipe for retraining. */
  recipe: Recipe;
  /** How its rows are laid out. */
  layout: RowLayout;
  log: DecisionLog;
  store: TraceStore;
  /** Folder of the current cycle; it exists. */
  folder: string;
  onEvent: EventSink;
  signal: AbortSignal;
  now(): number;
}

/** Outcome of a state: the next one, or a reason to wait. Idempotent, so that it can be repeated after a crash. */
export type StepOutcome = { to: State; reason: string; facts?: Facts } | { wait: string };

export type Step = (context: StepContext) => Promise<StepOutcome>;
