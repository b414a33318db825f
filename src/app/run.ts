import { AttuneError } from '../base/errors.ts';
import { runPaths } from '../store/run-paths.ts';
import type { CompareOptions } from './compare/compare-options.ts';
import type { PredictedRow, PredictorOptions, Row } from './predict.ts';
import type { Talker, TalkOptions } from './talk.ts';
import type { ComparedSystems } from './use-cases/compare.ts';
import type { Forgetting } from '../evaluation/assessments/forgetting.ts';
import type { Overfitting } from '../evaluation/assessments/overfitting.ts';
import type { Wording } from '../evaluation/assessments/wording.ts';
import type { Comparison } from '../store/results.ts';
import type { RunTimes } from '../store/run-clock.ts';
import type { JobResult } from '../jobs/worker/index.ts';

/** A finished run, with advice on keeping an equally good cheap system. */
export type Ended = TrainOutcome & { keep?: string };

export type Trained = Ended | DetachedRun;

/** Outcome of a run; `folder` is absolute. A finished run has a comparison unless its recipe or its data rule it out. */
export type TrainOutcome = JobResult<'train'> & {
  folder: string;
  comparison?: Comparison;
  /** Times of a finished run, over all its resumes. */
  times?: RunTimes;
  /** Where `evaluation.general` or a limit asks for it. */
  forgetting?: Forgetting;
  /** Where `evaluation.overfitting` asks for it. */
  overfitting?: Overfitting;
  /** How it does on test rows in other words. */
  wording?: Wording;
  /** Remark on the base model, if it is the shipped one. */
  baseRemark?: string;
};

/** A run that goes on in the background. */
export interface DetachedRun {
  outcome: 'detached';
  folder: string;
  pid: number;
}

/** A run that has ended as an object; one that goes on in the background as it is. */
export function asRun(trained: TrainOutcome | DetachedRun): Run | DetachedRun {
  return trained.outcome === 'detached' ? trained : new Run(trained);
}

/** A run that a program has trained: what it came to, and its result to be used. */
export class Run {
  /** All that was found, as `attune train --json` prints it. */
  readonly found: Ended;

  constructor(found: Ended) {
    this.found = found;
  }

  toJSON(): Ended {
    return this.found;
  }

  /** `finished`; `stopped` where it was asked to; or `dry-run`. */
  get outcome(): TrainOutcome['outcome'] {
    return this.found.outcome;
  }
  /** Absolute. */
  get folder(): string {
    return this.found.folder;
  }
  /** Steps that were taken. */
  get step(): number {
    return this.found.step;
  }
  /** The trained adapter's or model's folder. @throws AttuneError E_RUN_UNFINISHED where there is none yet */
  get result(): string {
    const { result, outcome, step, folder } = this.found;
    if (result !== null) return result;
    throw new AttuneError('E_RUN_UNFINISHED', {
      what: `The run in ${folder} has no result`,
      got: outcome === 'dry-run' ? 'a dry run' : `stopped after step ${step}`,
      fix: 'finish the training: runs.resume(folder)',
    });
  }
  /** Validation metrics of the result, by name. */
  get metrics(): TrainOutcome['metrics'] {
    return this.found.metrics;
  }
  /** How the result does against its rivals on the test rows; undefined without test rows. */
  get comparison(): TrainOutcome['comparison'] {
    return this.found.comparison;
  }
  /** The page with curves, figures and answers: a file that can be sent. */
  get report(): string {
    return runPaths(this.folder).reportHtml;
  }

  /** Opens the result to answer prompts, with `await using` or until `close`. */
  async open(options: Omit<TalkOptions, 'target'> = {}): Promise<Talker> {
    const { openTalker } = await import('./talk.ts');
    return openTalker({ ...options, target: this.result });
  }

  /** One answer for each row, in their order. */
  async predict(rows: readonly Row[], options: Omit<PredictorOptions, 'target'> = {}): Promise<PredictedRow[]> {
    const { openPredictor } = await import('./predict.ts');
    const predictor = await openPredictor({ ...options, target: this.result });
    try {
      return await predictor.predict(rows);
    } finally {
      await predictor.close();
    }
  }

  /** The result against its base and other systems, on the test rows or on `data`. */
  async compare(options: CompareOptions = {}): Promise<ComparedSystems> {
    const { compare } = await import('./compare/compare.ts');
    return compare([this.folder], options);
  }
}
