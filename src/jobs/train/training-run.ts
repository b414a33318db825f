import type { DataPrepared, EventSink } from '../../base/events.ts';
import { AttuneError } from '../../base/errors.ts';
import { refuseChanged } from '../../files/unchanged.ts';
import { refitMixture, type Example, type LoadedData } from '../../data/index.ts';
import type { MetricSpec } from '../../eval/metrics/index.ts';
import { listCheckpoints, pruneCheckpoints, writeCheckpoint } from '../../store/checkpoints.ts';
import { checkVocabulary, type Tokenizer } from '../../text/index.ts';
import { scope } from '../../tensor/index.ts';
import { tokensOf, type MediaReader, type Objective, type PreparedRow, type Storage } from '../../train/interfaces.ts';
import type { Recipe, SettledTraining } from '../../train/recipe.ts';
import { readConfig, readWholeConfig } from '../../models/load.ts';
import { leftOut } from '../../models/text-part.ts';
import type { ModelOptions } from '../../models/skeleton.ts';
import type { Model } from '../../models/model.ts';
import { Rollouts } from '../../train/produce.ts';
import { Trainer, type TrainerOptions, type TrainerParts } from '../../train/trainer.ts';
import { readState, writeState, type RunConstants, type TrainerState } from '../../train/trainer-state.ts';
import { modelFolder } from '../model/base-model.ts';
import {
  createObjective,
  createSampler,
  createTuned,
  createUpdate,
  baseTraits,
  trainerOptions,
  type TunedModel,
} from './build-trainer.ts';
import { likelihoodMeasure } from '../evaluate/likelihood-metrics.ts';
import { recipePlan } from './result/choose-thresholds.ts';
import { labelsOf, labelStatistics } from '../evaluate/label-statistics.ts';
import { loadRunData, reportCuts, reportData } from '../rows/load-run-data.ts';
import { withFrozenBlocks } from './frozen-rows.ts';
import { withCanaries } from './result/measure-canaries.ts';
import { checkGeneralSet } from './result/measure-forgetting.ts';
import { checkTrainingRows, prepareSplit, type PreparedSplit } from '../rows/prepare-rows.ts';
import { recipeMetrics } from '../evaluate/recipe-metrics.ts';
import { referenceModel, type ReferenceModel } from './reference-model.ts';
import { judgedRows } from './reference-scores.ts';
import { mediaReaderOf } from '../model/model-readers.ts';
import { profileSteps } from './profile-steps.ts';
import { refuseUnprivate, reportPrivacy, secretOf } from './privacy.ts';
import { withRetention } from './retention.ts';
import { computeType, convolutionBytesPerToken, planMemory } from '../model/resources.ts';
import { settleTraining } from './settle-training.ts';
import { runTokenizer, type Vocabulary } from '../rows/run-tokenizer.ts';
import { hasClasses, problemTypeIn, withReading } from '../model/output-reading.ts';
import { reportUnseen } from './unseen-tokens.ts';

export interface RunContext {
  recipe: Recipe;
  folder: string;
  emit: EventSink;
  signal: AbortSignal;
  /** The run's clock, kept over resumes. */
  now: Date;
  /** Whether a few steps are recorded, operator by operator. */
  profile?: boolean;
  /** What an earlier part of the run decided. */
  earlier?: RunConstants;
}

/** A run with everything in place, before its first step. */
export interface PreparedRun {
  context: RunContext;
  parts: TrainerParts;
  storage: Storage;
  /** Where the objective needs it. */
  reference: ReferenceModel | undefined;
  options: TrainerOptions;
  trainer: Trainer;
  /** What is decided once, and kept with every checkpoint. */
  constants: RunConstants;
  tokenizer: Tokenizer;
  /** For models that read images or recordings. */
  media: MediaReader | undefined;
  labels: readonly string[];
  loaded: LoadedData;
  /** What will be trained on, in numbers. */
  report: DataPrepared;
  test: readonly Example[];
  /** Whether the base model can be told or shown a task. */
  isPromptable: boolean;
  /** The base model's folder. */
  base: string;
  /** The metrics that the recipe names; undefined where it leaves them to what the answers are like. */
  metrics: MetricSpec[] | undefined;
}

/** The data of a run, tokenised, and what they are tokenised for. */
interface RunRows {
  base: string;
  loaded: LoadedData;
  report: DataPrepared;
  isPromptable: boolean;
  tokenizer: Tokenizer;
  media: MediaReader | undefined;
  vocabulary: Vocabulary;
  letters: ModelOptions['letters'];
  labels: readonly string[];
  objective: Objective;
  train: PreparedSplit;
  validation: PreparedSplit;
  metrics: MetricSpec[] | undefined;
}

