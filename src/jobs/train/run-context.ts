import type { EventSink } from '../../base/events.ts';
import type { Collectives } from '../../engine/group/index.ts';
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
  /** Rows in memory instead of the recipe's files. Nothing derived from them is cached on disk: no tokens, no hidden states. */
  given?: LoadedData;
  /** The run's clock, kept across resumes. */
  now: Date;
  /** Whether to profile a few steps operator by operator. */
  profile?: boolean;
  /** Decisions of an earlier part of the run, or of the run to repeat. */
  earlier?: RunConstants;
  /** Shares of each step in an earlier part of the run that left no checkpoint. */
  shares?: number;
  /** Whether the run resumes in its own folder. */
  isResumed?: boolean;
  /** Step after which the run stops with a checkpoint. */
  pauseAt?: number | { share: number };
  /** The processes that share the run; undefined for one process. */
  group?: Collectives;
  /** Whether another process leads it and writes everything. */
  isFollowing?: boolean;
}

/** A run whose result is still to be compared and assessed. Its weights have been freed. */
export interface FinishedRun {
  context: Pick<RunContext, 'recipe' | 'folder' | 'emit' | 'signal'>;
  loaded: Pick<LoadedData, 'splits'>;
  /** Metrics that the recipe names; undefined if they depend on the form of the answers. */
  metrics: MetricSpec[] | undefined;
}
