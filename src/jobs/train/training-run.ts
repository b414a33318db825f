import type { DataPrepared, EventSink } from '../../base/events.ts';
import { refuseChanged } from '../../files/unchanged.ts';
import { refitMixture, type Example, type LoadedData } from '../../data/index.ts';
import type { MetricSpec } from '../../eval/metrics/index.ts';
import { listCheckpoints, pruneCheckpoints, writeCheckpoint } from '../../store/checkpoints.ts';
import type { Tokenizer } from '../../text/index.ts';
import { scope } from '../../tensor/index.ts';
import {
  tokensOf,
  type MediaReader,
  type Objective,
  type PreparedRow,
  type Storage,
  type Tuning,
} from '../../train/interfaces.ts';
import type { Recipe } from '../../methods/recipe.ts';
import type { SettledTraining } from '../../train/recipe.ts';
import { baseFacts } from '../../models/base-facts.ts';
import { readWholeConfig } from '../../models/load.ts';
import { leftOut } from '../../models/text-part.ts';
import type { Model } from '../../models/model.ts';
import { Rollouts } from '../../train/produce.ts';
import { Trainer, type TrainerOptions, type TrainerParts } from '../../train/trainer.ts';
import { readState, writeState, type RunConstants, type TrainerState } from '../../train/trainer-state.ts';
import {
  createSampler,
  createTuned,
  createUpdate,
  trainerOptions,
  type TunedModel,
  isPrivate,
} from './build-trainer.ts';
import { likelihoodMeasure } from '../evaluate/likelihood-metrics.ts';
import { withFrozenBlocks } from './frozen-rows.ts';
import { referenceModel, type ReferenceModel } from './reference-model.ts';
import { judgedRows } from './reference-scores.ts';
import { planRunMemory, rolloutBytes, trainedType } from './plan-memory.ts';
import { profileSteps } from './profile-steps.ts';
import { keepSecret, refuseUnprivate, reportPrivacy, rowsApartOf, secretOf } from './privacy.ts';
import { withRetention } from './retention.ts';
import { computeType, convolutionBytesPerToken } from '../model/resources.ts';
import { settleTraining } from './settle-training.ts';
import { hasClasses, problemTypeIn, withReading } from '../model/output-reading.ts';
import { readRows, type RunRows } from './read-rows.ts';

