import { isOwnForm, kindOf, ownForm, type Example, type OwnFormName } from '../../data/kinds/index.ts';
import type { SkippedSystem } from '../../store/results.ts';
import { answerForm, type AnswerForm } from '../../scoring/answer-form.ts';
import type { Baseline } from '../../answering/baselines/baseline.ts';
import { mediaOf } from '../../answering/baselines/media-logistic.ts';
import { noTable } from '../../answering/baselines/table-columns.ts';
import { baselines, type BaselineName } from '../../answering/baselines/index.ts';
import { thresholdPlan, thresholdsOn } from '../threshold-plan.ts';
import { expectedText, labelsIn } from '../../scoring/prompt-text.ts';
import type { MetricSpec } from '../../scoring/metrics/index.ts';
import type { PredictOptions } from '../../scoring/predictor.ts';
import { labelCounts } from '../rare-classes.ts';
import { isBetter, type Score } from '../../scoring/score.ts';
import { withThresholds } from '../thresholds.ts';
import type { CheapChoice } from './rivals.ts';
import { sampledRows } from './sampled-rows.ts';
import { scoreWhereGiven } from './scored.ts';
import type { System } from '../../answering/system.ts';

/** Answer forms shared by several kinds of rows. */
const IN_WORDS: Record<Exclude<AnswerForm['kind'], OwnFormName>, string> = {
  classes: 'classes',
  labels: 'any number of labels',
  json: 'JSON objects',
  short: 'short texts',
  long: 'long texts',
  text: 'plain texts',
};

/** Maximum number of rows for choosing the best cheap system. */
const CHOOSING_ROWS = 1000;

export interface CheapSystems {
  systems: System[];
  /** Systems for such answers that do not apply to these rows. */
  skipped: SkippedSystem[];
}

export interface CheapOptions {
  signal?: AbortSignal;
  /** Uses only these systems. */
  only?: readonly BaselineName[];
  /** Excludes the system that is being judged. */
  without?: BaselineName;
}

/** Fits every applicable cheap baseline, or the named ones, on the training rows with an answer. */
export async function fitCheap(
  train: readonly Example[],
  { signal, only, without }: CheapOptions = {},
): Promise<CheapSystems> {
  const answered = answeredRows(train);
  const form = answerForm(answered).kind;
  const found: CheapSystems = { systems: [], skipped: [] };
  for (const name of only ?? baselines.names) {
    if (name === without) continue;
    const baseline = await baselines.load(name);
    const rows = rowsToFit(baseline, answered);
    const note =
      rows.length < answered.length ? `fitted on ${rows.length} of ${answered.length} training rows` : undefined;
    const reason = unfit(baseline, rows, form);
    if (reason !== undefined) {
      // Baselines for other kinds of rows are skipped without a note.
      if (only?.length === 1 || isRelated(baseline, rows, form)) found.skipped.push({ name, reason });
      continue;
    }
    signal?.throwIfAborted();
    found.systems.push({ predictor: await baseline.fit(rows, { signal }), title: baseline.title, kind: 'cheap', note });
  }
  return found;
}

/** Forms that are generated text; each of the others has its own baselines. */
const WRITTEN: ReadonlySet<AnswerForm['kind']> = new Set(['classes', 'json', 'short', 'long', 'text']);

function isRelated(baseline: Baseline, rows: readonly Example[], form: AnswerForm['kind']): boolean {
  const { forms, ofTables = false } = baseline;
  if (ofTables && rows.every((row) => !('fields' in row) || row.fields === undefined)) return false;
  if (unreadable(baseline, rows) !== undefined) return false;
  if (forms === undefined) return ownForm(form)?.hasOwnBaselines !== true;
  return forms.some((one) => one === form || (WRITTEN.has(one) && WRITTEN.has(form)));
}

/** Training rows with an answer to learn. */
export function answeredRows(train: readonly Example[]): Example[] {
  return train.filter((example) => !kindOf(example).isRunningText && expectedText(example) !== undefined);
}

