import { readAssessments } from '../../evaluation/assessments/assessment-files.ts';
import type { Assessments } from '../../evaluation/assessments/index.ts';
import { existsSync, readFileSync } from 'node:fs';
import type { Problem } from '../../base/errors.ts';
import type {
  DataPrepared,
  EvaluationFinished,
  PreflightFinished,
  ResultChoice,
  RatesTried,
  StampedEvent,
  TrainingSettled,
  WarningRaised,
} from '../../base/events.ts';
import { sha256 } from '../../files/hash.ts';
import { readJson } from '../../files/json.ts';
import { remarkOnRun } from '../../evaluation/demonstration-base.ts';
import type { Samples } from '../../store/results.ts';
import { readSamples } from '../../store/samples.ts';
import { readEvents, requireRun, withLiveStatus } from '../../store/run-folder.ts';
import { runPaths } from '../../store/run-paths.ts';
import { emptySummary, recordEvent, type RunSummary } from '../../store/run-summary.ts';
import type { ReportRows } from './rows-setting.ts';
import { CurveCollector, type Curves } from './step-curves.ts';
import { WatchedRows, type WatchedRow } from './watched-rows.ts';
import { RunClock, type PhaseTime, type RunTimes } from '../../store/run-clock.ts';

/** Everything that a report shows; the contents of report.json. */
export interface RunReport extends Partial<Assessments> {
  version: 2;
  run: RunSummary;
  /** The resolved recipe. */
  recipe?: unknown;
  /** SHA-256 of recipe.json. */
  recipeHash?: string;
  /** Versions, threads, instruction set, hashes. */
  identity: Record<string, string | number>;
  samples?: Samples;
  /** In a saved report: whether it contains data rows in full. */
  rows?: ReportRows;
  /** Remark on the base model, if it is the one that ships with attune. */
  baseRemark?: string;
  data?: DataPrepared;
  preflight?: PreflightFinished;
  /** Training settings that the recipe left open, as chosen. */
  settled?: TrainingSettled;
  /** Learning-rate trials, if the run chose its own rate. */
  rateTrials?: RatesTried;
  curves: Curves;
  /** Step at which each further epoch began. */
  epochs: readonly { step: number; epoch: number }[];
  evaluations: readonly EvaluationFinished[];
  /** A few validation rows and how their answers changed; absent if there were none. */
  watched?: readonly WatchedRow[];
  phases: readonly PhaseTime[];
  totals: RunTotals;
  /** Progress of a running run. */
  progress?: RunProgress;
  warnings: readonly RaisedWarning[];
  /** The step whose weights are the result of a finished run, and why it was chosen. */
  choice?: ResultChoice;
  /** Error of a failed run: the fields of an AttuneError, or name and message of a bug. */
  error?: Record<string, unknown>;
}

/** Progress of a running run. */
export interface RunProgress {
  /** The phase, for people. */
  message: string;
  /** Estimated remaining training time, from the last step. */
  secondsLeft?: number;
  /** Progress of the phase, if known. */
  done?: number;
  total?: number;
  unit?: string;
}

export interface RunTotals {
  /** Duration from the first to the last event, without pauses between a stop and a resume. */
  seconds: number;
  times: RunTimes;
  inputTokens: number;
  lossTokens: number;
  /** Mean over the training steps. */
  tokensPerSecond?: number;
  /** Peak resident memory: over the steps, or over the whole run once it has finished. */
  peakMemoryBytes?: number;
}

/** A warning and how often it was raised. */
export type RaisedWarning = Omit<WarningRaised, 'problems'> & { problems: readonly Problem[]; times: number };

function readRecipe(path: string): Pick<RunReport, 'recipe' | 'recipeHash'> {
  return existsSync(path) ? { recipe: readJson(path), recipeHash: sha256(readFileSync(path)) } : {};
}

/** Reads a run's folder in one pass over its events. Errors: E_RUN_MISSING. */
export function readReport(folder: string): RunReport {
  requireRun(folder);
  const reader = new ReportReader(folder);
  for (const event of readEvents(folder)) reader.record(event);
  return reader.report();
}

