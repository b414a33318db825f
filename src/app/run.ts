import { runPaths } from '../store/run-paths.ts';
import { AttuneError } from '../base/errors.ts';
import type { CompareOptions } from './compare/compare.ts';
import type { PredictedRow, PredictorOptions, Row } from './predict.ts';
import type { Talker, TalkOptions } from './talk.ts';
import type { TrainOutcome } from './train.ts';

/** A run that a program has trained: what it came to, and its result to be used. */
export class Run {
  /** All that was found, as `attune train --json` prints it. */
  readonly outcome: TrainOutcome;

  constructor(outcome: TrainOutcome) {
    this.outcome = outcome;
  }

  /** Absolute. */
  get folder(): string {
    return this.outcome.folder;
  }
  /** The trained adapter's or model's folder. @throws AttuneError E_RUN_UNFINISHED where the run was stopped or tried only */
  get result(): string {
    const { result, outcome, step, folder } = this.outcome;
    if (result !== null) return result;
    throw new AttuneError('E_RUN_UNFINISHED', {
      what: `The run in ${folder} has no result`,
      got: outcome === 'dry-run' ? 'a dry run' : `stopped after step ${step}`,
      fix: 'train it to its end: runs.resume(folder)',
    });
  }
  /** Validation metrics of the result, by name. */
  get metrics(): TrainOutcome['metrics'] {
    return this.outcome.metrics;
  }
  /** How the result does against its rivals on the test rows; undefined without test rows. */
  get comparison(): TrainOutcome['comparison'] {
    return this.outcome.comparison;
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

  /** Against its base and other systems, on the test rows or on `data`. */
  async compare(options: CompareOptions = {}) {
    const { compare } = await import('./compare/compare.ts');
    return compare([this.folder], options);
  }
}
