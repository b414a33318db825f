/** Fits temperatures and thresholds of typed questions on one half of some rows, and evaluates them on the other. */
import { AttuneError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import { plural } from '../base/format.ts';
import { loadData } from '../data/index.ts';
import type { DecisionExample } from '../data/kinds/decision.ts';
import { requireWritable } from '../files/atomic.ts';
import { sha256File } from '../files/hash.ts';
import { readJson, writeJson } from '../files/json.ts';
import { calibrationPath, readCalibration } from '../answering/model/kept-calibration.ts';
import { OWN_BASE } from '../answering/model/base-model.ts';
import { resultFolder } from '../answering/model/result-folder.ts';
import {
  acts,
  actingOf,
  confidenceAtError,
  costOf,
  costsSchema,
  fitTemperatures,
  rescaled,
  temperatureOf,
  type Acted,
  type Acting,
  type Calibration,
  type Costs,
  type JudgedQuestion,
  type Temperatures,
} from '../scoring/temperatures.ts';
import { likeliest } from '../scoring/decisions.ts';
import type { Prediction } from '../scoring/predictor.ts';
import { scorePredictions } from '../scoring/score.ts';
import { ScoreStatistics } from '../scoring/statistics/index.ts';
import { ownRun } from './compare/systems.ts';
import { openAnsweringModel } from './predict/answering-model.ts';
import { reportRun } from './report/index.ts';
import type { Calibrated, useCase } from './use-cases/calibrate.ts';
import type { CallOptions } from './use-cases/use-case.ts';

type CalibrateOptions = CallOptions<typeof useCase>;

/** With fewer rows, neither half is meaningful. */
const LEAST_ROWS = 20;
const METRICS = ['decision_ece_15', 'decision_nll', 'decision_coverage_5'] as const;

/**
 * Fits temperatures by question type and number of options, and thresholds from costs; stores them next to the
 * weights.
 * @throws AttuneError E_CALIBRATION_ROWS, E_CALIBRATION_COSTS, E_NOT_WRITABLE, and errors of the rows and the model
 */
export async function calibrate(target: string, options: CalibrateOptions): Promise<Calibrated> {
  const { data, precision, storage, onEvent, signal } = options;
  const folder = resultFolder(target);
  const path = calibrationPath(folder);
  if (target === OWN_BASE) throw ownBase();
  requireWritable(path);
  const costs = readCosts(options.costs);
  const parts = await halves(data, signal);
  for (const id of costs.keys()) requireQuestion(id, parts.fitted);
  const model = await openAnsweringModel({ target, precision, storage, onEvent, signal });
  try {
    const total = parts.fitted.length + parts.measured.length;
    const answer = async (examples: readonly DecisionExample[], done: number) =>
      readable(examples, await model.answer(examples, { done, total }));
    const [fitted, first] = await answer(parts.fitted, 0);
    const [measured, second] = await answer(parts.measured, parts.fitted.length);
    requireRows(fitted.length, measured.length, data);
    reportUnread(total - fitted.length - measured.length, onEvent);
    const relative = fitTemperatures(judgedOf(fitted, first));
    const [fit, after] = [rescaledAll(fitted, first, relative), rescaledAll(measured, second, relative)];
    const acting = actingFor(judgedOf(fitted, fit), { costs, maxError: options.maxError });
    const judged = judgedOf(measured, after);
    const calibration: Calibration = {
      version: 1,
      file: data,
      sha256: await sha256File(data),
      rows: { fitted: fitted.length, measured: measured.length },
      temperatures: composed(readCalibration(folder)?.temperatures, relative),
      metrics: await figures(measured, second, after),
      acting: Object.fromEntries(
        [...acting].map(([id, one]) => [id, actedOn(judged, { id, acting: one, costs: costs.get(id) })]),
      ),
    };
    writeJson(path, calibration);
    await reportOwnRun(target);
    return { ...calibration, path };
  } finally {
    await model.close();
  }
}

async function reportOwnRun(target: string): Promise<void> {
  const run = await ownRun(target);
  if (run !== undefined) await reportRun(run);
}

/** Splits a file's rows into halves; similar states are in the same half. @throws AttuneError E_CALIBRATION_ROWS */
async function halves(
  data: string,
  signal?: AbortSignal,
): Promise<{ fitted: DecisionExample[]; measured: DecisionExample[] }> {
  const { splits } = await loadData({ train: data, test: 0.5, seed: 0, signal });
  const rows = [splits.train, splits.test].map((some) => some.filter((example) => example.kind === 'decision'));
  const [fitted, measured] = rows as DecisionExample[][];
  requireRows(fitted.length, measured.length, data);
  return { fitted, measured };
}

/** Leaves out rows that are longer than the model reads. */
function readable(
  examples: readonly DecisionExample[],
  predictions: readonly Prediction[],
): [examples: DecisionExample[], predictions: Prediction[]] {
  const kept = [...predictions.keys()].filter((row) => predictions[row].decisions !== undefined);
  return [kept.map((row) => examples[row]), kept.map((row) => predictions[row])];
}

function reportUnread(rows: number, onEvent: EventSink = () => undefined): void {
  if (rows === 0) return;
  const message = `${plural(rows, 'rows')} left out, because they are longer than the model's context`;
  onEvent({ type: 'warning-raised', code: 'W_ROWS_UNREAD', message });
}

/** @throws AttuneError E_CALIBRATION_ROWS */
function requireRows(fitted: number, measured: number, data: string): void {
  if (Math.min(fitted, measured) * 2 >= LEAST_ROWS) return;
  throw new AttuneError('E_CALIBRATION_ROWS', {
    what: 'There are too few rows of typed questions to calibrate with',
    got: `${fitted + measured} rows of ${data} that the model can read`,
    expected: `at least ${LEAST_ROWS} with different states; hundreds for reliable results`,
    fix: 'add rows {state, questions, answers} that the model was not trained on',
  });
}

/** @throws AttuneError E_CALIBRATION_COSTS */
function readCosts(given: CalibrateOptions['costs']): Map<string, Costs> {
  const value = (typeof given === 'string' ? readJson<Record<string, unknown>>(given) : given) ?? {};
  const read = Object.entries(value).map(([id, one]) => [id, costsSchema.safeParse(one)] as const);
  const wrong = read.filter(([, { success }]) => !success).map(([id]) => id);
  if (wrong.length === 0) return new Map(read.map(([id, { data }]) => [id, data!]));
  throw new AttuneError('E_CALIBRATION_COSTS', {
    what: 'The costs of questions are invalid',
    expected: '{missed, false_alarm, review} for a noul, or {wrong, review} for other questions, with numbers above 0',
    problems: wrong.map((field) => ({ field, message: 'has invalid costs' })),
  });
}

function requireQuestion(id: string, examples: readonly DecisionExample[]): void {
  const known = new Set(examples.flatMap(({ questions }) => questions.map((question) => question.id)));
  if (known.has(id)) return;
  throw new AttuneError('E_CALIBRATION_COSTS', {
    what: 'Costs are given for a question that the rows do not contain',
    got: id,
    expected: [...known].join(', '),
  });
}

function ownBase(): AttuneError {
  return new AttuneError('E_NOT_WRITABLE', {
    what: `${OWN_BASE} is part of attune, and nothing can be stored next to its weights`,
    fix: 'train it first, then calibrate the result',
  });
}

function judgedOf(examples: readonly DecisionExample[], predictions: readonly Prediction[]): JudgedQuestion[] {
  return examples.flatMap(({ questions }, row) =>
    questions.flatMap((question, q) => {
      const { target } = question;
      const probabilities = predictions[row].decisions?.[q].probabilities;
      return target === undefined || probabilities === undefined
        ? []
        : [{ question: { ...question, target }, probabilities }];
    }),
  );
}

function rescaledAll(
  examples: readonly DecisionExample[],
  predictions: readonly Prediction[],
  relative: Temperatures,
): Prediction[] {
  return predictions.map((prediction, row) => ({
    ...prediction,
    decisions: prediction.decisions?.map(({ probabilities, ...answer }, q) => ({
      ...answer,
      probabilities: rescaled(probabilities, temperatureOf(relative, examples[row].questions[q])),
    })),
  }));
}

/** Combines temperatures: a model that was calibrated before already applied its own. */
function composed(before: Temperatures | undefined, relative: Temperatures): Temperatures {
  if (before === undefined) return relative;
  const within = (value: number): number => Math.min(5, Math.max(0.5, value));
  const types = Object.entries(relative).map(([type, { all, buckets }]) => {
    const own = before[type as keyof Temperatures];
    const of = (bucket: string): number => own?.buckets[bucket as '2'] ?? own?.all ?? 1;
    const scaled = Object.entries(buckets).map(([bucket, value]) => [bucket, within(value * of(bucket))]);
    return [type, { all: within(all * (own?.all ?? 1)), buckets: Object.fromEntries(scaled) }];
  });
  return { ...before, ...Object.fromEntries(types) } as Temperatures;
}

/** Thresholds of each question: from its costs if given, otherwise from the allowed error rate. */
function actingFor(
  judged: readonly JudgedQuestion[],
  { costs, maxError }: { costs: ReadonlyMap<string, Costs>; maxError?: number },
): Map<string, Acting> {
  const acting = new Map<string, Acting>([...costs].map(([id, one]) => [id, actingOf(one)]));
  if (maxError === undefined) return acting;
  for (const id of new Set(judged.map(({ question }) => question.id))) {
    if (acting.has(id)) continue;
    const own = judged.filter(({ question }) => question.id === id);
    // A threshold above 1 leaves every decision on the question to a person.
    acting.set(id, { least: confidenceAtError(own, maxError) ?? 1.01 });
  }
  return acting;
}

function actedOn(
  judged: readonly JudgedQuestion[],
  { id, acting, costs }: { id: string; acting: Acting; costs?: Costs },
): Acted {
  const own = judged.filter(({ question }) => question.id === id);
  const decided = own.filter(({ probabilities }) => acts(acting, probabilities));
  const wrong = decided.map((one) => 1 - one.question.target[saidBy(acting, one)]);
  return {
    acting,
    questions: own.length,
    decided: meanOf(own.map(({ probabilities }) => Number(acts(acting, probabilities)))),
    ...(wrong.length > 0 && { wrong: meanOf(wrong) }),
    ...(costs && { cost: meanOf(own.map((one) => costOf(costs, acting, one))) }),
  };
}

function saidBy(acting: Acting, { probabilities }: JudgedQuestion): number {
  return 'high' in acting ? Number(probabilities[1] >= acting.high) : likeliest(probabilities);
}

function meanOf(values: readonly number[]): Acted['decided'] {
  const rows = Float64Array.from(values);
  const { estimate, low, high } = new ScoreStatistics(rows.length).interval({ rows, better: 'higher' });
  return { estimate, low, high };
}

async function figures(
  examples: readonly DecisionExample[],
  before: readonly Prediction[],
  after: readonly Prediction[],
): Promise<Calibration['metrics']> {
  const specs = METRICS.map((metric) => ({ metric }));
  const statistics = new ScoreStatistics(examples.length);
  const figuresOf = async (predictions: readonly Prediction[]) =>
    (await scorePredictions(predictions, examples, specs)).map((score) => {
      const { estimate, low, high } = statistics.interval(score);
      return { estimate, low, high };
    });
  const [first, second] = [await figuresOf(before), await figuresOf(after)];
  return Object.fromEntries(METRICS.map((name, i) => [name, { before: first[i], after: second[i] }]));
}
