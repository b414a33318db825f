import type { PreparedRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { ModelInput } from '../../models/model.ts';
import type { Objective } from '../../training/objective.ts';
import { baseFacts } from '../../models/base-facts.ts';
import { readWholeConfig } from '../../models/load-model.ts';
import type { Model } from '../../models/model.ts';
import { leftOut } from '../../models/text-part.ts';
import type { DType } from '../../engine/tensor/index.ts';
import type { Storage, Tuning } from '../../methods/interfaces.ts';
import { hasClasses, problemTypeIn, withReading } from '../../answering/model/output-reading.ts';
import { computeType } from '../../answering/model/resources.ts';
import { createTuned, type TunedChoice } from './build-trainer.ts';
import { trainedType } from './plan-memory.ts';
import { isPrivate } from './privacy.ts';
import type { ReadRows } from './read-rows.ts';

/** Second stage of a run: the model for its rows, with the tuning applied. */
export interface TunedModel {
  rows: ReadRows;
  model: Model;
  tuning: Tuning;
  storage: Storage;
}

/** Loads the base model, applies the tuning, and records in its configuration how the objective reads its outputs. */
export async function tuneModel(rows: ReadRows): Promise<TunedModel> {
  const { base, objective } = rows;
  const { recipe, emit } = rows.context;
  const report = (message: string) => emit({ type: 'phase-started', phase: 'engine', message });
  report(`loading ${recipe.model}`);
  const left = leftOut(readWholeConfig(base));
  if (left !== undefined) report(`not loaded: ${left}`);
  const dtype = trainedType(recipe, (await baseFacts(base)).parameters);
  if (dtype !== computeType(recipe.training.precision)) report(`computing in ${dtype}, to fit into max_memory`);
  const { model, tuning, storage } = await createTuned(recipe, base, await choiceFor(rows, dtype));
  if (storage.note !== undefined) report(storage.note);
  if (objective.config !== undefined) model.config = withReading(model.config, objective.config);
  return { rows, model, tuning, storage };
}

async function choiceFor(rows: ReadRows, dtype: DType): Promise<TunedChoice> {
  const { labels, vocabulary, letters, objective, train } = rows;
  const { recipe, emit, signal } = rows.context;
  const { task, config, embedding } = objective;
  const isPrivateRun = await isPrivate(recipe);
  return {
    task,
    dtype,
    labels: hasClasses(task) ? labels : undefined,
    problemType: problemTypeIn(config),
    vocabulary,
    letters,
    embedding,
    passed: {
      rows: train.rows,
      inputOf: (some) => inputOf(objective, some as readonly PreparedRow[]),
      emit,
      signal,
      private: isPrivateRun ? recipe.training.optimizer.name : undefined,
    },
  };
}

/** Returns a function that collates rows of the objective, after loading their files. */
async function inputOf(objective: Objective, rows: readonly PreparedRow[]): Promise<() => ModelInput> {
  const loaded = (await objective.load?.(rows)) ?? rows;
  return () => objective.collate(loaded).input;
}