/** Reads the data, loads the model, puts the tuning in place. */
export async function prepareRun(context: RunContext): Promise<PreparedRun> {
  const { recipe, emit, signal } = context;
  const read = await readRows(context);
  const { base, loaded, tokenizer, objective, train, validation, metrics } = read;
  const { model, tuning, storage } = await loadTuned(context, read);
  const training = await settleTraining(context, base, train.rows.length);
  const all = [...train.rows, ...validation.rows];
  const constants = await decide(context, { model, objective, tokenizer, training }, all);
  const mixture = loaded.mixture && refitMixture(loaded.mixture, train.rowOf);
  const { microBatchTokens } = constants;
  const { secret } = constants;
  if (secret !== undefined) refuseUnprivate({ objective, model, mixture });
  const drawing = { microBatchTokens, batchSize: training.batch_size, mixture, secret };
  const sampler = createSampler(recipe, train.rows, drawing);
  const options = trainerOptions(recipe, sampler.batchesPerEpoch, constants);
  const plan = { rows: train.rows.length, batchSize: training.batch_size, steps: options.schedule.totalSteps };
  const reference = await referenceModel({ objective, tuning, model, base });
  const update = await withRetention(await createUpdate(recipe, tuning, { ...plan, secret: secret ?? 0 }), {
    ...{ recipe, model, objective, tuning, mixture, emit },
    rows: train.rows,
    reference: reference?.run,
  });
  reportPrivacy(update, plan.steps, emit);
  const rows = await judgedRows(
    { train: train.rows, validation: validation.rows },
    { ...context, ...constants, objective, reference, tokenizer },
  );
  const measure = await likelihoodMeasure(metrics, validation, { ...read, examples: loaded.splits.validation });
  const epochs = options.schedule.totalSteps / sampler.batchesPerEpoch;
  const trained = await withFrozenBlocks(read, { ...context, ...constants, epochs, model, tuning }, all);
  const rollouts = objective.needs?.rollouts === true ? new Rollouts({ model, tokenizer }) : undefined;
  const beside = { reference: reference?.run, rollouts, measure };
  const parts: TrainerParts = { model, tuning, update, objective: trained, ...rows, sampler, ...beside };
  const aroundStep =
    context.profile === true ? profileSteps(options.schedule.totalSteps, { ...context, model }) : undefined;
  const keep = (state: TrainerState) => save(context, { ...parts, constants }, state);
  const trainer = new Trainer(parts, options, { emit: checkingFiles(emit), signal, save: keep, aroundStep });
  return { ...read, context, parts, storage, reference, options, trainer, constants, test: loaded.splits.test };
}

/** After each step, the files whose pages it used must be those that were there before. */
function checkingFiles(emit: EventSink): EventSink {
  return (event) => {
    if (event.type === 'step-finished') refuseChanged();
    emit(event);
  };
}

/** The model with its tuning in place, and its configuration as the objective reads it. */
async function loadTuned({ recipe, emit }: RunContext, read: RunRows): Promise<TunedModel> {
  const { base, labels, vocabulary, letters, objective } = read;
  emit({ type: 'phase-started', phase: 'engine', message: `loading ${recipe.model}` });
  const left = leftOut(readWholeConfig(base));
  if (left !== undefined) emit({ type: 'phase-started', phase: 'engine', message: `left out: ${left}` });
  const { task, config, embedding } = objective;
  const tuned = await createTuned(recipe, base, {
    task,
    dtype: computeType(recipe.training.precision),
    labels: hasClasses(task) ? labels : undefined,
    problemType: problemTypeIn(config),
    vocabulary,
    letters,
    embedding,
  });
  const { model, storage } = tuned;
  if (storage.note !== undefined) emit({ type: 'phase-started', phase: 'engine', message: storage.note });
  if (config !== undefined) model.config = withReading(model.config, config);
  return tuned;
}

const SPACE_MESSAGE =
  "a space is put between prompt and answer, as the vocabulary's words begin with one (data.answer_space: false for none)";

async function readRows(context: RunContext): Promise<RunRows> {
  const { recipe, emit, now } = context;
  const base = modelFolder(recipe.model);
  const names = recipe.data.train.map(({ path }) => path).join(', ');
  emit({ type: 'phase-started', phase: 'data', message: `reading ${names}` });
  const metrics = await recipeMetrics(recipe);
  const loaded = withCanaries(await loadRunData(recipe, context), recipe);
  const { causal, maxPositions, vocabularySize, filledTo } = await baseTraits(base, recipe.tuning);
  const { tokenizer, vocabulary, letters } = await formedTokenizer(context, base, loaded.splits.train);
  // What reads no tokens has no table that the letters it writes could fit.
  if (vocabularySize > 0) checkVocabulary({ origin: base, size: vocabulary.known }, vocabularySize);
  const labels = labelsOf(recipe, loaded.splits.train, readConfig(base));
  recipePlan(recipe, labels, loaded.splits.train); // costs that cannot be followed are told before training
  const statistics = labelStatistics(loaded.splits.train, labels);
  const media = await mediaReaderOf(base);
  const objective = await createObjective(recipe, { tokenizer, media, labels, statistics, now, causal, filledTo });
  const prepare = { objective, labels, tokenizer, media, recipe, emit, now, maxPositions };
  checkTrainingRows(loaded.splits.train, objective);
  const train = await prepareSplit(loaded.splits.train, prepare);
  const validation = await prepareSplit(loaded.splits.validation, prepare);
  // Rows that are too long under `long_rows: fail` are told before training, not after it.
  await prepareSplit(loaded.splits.test, prepare);
  if (train.rows.length === 0) throw nothingLeft(Math.min(recipe.data.max_length, maxPositions));
  checkGeneralSet(recipe, objective.task);
  if (recipe.evaluation.patience !== null && validation.rows.length === 0) throw patienceForNothing();
  const report = reportRows(loaded, { train, validation }, emit);
  reportUnseen(vocabulary.trained, { rows: train.rows, tokenizer, emit });
  const isPromptable = (causal || objective.task === 'seq2seq') && media === undefined;
  const rows = { base, loaded, report, train, validation, metrics, isPromptable };
  return { ...rows, tokenizer, media, vocabulary, letters, labels, objective };
}

