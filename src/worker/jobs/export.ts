import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { writeJson } from '../../files/json.ts';
import { readConfig } from '../../models/load.ts';
import { saveModel } from '../../models/save.ts';
import { SafetensorsFile, type DType } from '../../tensor/index.ts';
import type { Recipe } from '../../train/recipe.ts';
import type { JobContext } from '../job.ts';
import { openModel, type OpenedModel } from '../run/open-model.ts';
import { RESULT_NOTES } from '../run/result-notes.ts';
import { scoreSet, scoringSet, type ScoringSet } from '../run/scoring.ts';

export interface ExportInput {
  /** A run's or an adapter's folder. */
  target: string;
  /** Says which rows both are scored on. */
  recipe: Recipe;
  /** The folder to write; it must not exist. */
  folder: string;
}

export interface ExportResult {
  folder: string;
  bytes: number;
  dtype: DType;
  /** Loss on the validation rows of base and adapter, and of the written folder read again. */
  before: number;
  after: number;
}

/** Rounding to the base model's own type may move the loss by this much, relative. */
const TOLERANCE: Partial<Record<DType, number>> = { f32: 1e-5, bf16: 5e-3, f16: 2e-3 };

/** Writes base and adapter as one model folder, and proves that it scores as they did (F18). */
export async function run(input: ExportInput, context: JobContext): Promise<ExportResult> {
  refuseExisting(input.folder);
  context.emit({ type: 'phase-started', phase: 'engine', message: `loading ${input.target}` });
  const opened = await openModel(input.target, { precision: 'f32' });
  if (opened.tuning === undefined) {
    throw new AttuneError('E_NOTHING_TO_MERGE', {
      what: `${input.target} is a whole model: it has no adapter to merge`,
      got: opened.folder,
      fix: 'use the folder as it is',
    });
  }
  const { model, tokenizer, notes } = opened;
  const set = await scoringSet(input.recipe, opened, { ...context, split: 'validation' });
  const before = await lossOf(opened, set, context);
  context.emit({ type: 'phase-started', phase: 'export', message: `writing ${input.folder}` });
  opened.tuning.merge();
  const dtype = storedType(opened.baseFolder);
  const bytes = saveModel(model, input.folder, { dtype });
  tokenizer.save(input.folder);
  if (notes !== undefined) writeJson(join(input.folder, RESULT_NOTES), { ...notes, probe: undefined });
  const written = await openModel(input.folder, { precision: 'f32' });
  const after = await lossOf(written, set, context);
  refuseDifference(before, after, dtype);
  return { folder: input.folder, bytes, dtype, before, after };
}

async function lossOf({ model }: OpenedModel, set: ScoringSet, context: JobContext): Promise<number> {
  return (await scoreSet(model, set, context)).metrics.loss;
}

/** The type of the base model's weights, in which the result is written. */
function storedType(folder: string): DType {
  const single = join(folder, 'model.safetensors');
  if (existsSync(single)) {
    using file = new SafetensorsFile(single);
    return file.header.entries[0].dtype;
  }
  return String(readConfig(folder).dtype ?? readConfig(folder).torch_dtype) === 'float32' ? 'f32' : 'bf16';
}

function refuseExisting(folder: string): void {
  if (!existsSync(folder)) return;
  throw new AttuneError('E_OUTPUT_EXISTS', {
    what: `${folder} exists already`,
    fix: 'choose another folder, or remove it',
  });
}

function refuseDifference(before: number, after: number, dtype: DType): void {
  const tolerance = TOLERANCE[dtype] ?? 0;
  if (Math.abs(after - before) <= tolerance * Math.max(1, Math.abs(before))) return;
  throw new AttuneError('E_MERGE_DIFFERS', {
    what: 'The merged model does not score as base and adapter did',
    got: `loss ${after.toFixed(5)}`,
    expected: `${before.toFixed(5)}, within ${tolerance} (${dtype})`,
    fix: 'keep base and adapter apart; the folder that was written is not the model that was trained',
    exitCode: 3,
  });
}