class ReportReader {
  readonly #folder: string;
  readonly #curves = new CurveCollector();
  readonly #watched = new WatchedRows();
  readonly #clock = new RunClock();
  readonly #warnings = new Map<string, RaisedWarning>();
  readonly #totals: Omit<RunTotals, 'times'> = { seconds: 0, inputTokens: 0, lossTokens: 0 };
  #summary: RunSummary;
  #parts: Pick<RunReport, 'identity' | 'data' | 'preflight' | 'settled' | 'rateTrials' | 'choice' | 'error'> = {
    identity: {},
  };
  #epochs: { step: number; epoch: number }[] = [];
  #evaluations: EvaluationFinished[] = [];
  #progress: RunProgress | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    this.#summary = emptySummary(folder);
  }

  record(event: StampedEvent): void {
    recordEvent(this.#summary, event);
    this.#curves.record(event);
    this.#watched.record(event);
    this.#clock.record(event);
    this.#progress = progressAfter(event, this.#progress);
    if (event.type === 'run-started') this.#start(event);
    else if (event.type === 'data-prepared') this.#parts.data = event;
    else if (event.type === 'preflight-finished') this.#parts.preflight = event;
    else if (event.type === 'training-settled') this.#parts.settled = event;
    else if (event.type === 'rates-tried') this.#parts.rateTrials = event;
    else if (event.type === 'evaluation-finished') this.#evaluated(event);
    else if (event.type === 'run-failed') this.#parts.error = event.error;
    else if (event.type === 'run-finished') this.#finish(event);
    else if (event.type === 'run-resumed') this.#forgetAfter(event.step);
    else if (event.type === 'warning-raised') this.#warn(event);
    else if (event.type === 'step-finished') this.#step(event);
  }

  report(): RunReport {
    const paths = runPaths(this.#folder);
    const tokensPerSecond = this.#clock.tokensPerSecond;
    const run = withLiveStatus(this.#summary);
    const assessments = readAssessments(this.#folder);
    const isCompared = assessments.comparison !== undefined;
    return {
      version: 2,
      run,
      ...readRecipe(paths.recipe),
      ...assessments,
      samples: readSamples(this.#folder),
      baseRemark: remarkOnRun(run, this.#clock.times.training),
      ...this.#parts,
      curves: this.#curves.curves(),
      epochs: this.#epochs,
      evaluations: this.#evaluations,
      watched: this.#watched.rows(),
      phases: this.#clock.phases(),
      totals: { ...this.#totals, seconds: this.#clock.seconds, times: this.#clock.times, tokensPerSecond },
      warnings: [...this.#warnings.values()].filter(({ code }) => code !== 'W_NOT_COMPARED' || !isCompared),
      ...(run.status === 'running' && { progress: this.#progress }),
    };
  }

  /** A restart clears earlier errors, and warnings about measurements that can still be made. */
  #start({ identity }: Extract<StampedEvent, { type: 'run-started' }>): void {
    Object.assign(this.#parts, { identity, error: undefined });
    for (const [key, { code }] of this.#warnings) if (code === 'W_NOT_MEASURED') this.#warnings.delete(key);
  }

  #finish({ choice, peakBytes = 0 }: Extract<StampedEvent, { type: 'run-finished' }>): void {
    this.#parts.choice = choice;
    this.#totals.peakMemoryBytes = Math.max(this.#totals.peakMemoryBytes ?? 0, peakBytes) || undefined;
  }

  #step({ step, epoch, inputTokens, lossTokens, memoryBytes }: Extract<StampedEvent, { type: 'step-finished' }>): void {
    const totals = this.#totals;
    Object.assign(totals, { inputTokens, lossTokens });
    totals.peakMemoryBytes = Math.max(totals.peakMemoryBytes ?? 0, memoryBytes);
    const begun = Math.ceil(epoch - 1e-9);
    if (begun > (this.#epochs.at(-1)?.epoch ?? 1)) this.#epochs.push({ step: step - 1, epoch: begun });
  }

  /** A run without a checkpoint evaluates its first steps again. */
  #evaluated(event: EvaluationFinished): void {
    this.#evaluations = this.#evaluations.filter(({ split, step }) => split !== event.split || step < event.step);
    this.#evaluations.push(event);
  }

  /** A resumed run repeats the steps after its checkpoint. */
  #forgetAfter(step: number): void {
    this.#epochs = this.#epochs.filter((epoch) => epoch.step < step);
    this.#evaluations = this.#evaluations.filter((evaluation) => evaluation.step <= step);
  }

  #warn({ type, code, message, problems = [], problemCount }: WarningRaised): void {
    const key = `${code} ${message}`;
    const times = (this.#warnings.get(key)?.times ?? 0) + 1;
    this.#warnings.set(key, { type, code, message, problems, problemCount, times });
  }
}

function progressAfter(event: StampedEvent, before: RunProgress | undefined): RunProgress | undefined {
  if (event.type === 'phase-started') return { message: event.message };
  if (before === undefined) return undefined;
  if (event.type === 'step-finished') return { ...before, secondsLeft: event.secondsLeft };
  if (event.type !== 'work-advanced') return before;
  const { done, total, unit } = event;
  return { ...before, done, total, unit };
}
