/** The server's interface to training; `app` decides how and in which process it runs. */
import type { EventSink } from '../../base/events.ts';
import type { Job } from '../../store/registry/index.ts';

/** Paths of a job's files. */
export interface JobFiles {
  train: string;
  validation?: string;
}

/** A validated job, ready to train. */
export interface Plan {
  /** The resolved recipe, with absolute paths. */
  recipe: Record<string, unknown>;
  /** The method with every `auto` resolved. */
  method: Job['method'];
  /** Number of training rows. */
  rows: number;
}

export interface Published {
  /** Name of the registered model with the result. */
  model: string;
  checkpoints: { step: number; model: string }[];
}

export interface JobTarget {
  job: Job;
  /** Local target of the job's model. */
  target: string;
  files: JobFiles;
}

/** Trains jobs; provided by the caller of the server. */
export interface Trainer {
  /** Rejects invalid jobs before any file is read. @throws ApiError or AttuneError */
  check(job: Pick<Job, 'method' | 'extra'>): void;
  /** Reads the files and resolves the recipe. @throws AttuneError E_BAD_ROWS with lines and fields, E_RECIPE */
  plan(wanted: JobTarget, signal: AbortSignal): Promise<Plan>;
  /** Trains, from the newest checkpoint if there is one. Stops with a checkpoint on request. */
  train(wanted: JobTarget, watch: { onEvent: EventSink; signal: AbortSignal }): Promise<'finished' | 'stopped'>;
  /** Registers the result and its checkpoints under the given names. */
  publish(job: Job, names: { model: string; checkpoint(step: number): string }): Promise<Published>;
}
