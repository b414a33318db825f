import { join } from 'node:path';
import type { EventSink, Metrics } from '../../../base/events.ts';
import type { KeptBaseline, LearntState } from '../../../answering/baselines/kept.ts';
import { writeCheapModel, type CheapModel } from '../../../evaluation/cheap-model.ts';
import { thresholdsOn, unsureThresholds, type ThresholdPlan } from '../../../evaluation/threshold-plan.ts';
import type { Prediction } from '../../../scoring/predictor.ts';
import { decideAll } from '../../../evaluation/thresholds.ts';
import { recipePlan } from '../../compare/label-meaning.ts';
import { labelsIn } from '../../../scoring/prompt-text.ts';
import { writeJson } from '../../../files/json.ts';
import { writeWholeFolder } from '../../../files/whole-folder.ts';
import type { JobContext } from '../../../base/job.ts';
import { compareResult } from '../../compare/final-comparison.ts';
import { recordWording } from '../../compare/measure-wording.ts';
import { usualCheapSystems } from '../../compare/usual-systems.ts';
import { trainFormat } from '../result/write-result.ts';
import { writeModelCard } from '../result/result-card.ts';
import { RESULT_NOTES, type ResultNotesFile } from '../../../answering/model/result-notes.ts';
import { chooseBaseline, fitKept } from './fit-cheap-model.ts';
import { planCheap } from './plan-cheap.ts';
import type { TrainInput, TrainResult } from '../train-job.ts';
import {
  readUntrained,
  STEP,
  UNTRAINED,
  untrainedRecipe,
  validationMetrics,
  type UntrainedRun,
} from '../untrained-run.ts';

/** Subfolder of the result in a run's folder. */
const RESULT = 'model';
const TASK = 'sequence';

/** A run that fits a cheap system instead of training a model, with the same rows, splits, comparison and folder. */
export async function trainCheap({ recipe, dryRun }: TrainInput, context: JobContext): Promise<TrainResult> {
  const { emit, signal } = context;
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const run = await readUntrained(recipe, context);
  const { train } = run.loaded.splits;
  const baseline = await chooseBaseline(recipe.model, train);
  const plan = recipePlan(recipe, labelsIn(train), train); // rejects invalid costs before fitting
  const unfinished = { step: STEP, task: TASK, result: null, choice: null, metrics: {}, ...UNTRAINED } as const;
  if (dryRun === true) {
    const taken = await planCheap(baseline, run.loaded, run.context);
    return { ...unfinished, outcome: 'dry-run', stepSeconds: seconds(), plan: taken };
  }
  emit({ type: 'phase-started', phase: 'train', message: `fitting ${baseline.title}` });
  const { state, rows } = await fitKept(baseline, train, signal);
  if (rows < train.length) emit(partly(rows, train.length));
  const answers = await baseline.open(state).predict(run.loaded.splits.validation, { signal });
  const about = describe(run, baseline, { plan, answers });
  const { label_thresholds: thresholds } = about;
  const metrics = await validationMetrics(run, thresholds === undefined ? answers : decideAll(answers, thresholds));
  emit({ type: 'phase-started', phase: 'save', message: 'writing the result' });
  const result = await writeResult(run, { about, state, metrics });
  const systems = usualCheapSystems(result, about);
  await compareResult(run, { result, systems });
  await recordWording(run, result, systems[0]);
  const choice = { step: STEP, reason: 'last-step' } as const;
  emit({ type: 'run-finished', step: STEP, choice, result, metrics, seconds: seconds() });
  return { outcome: 'finished', step: STEP, task: TASK, result, choice, metrics, stepSeconds: seconds(), ...UNTRAINED };
}

function partly(rows: number, all: number): Parameters<EventSink>[0] {
  const message = `fitted on ${rows} of ${all} training rows: more would take minutes and change little`;
  return { type: 'warning-raised', code: 'W_ROWS_UNUSED', message };
}

/** Describes the system in its folder, with thresholds chosen on validation rows. */
function describe(
  { context: { recipe, emit }, loaded }: UntrainedRun,
  baseline: KeptBaseline,
  { plan, answers }: { plan: ThresholdPlan | undefined; answers: readonly Prediction[] },
): Omit<CheapModel, 'version'> {
  const { train, validation } = loaded.splits;
  const labels = labelsIn(train);
  const about = {
    model: recipe.model,
    baseline: baseline.name as CheapModel['baseline'],
    title: baseline.title,
    kind: train[0].kind,
    ...(baseline.holdsRows && { holds_rows: true }),
    ...(labels.length > 0 && { labels }),
  };
  if (plan === undefined) return about;
  if ('fixed' in plan) return { ...about, label_thresholds: plan.fixed };
  if (answers.some(({ scores }) => scores === undefined)) return about;
  const found = thresholdsOn(plan.judged, answers, validation);
  if (found.unsure.length > 0) emit({ type: 'warning-raised', code: 'W_THRESHOLD', message: unsureThresholds(found) });
  return { ...about, label_thresholds: found.thresholds };
}

interface Fitted {
  about: Omit<CheapModel, 'version'>;
  state: LearntState;
  metrics: Metrics;
}

async function writeResult(run: UntrainedRun, { about, state, metrics }: Fitted): Promise<string> {
  const { folder } = run.context;
  const result = join(folder, RESULT);
  await writeWholeFolder(result, (draft) => {
    writeCheapModel(draft, about, state);
    writeJson(join(draft, RESULT_NOTES), notesOn(run, { result, about, metrics }));
    writeModelCard(folder, draft);
  });
  return result;
}

/** Provenance notes; there is neither a tokenizer nor a template. */
function notesOn(
  { context, loaded }: UntrainedRun,
  { result, about, metrics }: { result: string; about: Omit<CheapModel, 'version'>; metrics: Metrics },
): ResultNotesFile {
  return {
    base_model: about.model,
    base_folder: result,
    folder: result,
    template_hash: '',
    has_template: false,
    tokenizer_hash: '',
    data_hashes: loaded.report.hashes,
    format: trainFormat(loaded.report),
    labels: about.labels ?? [],
    task: TASK,
    step: STEP,
    metrics,
    recipe: untrainedRecipe(context.recipe),
  };
}
