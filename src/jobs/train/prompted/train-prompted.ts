import { join } from 'node:path';
import type { Metrics } from '../../../base/events.ts';
import { writeJson } from '../../../files/json.ts';
import { writeWholeFolder } from '../../../files/whole-folder.ts';
import type { AnswerOptions } from '../../../answering/tasks/answers/answering.ts';
import { chooseStyle } from '../../../answering/tasks/answers/texts.ts';
import { modelPredictor } from '../../../answering/predict/model-predictor.ts';
import { isAdapterFolder } from '../../../answering/model/base-model.ts';
import { openModel, type OpenedModel } from '../../../answering/model/open-model.ts';
import { availableBytes, freeDiskBytes, peakBytes } from '../../../answering/model/resources.ts';
import { RESULT_NOTES, type ResultNotesFile } from '../../../answering/model/result-notes.ts';
import { writePrompting, type KeptPrompting } from '../../../answering/prompting/kept-prompting.ts';
import type { Prompting } from '../../../answering/prompting/prompting.ts';
import { askedModel, askingWays } from '../../../store/asking-ways.ts';
import { templateHash, tokenizerHash, wantsAnswerSpace, withAnswerSpace } from '../../../models/text/index.ts';
import { suitableMetrics } from '../../../evaluation/compare/suitable-metrics.ts';
import { labelsIn } from '../../../scoring/prompt-text.ts';
import type { JobContext } from '../../../base/job.ts';
import { compareResult } from '../../compare/final-comparison.ts';
import { recordWording } from '../../compare/measure-wording.ts';
import { usualPromptedSystems } from '../../compare/usual-systems.ts';
import type { PreparingRows } from '../../compare/comparing.ts';
import { askModel } from '../../compare/systems/model.ts';
import { conversationForm } from '../result/conversation-form.ts';
import { trainFormat } from '../result/write-result.ts';
import { writeModelCard } from '../result/result-card.ts';
import {
  readUntrained,
  STEP,
  UNTRAINED,
  untrainedRecipe,
  validationMetrics,
  type UntrainedRun,
} from '../untrained-run.ts';
import type { TrainInput, TrainPlan, TrainResult } from '../train-job.ts';

/** Subfolder of the result in a run's folder. */
const RESULT = 'model';
/** Rows answered to estimate the time of a search. */
const TIMED_ROWS = 4;

/** A run that chooses a prompting for a model instead of training one (`model: retrieved:attune-base`). */
export async function trainPrompted({ recipe, dryRun }: TrainInput, context: JobContext): Promise<TrainResult> {
  const { emit } = context;
  const began = performance.now();
  const stepSeconds = () => (performance.now() - began) / 1000;
  const run = await readUntrained(recipe, context);
  const { way, model } = askedModel(recipe.model)!;
  emit({ type: 'phase-started', phase: 'engine', message: `loading ${model}` });
  const opened = await openAsked(run, model);
  const { task } = opened.model;
  const told = { step: STEP, task, ...UNTRAINED } as const;
  if (dryRun === true) {
    const plan = await planPrompted(run, opened);
    free(opened);
    return { ...told, outcome: 'dry-run', result: null, choice: null, metrics: {}, stepSeconds: stepSeconds(), plan };
  }
  emit({ type: 'phase-started', phase: 'train', message: `choosing a prompt ${askingWays[way].told}` });
  const { kept, metrics } = await choosePrompting(run, opened);
  emit({ type: 'phase-started', phase: 'save', message: 'writing the result' });
  const result = await writeResult(run, { kept, metrics, opened });
  free(opened);
  const systems = usualPromptedSystems(recipe, result, { ...kept, version: 1 });
  await compareResult(run, { result, systems });
  await recordWording(run, result, systems[0] as Parameters<typeof recordWording>[2]);
  const choice = { step: STEP, reason: 'last-step' } as const;
  emit({ type: 'run-finished', step: STEP, choice, result, metrics, seconds: stepSeconds() });
  return { ...told, outcome: 'finished', result, choice, metrics, stepSeconds: stepSeconds() };
}

/** Chooses a prompting for loaded rows and writes it to the run's folder. @returns the result's folder */
export async function keepPrompting(run: UntrainedRun): Promise<string> {
  const opened = await openAsked(run, askedModel(run.context.recipe.model)!.model);
  try {
    return await writeResult(run, { ...(await choosePrompting(run, opened)), opened });
  } finally {
    free(opened);
  }
}

function free({ tuning, model }: OpenedModel): void {
  tuning?.dispose();
  model.dispose();
}