/** A run that began before there was a space between prompt and answer goes on without it. */
async function formedTokenizer({ recipe, earlier, emit }: RunContext, base: string, train: readonly Example[]) {
  const decided = earlier && { answerSpace: earlier.answerSpace ?? false };
  const formed = await runTokenizer(recipe, base, train, decided);
  if (formed.tokenizer.answerSpace) emit({ type: 'phase-started', phase: 'data', message: SPACE_MESSAGE });
  return formed;
}

function reportRows(
  loaded: LoadedData,
  { train, validation }: Pick<RunRows, 'train' | 'validation'>,
  emit: EventSink,
): DataPrepared {
  const rows = { train: train.rows, validation: validation.rows, test: loaded.splits.test };
  const report = reportData(loaded, rows, train.cuts, emit);
  reportCuts(train.cuts, { split: 'train', examples: loaded.splits.train, emit });
  reportCuts(validation.cuts, { split: 'validation', examples: loaded.splits.validation, emit });
  return report;
}

interface Deciding {
  model: Model;
  objective: Objective;
  tokenizer: Tokenizer;
  training: SettledTraining;
}

/** What the run decides once: as an earlier part of it did, else what fits into memory now. */
async function decide(
  context: RunContext,
  { model, objective, tokenizer, training }: Deciding,
  rows: readonly PreparedRow[],
): Promise<RunConstants> {
  const { gradient_checkpointing: checkpointing, micro_batch_tokens: microBatchTokens } = context.recipe.training;
  const largest = (row: PreparedRow) => tokensOf(objective.largest?.(row) ?? row);
  const longest = rows.reduce((most, row) => Math.max(most, largest(row)), 0);
  const [sample] = rows[0].media === undefined ? [] : ((await objective.load?.([rows[0]])) ?? []);
  const perToken = sample && scope(() => convolutionBytesPerToken(model, objective.collate([sample]).input));
  const memory = context.earlier ?? planMemory(model, { longest, microBatchTokens, checkpointing, perToken });
  const { microBatchTokens: most, checkpointing: isSaving } = memory;
  const space = tokenizer.answerSpace ? { answerSpace: true } : {};
  const secret = await secretOf(context);
  return { now: context.now, microBatchTokens: most, checkpointing: isSaving, training, ...space, ...secret };
}

async function save(
  { folder, recipe, emit }: RunContext,
  parts: TrainerParts & { constants: RunConstants },
  state: TrainerState,
): Promise<void> {
  refuseChanged();
  let bytes = 0;
  const saved = await writeCheckpoint(folder, state.step, (draft) => {
    bytes = writeState(draft, state, { ...parts, recipe });
  });
  emit({ type: 'checkpoint-saved', ...saved, bytes });
  const pinned = state.best === null ? [] : [state.best.step];
  pruneCheckpoints(folder, { keep: recipe.checkpoints.keep, pinned });
}

/** Takes up the newest checkpoint of the run's folder; false where there is none. */
export function resumeRun(run: PreparedRun): boolean {
  const { context, parts, trainer } = run;
  const latest = listCheckpoints(context.folder).at(-1);
  if (latest === undefined) return false;
  trainer.resume(readState(latest.folder, parts));
  context.emit({ type: 'run-resumed', step: latest.step, from: latest.folder });
  return true;
}

/** Frees weights, gradients and moments of a run that is over, for what comes after it. */
export function freeTraining({ parts, storage, reference }: PreparedRun): void {
  const { model, tuning, update, rollouts } = parts;
  rollouts?.[Symbol.dispose]();
  reference?.dispose();
  storage.dispose();
  for (const moment of update.state().values()) moment.dispose();
  tuning.dispose();
  model.dispose();
}

function patienceForNothing(): AttuneError {
  return new AttuneError('E_NO_ROWS', {
    what: 'evaluation.patience would have no effect: no rows are kept for validation',
    fix: 'set data.validation to a share or a file, or remove patience',
  });
}

function nothingLeft(limit: number): AttuneError {
  return new AttuneError('E_NO_ROWS', {
    what: 'No row is left to train on: all of them were too long',
    got: `more than ${limit} tokens each`,
    fix: 'choose long_rows: truncate, or raise max_length as far as the model allows',
  });
}
