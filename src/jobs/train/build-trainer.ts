import type { Recipe } from '../../training/recipe/recipe.ts';
import { objectives } from '../../training/objectives/index.ts';
import { storages } from '../../methods/storages/index.ts';
import { tunings } from '../../methods/tunings/index.ts';
import { isSaved } from '../../methods/tunings/targets.ts';
import { isCausal } from '../../models/architecture.ts';
import { loadModel, readConfig } from '../../models/load-model.ts';
import type { ModelOptions } from '../../models/skeleton.ts';
import { architectures } from '../../models/index.ts';
import type { BaseTraits } from '../../models/base-traits.ts';
import type { Model } from '../../models/model.ts';
import { initialiseRows } from '../../models/token-tables.ts';
import { ModuleBuffer } from '../../engine/nn/index.ts';
import { noGrad, scope, type DType } from '../../engine/tensor/index.ts';
import type { Kept, PassedRows, Storage, Tuning, TuningContext } from '../../methods/interfaces.ts';
import type { Objective, Processor } from '../../training/objective.ts';
import type { PreferenceMeasure } from '../../answering/tasks/answers/answering.ts';
import type { TuningMethod } from '../../methods/method.ts';
import { trainsWholeHead } from '../../answering/model/output-reading.ts';
import { refuseOtherPooling } from '../../answering/embed/own-pooling.ts';
import { paceNewHead } from './head-pace.ts';
import { rewardModel } from './open-reward-model.ts';
import { paceTextEncoder } from './text-encoder-pace.ts';
import type { Vocabulary } from '../rows/speech-tokenizer.ts';

export async function createObjective(recipe: Recipe, processor: Processor): Promise<Objective> {
  const { name, ...options } = recipe.objective;
  const method = await objectives.load(name);
  return method.create(options, { ...processor, references: recipe.references, rewardModel });
}

/** Measure by which an objective ranks pairs of answers; undefined for objectives without pairs. */
export async function preferenceOf({
  objective: { name, ...options },
}: Recipe): Promise<PreferenceMeasure | undefined> {
  return (await objectives.load(name)).preference(options);
}

export async function baseTraits(folder: string, tuning?: Recipe['tuning']): Promise<BaseTraits> {
  const raw = readConfig(folder);
  const architecture = await architectures.load(String(raw.model_type));
  const limits = architecture.limits(raw);
  const maxPositions = limits.maxPositions - (await virtualTokens(tuning));
  return { causal: isCausal(architecture, raw), ...limits, maxPositions };
}

/** Number of virtual tokens that a tuning prepends to every row. */
async function virtualTokens(tuning: Recipe['tuning'] | undefined): Promise<number> {
  if (tuning === undefined) return 0;
  const { method: name, ...options } = tuning;
  return (await tunings.load(name)).virtualTokens?.(options) ?? 0;
}

/** A base model prepared for training. */
export interface TunedBase {
  model: Model;
  tuning: Tuning;
  storage: Storage;
  /** Parameters that the checkpoint lacks, such as a new head. */
  initialised: readonly string[];
}

/** Options for loading a base model for a task. */
export interface TunedChoice extends Pick<ModelOptions, 'labels' | 'problemType' | 'letters' | 'embedding'> {
  task: Objective['task'];
  dtype: DType;
  vocabulary?: Vocabulary;
  /** Layer inputs over the rows, for tunings that are initialised from them. */
  passed?: PassedRows;
}

/** Loads the base model and applies the tuning: trained weights in f32, frozen ones in the compute type. */
export async function createTuned(recipe: Recipe, folder: string, choice: TunedChoice): Promise<TunedBase> {
  const { method: name, ...options } = recipe.tuning;
  const method = await tunings.load(name);
  const { keep, residuals } = await keepOf(recipe);
  const { model, initialised } = await loadBase(recipe, folder, { ...choice, keep });
  const begun = await method.beforeStart(options, model, choice.passed);
  const start = { ...choice, initialised, residuals, starts: begun?.starts, seed: recipe.training.seed };
  const tuning = await createTuning(method, begun?.options ?? options, { ...start, model });
  for (const { a, b } of residuals?.values() ?? []) for (const factor of [a, b]) factor.dispose();
  for (const directions of begun?.starts.values() ?? []) directions.dispose();
  paceTextEncoder(model, tuning, recipe);
  await paceNewHead(model, { tuning, initialised }, { folder, recipe });
  settleFrozen(model, choice.dtype);
  return { model, tuning, storage: await createStorage(recipe, model), initialised };
}

