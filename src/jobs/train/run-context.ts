import type { EventSink } from '../../base/events.ts';
import type { LoadedData } from '../../data/index.ts';
import type { MetricSpec } from '../../scoring/metrics/index.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { RunConstants } from '../../training/trainer-state.ts';

/** Inputs of a run. */
export interface RunContext {
  recipe: Recipe;
  folder: string;
  emit: EventSink;
  signal: AbortSignal;
  /** The run's clock, kept over resumes. */
  now: Date;
  /** Whether a few steps are recorded, operator by operator. */
  profile?: boolean;
  /** Decisions of an earlier part of the run, or of the run to repeat. */
  earlier?: RunConstants;
  /** Whether it goes on in its own folder. */
  isResumed?: boolean;
}

/** A run with a result that is still to be compared and judged. Its weights are freed by then. */
export interface FinishedRun {
  context: Pick<RunContext, 'recipe' | 'folder' | 'emit' | 'signal'>;
  loaded: Pick<LoadedData, 'splits'>;
  /** The metrics that the recipe names; undefined where it leaves them to what the answers are like. */
  metrics: MetricSpec[] | undefined;
}