export interface RunContext {
  recipe: Recipe;
  folder: string;
  emit: EventSink;
  signal: AbortSignal;
  /** The run's clock, kept over resumes. */
  now: Date;
  /** Whether a few steps are recorded, operator by operator. */
  profile?: boolean;
  /** What an earlier part of the run, or the run that is repeated, decided. */
  earlier?: RunConstants;
  /** Whether it goes on in its own folder. */
  isResumed?: boolean;
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

/** Reads the data, loads the model, puts the tuning in place. */
export async function prepareRun(context: RunContext): Promise<PreparedRun> {
  const { recipe, emit, signal } = context;
  const read = await readRows(context);
  const { base, loaded, tokenizer, objective, train, validation, metrics } = read;
  const { model, tuning, storage } = await loadTuned(context, read);
  const training = await settleTraining(context, base, train.rows.length);
  const all = [...train.rows, ...validation.rows];
  const constants = await decide(context, { model, tuning, objective, tokenizer, training }, all);
  const mixture = loaded.mixture && refitMixture(loaded.mixture, train.rowOf);
  const { microBatchTokens, secret } = constants;
  if (secret !== undefined) refuseUnprivate({ objective, model, mixture });
  const drawing = { microBatchTokens, batchSize: training.batch_size, mixture, secret };
  const sampler = createSampler(recipe, train.rows, drawing);
  const options = trainerOptions(recipe, sampler.batchesPerEpoch, constants);
  const plan = { rows: train.rows.length, batchSize: training.batch_size, steps: options.schedule.totalSteps };
  const reference = await referenceModel({ objective, tuning, model, base, storage: recipe.storage });
  const retained = { recipe, model, objective, tuning, mixture, emit, rows: train.rows, reference: reference?.run };
  const drawn = { ...plan, secret: secret ?? 0 };
  const update = await withRetention(await createUpdate(recipe, { tuning, objective, model }, drawn), retained);
  reportPrivacy(update, plan.steps, emit);
  const rows = await judgedRows(
    { train: train.rows, validation: validation.rows },
    { ...context, ...constants, objective, reference, tokenizer },
  );
  const measure = await likelihoodMeasure(metrics, validation, { ...read, examples: loaded.splits.validation });
  const epochs = options.schedule.totalSteps / sampler.batchesPerEpoch;
  const trained = await withFrozenBlocks(read, { ...context, ...constants, epochs, model, reference }, all);
  const cacheBytes = rolloutBytes(recipe);
  const rollouts = Rollouts.of(objective, { model, tokenizer, reference: reference?.run, cacheBytes });
  const beside = { reference: reference?.run, rollouts, measure };
  const parts: TrainerParts = { model, tuning, update, objective: trained, ...rows, sampler, ...beside };
  constants.rowsApart = await rowsApartOf(context, parts);
  parts.rowsApart = constants.rowsApart;
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
async function loadTuned({ recipe, emit, signal }: RunContext, read: RunRows): Promise<TunedModel> {
  const { base, labels, vocabulary, letters, objective } = read;
  emit({ type: 'phase-started', phase: 'engine', message: `loading ${recipe.model}` });
  const left = leftOut(readWholeConfig(base));
  if (left !== undefined) emit({ type: 'phase-started', phase: 'engine', message: `left out: ${left}` });
  const { task, config, embedding } = objective;
  const dtype = trainedType(recipe, (await baseFacts(base)).parameters);
  if (dtype !== computeType(recipe.training.precision))
    emit({ type: 'phase-started', phase: 'engine', message: `computing in ${dtype}, to fit into max_memory` });
  const tuned = await createTuned(recipe, base, {
    task,
    dtype,
    labels: hasClasses(task) ? labels : undefined,
    problemType: problemTypeIn(config),
    vocabulary,
    letters,
    embedding,
    passed: {
      objective,
      rows: read.train.rows,
      emit,
      signal,
      private: (await isPrivate(recipe)) ? recipe.training.optimizer.name : undefined,
    },
  });
  const { model, storage } = tuned;
  if (storage.note !== undefined) emit({ type: 'phase-started', phase: 'engine', message: storage.note });
  if (config !== undefined) model.config = withReading(model.config, config);
  return tuned;
}

interface Deciding {
  model: Model;
  tuning: Tuning;
  objective: Objective;
  tokenizer: Tokenizer;
  training: SettledTraining;
}

/** What the run decides once: as an earlier part of it did, else what fits into memory now. */
async function decide(
  context: RunContext,
  { model, tuning, objective, tokenizer, training }: Deciding,
  rows: readonly PreparedRow[],
): Promise<RunConstants> {
  const largest = (row: PreparedRow) => tokensOf(objective.largest?.(row) ?? row);
  const longest = rows.reduce((most, row) => Math.max(most, largest(row)), 0);
  const [sample] = rows[0].media === undefined ? [] : ((await objective.load?.([rows[0]])) ?? []);
  const perToken = sample && scope(() => convolutionBytesPerToken(model, objective.collate([sample]).input));
  const { recipe, earlier, emit } = context;
  const planned = earlier ? undefined : await planRunMemory({ recipe, model, tuning, objective, longest, perToken });
  if (planned?.note !== undefined) emit({ type: 'phase-started', phase: 'engine', message: planned.note });
  const memory = (earlier ?? planned)!;
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
  keepSecret(folder, parts.constants);
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
  const { model, tuning, update, rollouts, objective } = parts;
  rollouts?.[Symbol.dispose]();
  reference?.dispose();
  storage.dispose();
  for (const moment of update.state().values()) moment.dispose();
  update.dispose?.();
  objective.dispose?.();
  for (const { parameter } of objective.trainables?.(model) ?? []) parameter.dispose();
  tuning.dispose();
  model.dispose();
}