/** The base model at the start of the run, with the head of its task and rows for new tokens. */
async function loadBase(
  { training: { seed } }: Recipe,
  folder: string,
  choice: TunedChoice & Pick<ModelOptions, 'keep'>,
): Promise<Pick<TunedBase, 'model' | 'initialised'>> {
  const { vocabulary } = choice;
  const { model, initialised } = await loadModel(folder, {
    task: choice.task,
    labels: choice.labels,
    problemType: choice.problemType,
    letters: choice.letters,
    embedding: choice.embedding,
    dtype: 'stored',
    seed,
    vocabularySize: vocabulary?.size,
    keep: choice.keep,
  });
  refuseOtherPooling(model, folder, choice.embedding);
  if (vocabulary !== undefined) initialiseRows(model, { ids: vocabulary.newIds, known: vocabulary.known, seed });
  model.dtype = choice.dtype;
  return { model, initialised };
}

async function createTuning(
  method: TuningMethod,
  options: Readonly<Record<string, unknown>>,
  { model, task, vocabulary, initialised, residuals, starts, seed }: TuningStart,
): Promise<Tuning> {
  const parts = initialised.filter((path) => !isOfTrunkItself(model, path));
  const whole = [...modulesOf(trainsWholeHead(task) ? [...parts, ...headPaths(model)] : parts), ...newPaths(model)];
  return method.create(model, withModules(options, whole), { seed, tokens: vocabulary?.trained, residuals, starts });
}

/** Inputs for initialising a tuning. */
interface TuningStart
  extends Pick<TunedChoice, 'task' | 'vocabulary'>, Pick<TuningContext, 'residuals' | 'starts' | 'seed'> {
  model: Model;
  initialised: readonly string[];
}

/** Quantiser for the base model's weights during loading; weights that are trained in full stay dense. */
export async function keepOf({
  storage: { name, ...options },
  tuning,
}: Pick<Recipe, 'storage' | 'tuning'>): Promise<Kept> {
  const stored = await (await storages.load(name)).keep(options);
  const whole = 'modules_to_save' in tuning ? tuning.modules_to_save : [];
  const keep = stored && { ...stored, except: (path: string) => isSaved(path, whole) };
  const { method, ...own } = tuning;
  return (await tunings.load(method)).beforeLoad(own, keep);
}

export async function createStorage(
  { storage: { name, ...options } }: Pick<Recipe, 'storage'>,
  model: Model,
): Promise<Storage> {
  return (await storages.load(name)).create(model, options, 'training');
}

/** Whether a parameter belongs directly to the trunk: its module would be the whole trunk. */
function isOfTrunkItself({ architecture }: Model, path: string): boolean {
  return path.slice(0, path.lastIndexOf('.')) === architecture.prefix;
}

function newPaths(model: Model): string[] {
  const parts = new Set(model.trunk.newlyInitialised);
  return [...model.modules()].filter(([, module]) => parts.has(module)).map(([path]) => path);
}

/** Classifier heads are trained in full, as in PEFT, even if the checkpoint has one. */
function headPaths(model: Model): string[] {
  return [...model.parameters()].map(([path]) => path).filter((path) => model.isOfHead(path));
}

function modulesOf(parameters: readonly string[]): string[] {
  return [...new Set(parameters.map((path) => path.slice(0, path.lastIndexOf('.'))))];
}

/** Newly initialised modules are trained in full under any tuning. */
function withModules(options: Record<string, unknown>, modules: readonly string[]): Record<string, unknown> {
  if (modules.length === 0 || !Array.isArray(options.modules_to_save)) return options;
  return { ...options, modules_to_save: [...new Set([...(options.modules_to_save as string[]), ...modules])] };
}

/** Converts frozen weights to the compute type. */
export function settleFrozen(model: Model, dtype: DType): void {
  noGrad(() => {
    for (const [, parameter] of model.parameters()) {
      // Buffers such as running statistics and counts keep their precision.
      if (!parameter.trainable && parameter.form === undefined && !(parameter instanceof ModuleBuffer))
        scope(() => parameter.assign(parameter.tensor.to(dtype)));
    }
  });
}
