import { storages } from '../../methods/storages/index.ts';
import { tunings } from '../../methods/tunings/index.ts';
import { updates } from '../../training/optimizers/index.ts';
import type { RawConfig } from '../../models/raw-config.ts';
import { keptParameters } from '../../models/kept-weights.ts';
import type { Model } from '../../models/model.ts';
import { skeleton } from '../../models/skeleton.ts';
import { isLinear, ModuleBuffer, type LinearLike } from '../../engine/nn/index.ts';
import { empty, engine, isFloating, scope, type DType } from '../../engine/tensor/index.ts';
import type { Tuning, Update } from '../../methods/interfaces.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { keepOf, settleFrozen } from '../train/build-trainer.ts';

/** The settings of a recipe that determine a step's memory. */
export interface StepChoice extends Pick<Recipe, 'tuning' | 'storage'> {
  optimizer: Recipe['training']['optimizer'];
}

/** Memory of a run between steps, in bytes. */
export interface HeldBytes {
  /** Frozen weights, as stored, including frozen parts of adapters. */
  frozen: number;
  /** Trained weights. */
  trained: number;
  optimizer: number;
}

/** A run built from its recipe on `meta`: shapes without memory. */
export interface PlannedRun {
  model: Model;
  tuning: Tuning;
  update: Update;
  held: HeldBytes;
  [Symbol.dispose](): void;
}

/** Noise and schedules depend on the plan of the update, but shapes do not, so any plan will do. */
const ANY_PLAN = { rows: 1000, batchSize: 8, steps: 1000, secret: 0 };

/**
 * Builds base model, storage, tuning and optimiser with the code of a real run but without weights, so that memory is
 * counted rather than estimated by formula. @throws AttuneError if they are incompatible
 */
export async function planRun(config: RawConfig, choice: StepChoice, dtype: DType): Promise<PlannedRun> {
  const before = engine().tensorBytes('meta');
  const { model } = await skeleton(config, {});
  model.device = 'meta';
  model.dtype = dtype;
  await storeFrozen(model, choice, dtype);
  const tuning = await tune(model, choice);
  settleFrozen(model, dtype);
  const { name: storage, ...storageOptions } = choice.storage;
  const stored = await (await storages.load(storage)).create(model, storageOptions, 'training');
  const trained = bytesOf(tuning);
  const all = engine().tensorBytes('meta') - before;
  const { name, ...options } = choice.optimizer;
  const created = await (await updates.load(name)).create(tuning.trainables, options, ANY_PLAN);
  const update = tuning.govern?.(created, ANY_PLAN.steps) ?? created;
  const held = { frozen: all - trained, trained, optimizer: engine().tensorBytes('meta') - before - all };
  return { model, tuning, update, held, [Symbol.dispose]: dispose };

  function dispose(): void {
    for (const moment of update.state().values()) moment.dispose();
    update.dispose?.();
    stored.dispose();
    tuning.dispose();
    model.dispose();
  }
}

function bytesOf({ trainables }: Tuning): number {
  return trainables.reduce((sum, { parameter }) => sum + parameter.bytes, 0);
}

/** Frozen weights usually have the compute type; those of linear layers have the form of the storage. */
async function storeFrozen(model: Model, choice: StepChoice, dtype: DType): Promise<void> {
  const { keep, residuals } = await keepOf(choice);
  const kept = keptParameters(model, keep);
  for (const [path, parameter] of model.parameters()) {
    if (parameter instanceof ModuleBuffer || !isFloating(parameter.tensor.dtype)) continue;
    scope(() => {
      const weight = empty(parameter.shape, { dtype, device: 'meta' });
      parameter.assign(kept.get(parameter)?.(weight, path) ?? weight);
    });
  }
  // LoRA copies its initial factors into its own weights.
  for (const { a, b } of residuals?.values() ?? []) for (const factor of [a, b]) factor.dispose();
}

/** The run's own tuning. Only the number of trainable tokens matters here, not which ones. */
async function tune(model: Model, { tuning: { method: name, ...options } }: StepChoice): Promise<Tuning> {
  const { trainable_tokens: named = [] } = options as { trainable_tokens?: readonly unknown[] };
  return (await tunings.load(name)).create(model, options, { seed: 0, tokens: [...named.keys()] });
}

/** Multiplications per token in linear layers beyond those of the layers themselves, and those in trained weights. */
export function extraProducts({ model, tuning }: Pick<PlannedRun, 'model' | 'tuning'>): {
  beside: number;
  moving: number;
} {
  const own = new Set([...model.parameters()].map(([, parameter]) => parameter));
  let [beside, moving] = [0, 0];
  for (const { parameter } of tuning.trainables) if (!own.has(parameter)) beside += parameter.size;
  for (const [, module] of model.trunk.modules()) {
    if (!isLinear(module)) continue;
    if (module.weight.trainable) moving += module.weight.size;
    beside += scope(() => changedWeights(module));
  }
  return { beside, moving };
}

/**
 * Size of weight changes that are as large as the layer's own weight and recomputed from fewer parameters in each pass.
 */
function changedWeights(layer: LinearLike): number {
  const x = empty([1, layer.inFeatures], { device: 'meta' });
  const adapters = layer.adapters.acting(1).flatMap((acting) => acting.adapters);
  const terms = adapters.flatMap((adapter) => (adapter.lowRank?.() ? [] : (adapter.terms?.(x) ?? [])));
  return terms.reduce((sum, { weight }) => sum + (weight.size >= layer.weight.size ? weight.size : 0), 0);
}