/** Opens the model, with a space before plain answers if its vocabulary's words start with one. */
async function openAsked({ context, loaded }: UntrainedRun, model: string): Promise<OpenedModel> {
  const opened = await openModel(model, { ownTask: true, precision: context.recipe.training.precision });
  if (opened.notes !== undefined) return opened;
  const plain = loaded.splits.train.flatMap((row) =>
    row.kind === 'completion' ? [{ prompt: row.prompt, completion: row.completion }] : [],
  );
  const isSpaced = plain.length > 0 && (await wantsAnswerSpace(plain, opened.tokenizer));
  return { ...opened, tokenizer: await withAnswerSpace(opened.tokenizer, isSpaced) };
}

type Kept = Omit<KeptPrompting, 'version'>;

async function choosePrompting(run: UntrainedRun, opened: OpenedModel): Promise<{ kept: Kept; metrics: Metrics }> {
  const { recipe, emit, signal } = run.context;
  const { train, validation } = run.loaded.splits;
  const { way, model } = askedModel(recipe.model)!;
  const isTuned = opened.notes !== undefined || isAdapterFolder(opened.folder);
  const title = `${model} ${askingWays[way].told}`;
  const { instruction, max_new_tokens: room } = recipe.evaluation;
  const preparing: PreparingRows = {
    rows: { train, validation, typical: train },
    metric: (run.metrics ?? suitableMetrics(train))[0],
    maxNewTokens: room === 'auto' ? undefined : room,
    seed: recipe.training.seed,
    emit,
    signal,
  };
  const asking = { how: way, instruction: instruction ?? undefined, settings: recipe.prompting };
  const { asker, prompting, search, options } = await askModel(
    opened,
    { title, kind: isTuned ? 'tuned' : way, asking },
    preparing,
  );
  const { practice = [], ...kept } = options;
  const style = await chooseStyle(opened, practice);
  const predictor = modelPredictor('result', opened, { ...asker, ...kept, style });
  emit({ type: 'phase-started', phase: 'evaluate', message: 'answering the validation rows' });
  const metrics = await validationMetrics(run, await predictor.predict(validation, { signal }));
  const { stop, held, maxNewTokens } = kept;
  const about = { way, model, folder: opened.folder, title, isTuned, kind: train[0].kind, style, maxNewTokens };
  return {
    kept: {
      ...about,
      stop,
      held,
      labels: labelsIn(train),
      prompting: prompting as Prompting,
      ...(search && { search }),
    },
    metrics,
  };
}

async function writeResult(
  run: UntrainedRun,
  { kept, metrics, opened }: { kept: Kept; metrics: Metrics; opened: OpenedModel },
): Promise<string> {
  const { folder } = run.context;
  const result = join(folder, RESULT);
  await writeWholeFolder(result, (draft) => {
    writePrompting(draft, kept);
    writeJson(join(draft, RESULT_NOTES), notesOn(run, { kept, metrics, opened, result }));
    writeModelCard(folder, draft);
  });
  return result;
}

/** Provenance notes; a model that was not tuned on conversations is prompted with plain text unless turns suit it better. */
function notesOn(
  { context, loaded }: UntrainedRun,
  { kept, metrics, opened, result }: { kept: Kept; metrics: Metrics; opened: OpenedModel; result: string },
): ResultNotesFile {
  const form = conversationForm(loaded.splits.train, opened.tokenizer);
  return {
    base_model: kept.model,
    base_folder: opened.folder,
    folder: result,
    template_hash: templateHash(opened.tokenizer),
    ...form,
    has_template: form.has_template || kept.style === 'chat',
    tokenizer_hash: tokenizerHash(opened.tokenizer),
    data_hashes: loaded.report.hashes,
    format: trainFormat(loaded.report),
    labels: kept.labels,
    task: opened.model.task,
    step: STEP,
    metrics,
    recipe: untrainedRecipe(context.recipe),
  };
}

/** Estimates the time of the answers that a search and the comparison need. */
async function planPrompted({ context, loaded }: UntrainedRun, opened: OpenedModel): Promise<TrainPlan> {
  const { recipe, folder, signal } = context;
  const { train, validation, test } = loaded.splits;
  const some = train.slice(0, TIMED_ROWS);
  const began = performance.now();
  const options: AnswerOptions = { maxNewTokens: 32 };
  const ask = (rows: typeof some) => Promise.resolve(rows.map((example) => ({ example })));
  await modelPredictor('plan', opened, { ask, ...options }).predict(some, { signal });
  const perAnswer = (performance.now() - began) / 1000 / Math.max(1, some.length);
  const answers =
    (recipe.model.startsWith('searched:') ? recipe.prompting.budget : 0) + validation.length + test.length;
  return {
    rows: { train: train.length, validation: validation.length, test: test.length },
    tokens: { input: 0, loss: 0 },
    steps: 0,
    secondsPerStep: 0,
    seconds: answers * perAnswer,
    memory: { peakBytes: peakBytes(), availableBytes: availableBytes() + peakBytes() },
    disk: { bytes: Buffer.byteLength(JSON.stringify(train)), freeBytes: freeDiskBytes(folder) },
  };
}