/** A sample rather than the first rows, since files are often sorted by label or date. */
export function rowsToFit(baseline: Baseline, answered: readonly Example[]): readonly Example[] {
  return sampledRows(answered, baseline.mostRows ?? Number.POSITIVE_INFINITY, 0);
}

/** Reason why a baseline does not apply to these rows, all of which have an answer; undefined if it applies. */
export function unfitFor(baseline: Baseline, answered: readonly Example[]): string | undefined {
  return unfit(baseline, rowsToFit(baseline, answered), answerForm(answered).kind);
}

function unfit(baseline: Baseline, rows: readonly Example[], form: AnswerForm['kind']): string | undefined {
  if (rows.length === 0) return 'no training row has an answer';
  const made = unreadable(baseline, rows);
  if (made !== undefined) return `it does not read ${MADE_OF[made]}`;
  const own = ownForm(form);
  const { forms = own?.hasOwnBaselines === true ? [] : [form] } = baseline;
  return forms.includes(form) ? baseline.unfit(rows) : `the answers are ${inWords(form)}`;
}

function inWords(form: AnswerForm['kind']): string {
  return isOwnForm(form) ? ownForm(form)!.inWords : IN_WORDS[form];
}

/**
 * Reason why a baseline cannot apply to rows like these, however many there are; undefined if it may. A few rows are
 * enough to tell.
 */
export function unsuited(baseline: Baseline, rows: readonly Example[]): string | undefined {
  const made = unreadable(baseline, rows);
  if (made !== undefined) return `it does not read ${MADE_OF[made]}`;
  const lacking = baseline.ofTables === true ? noTable(rows) : undefined;
  if (lacking !== undefined) return lacking;
  const form = answerForm(rows).kind;
  // Short texts may turn out to be classes once there are more rows.
  const isOpen = form === 'short' || baseline.forms === undefined;
  return isOpen || baseline.forms.includes(form) ? undefined : `the answers are ${inWords(form)}`;
}

const MADE_OF = { text: 'texts', image: 'images', audio: 'recordings' };

/** The rows' kind of input, if the baseline cannot read it. */
function unreadable({ reads = ['text'] }: Baseline, rows: readonly Example[]): keyof typeof MADE_OF | undefined {
  return rows.map((row) => mediaOf(row)?.kind ?? 'text').find((kind) => !reads.includes(kind));
}

/**
 * The same systems with decision thresholds tuned on validation rows, like a tuned model's. Otherwise a system that
 * never predicts a rare class would be too easy to beat.
 */
export async function decidingWell(
  systems: readonly System[],
  rows: { train: readonly Example[]; validation: readonly Example[] },
  signal?: AbortSignal,
): Promise<System[]> {
  const { train, validation } = rows;
  const labels = labelsIn(train);
  const plan = thresholdPlan({}, { kind: train[0]?.kind, labels, counts: labelCounts(train) });
  if (plan === undefined || 'fixed' in plan || validation.length === 0) return [...systems];
  const decided: System[] = [];
  for (const system of systems) {
    const predictions = await system.predictor.predict(validation, { signal });
    const { thresholds } = thresholdsOn(plan.judged, predictions, validation);
    const hasScores = predictions.every(({ scores }) => scores !== undefined);
    decided.push(hasScores ? { ...system, predictor: withThresholds(system.predictor, thresholds) } : system);
  }
  return decided;
}

/** The cheap system with the best deciding metric on rows that are not used for the comparison. */
export async function chooseCheapest(
  systems: readonly System[],
  rows: readonly Example[],
  metric: MetricSpec,
  options?: PredictOptions,
): Promise<CheapChoice | undefined> {
  const choosing = sampledRows(rows, CHOOSING_ROWS, 0);
  if (choosing.length === 0 || systems.length < 2) return undefined;
  let best: { name: string; score: Score } | undefined;
  for (const { predictor } of systems) {
    const [score] = await scoreWhereGiven(await predictor.predict(choosing, options), choosing, metric);
    if (score === undefined || Number.isNaN(score.value)) continue;
    if (best === undefined || isBetter(score.value, best.score.value, score.better))
      best = { name: predictor.name, score };
  }
  return best && { name: best.name, on: 'validation' };
}
