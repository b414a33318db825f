import { AttuneError } from '../base/errors.ts';
import { runPaths } from '../store/run-paths.ts';
import type { CompareOptions } from './compare/compare-options.ts';
import type { PredictedRow, PredictorOptions, Row } from './predict.ts';
import type { Talker, TalkOptions } from './talk.ts';
import type { ComparedSystems } from './use-cases/compare.ts';
import type { Forgetting } from '../evaluation/assessments/forgetting.ts';
import type { Overfitting } from '../evaluation/assessments/overfitting.ts';
import type { Wording } from '../evaluation/wording/wording-results.ts';
import type { Comparison } from '../store/results.ts';
import type { RunTimes } from '../store/run-clock.ts';
import type { JobResult } from '../jobs/worker/index.ts';

/** A finished run, with advice on keeping a cheap system that is equally good. */
export type Ended = TrainOutcome & { keep?: string };

export type Trained = Ended | DetachedRun;

/** Outcome of a run; `folder` is absolute. A finished run has a comparison unless its recipe or its data prevent it. */
export type TrainOutcome = JobResult<'train'> & {
  folder: string;
  comparison?: Comparison;
  /** Times of a finished run, including all its resumes. */
  times?: RunTimes;
  /** Present if `evaluation.general` or a limit requests it. */
  forgetting?: Forgetting;
  /** Present if `evaluation.overfitting` requests it. */
  overfitting?: Overfitting;
  /** Results on reworded test rows. */
  wording?: Wording;
  /** Remark on the base model, if it is the shipped one. */
  baseRemark?: string;
};

/** A run that continues in the background. */
export interface DetachedRun {
  outcome: 'detached';
  folder: string;
  pid: number;
}

/** Why a run that was not stopped has no result. */
const NO_RESULT: Partial<Record<TrainOutcome['outcome'], string>> = {
  'dry-run': 'a dry run',
  paused: 'it was paused',
  followed: 'another process leads the run and has its result',
};

/** An object for a run that has ended; a background run is returned unchanged. */
export function asRun(trained: TrainOutcome | DetachedRun): Run | DetachedRun {
  return trained.outcome === 'detached' ? trained : new Run(trained);
}

/** A run that a program has trained: its findings, and its result for use. */
export class Run {
  /** All findings, as printed by `attune train --json`. */
  readonly found: Ended;

  constructor(found: Ended) {
    this.found = found;
  }

  toJSON(): Ended {
    return this.found;
  }

  /** `finished`; `stopped` or `paused` if requested; `dry-run`; or `followed` if another process led the run. */
  get outcome(): TrainOutcome['outcome'] {
    return this.found.outcome;
  }
  /** Absolute path. */
  get folder(): string {
    return this.found.folder;
  }
  /** Number of steps taken. */
  get step(): number {
    return this.found.step;
  }
  /** Folder of the trained adapter or model. @throws AttuneError E_RUN_UNFINISHED if there is none yet */
  get result(): string {
    const { result, outcome, step, folder } = this.found;
    if (result !== null) return result;
    throw new AttuneError('E_RUN_UNFINISHED', {
      what: `The run in ${folder} has no result`,
      got: NO_RESULT[outcome] ?? `stopped after step ${step}`,
      fix: 'finish the training: runs.resume(folder)',
    });
  }
  /** Validation metrics of the result, by name. */
  get metrics(): TrainOutcome['metrics'] {
    return this.found.metrics;
  }
  /** Comparison of the result with its rivals on the test rows; undefined without test rows. */
  get comparison(): TrainOutcome['comparison'] {
    return this.found.comparison;
  }
  /** The HTML page with curves, figures and answers, in one file that can be forwarded. */
  get report(): string {
    return runPaths(this.folder).reportHtml;
  }

  /** Opens the result to answer prompts, with `await using` or until `close`. */
  async open(options: Omit<TalkOptions, 'target'> = {}): Promise<Talker> {
    const { openTalker } = await import('./talk.ts');
    return openTalker({ ...options, target: this.result });
  }

  /** Returns one answer per row in order. */
  async predict(rows: readonly Row[], options: Omit<PredictorOptions, 'target'> = {}): Promise<PredictedRow[]> {
    const { openPredictor } = await import('./predict.ts');
    const predictor = await openPredictor({ ...options, target: this.result });
    try {
      return await predictor.predict(rows);
    } finally {
      await predictor.close();
    }
  }

  /** Compares the result with its base and other systems, on the test rows or on `data`. */
  async compare(options: CompareOptions = {}): Promise<ComparedSystems> {
    const { compare } = await import('./compare/compare.ts');
    return compare([this.folder], options);
  }
}
