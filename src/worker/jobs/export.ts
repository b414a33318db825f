import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { requireWritable } from '../../files/atomic.ts';
import { writeJson } from '../../files/json.ts';
import { writeWholeFolder } from '../../files/whole-folder.ts';
import { CheckpointFiles } from '../../models/checkpoint-files.ts';
import { saveModel } from '../../models/save.ts';
import type { DType } from '../../tensor/index.ts';
import type { Tuning } from '../../train/interfaces.ts';
import type { Recipe } from '../../train/recipe.ts';
import type { JobContext } from '../job.ts';
import { openModel, type OpenedModel } from '../run/open-model.ts';
import { RESULT_NOTES } from '../run/result-notes.ts';
import { scoreSet, scoringSet, type ScoringSet } from '../run/scoring.ts';

/** The type of the written weights; `auto` is that of the base model's own. */
export type ExportType = 'auto' | 'f32' | 'bf16';

export interface ExportInput {
  /** A run's or an adapter's folder. */
  target: string;
  /** Says which rows both are scored on. */
  recipe: Recipe;
  /** The folder to write; it must not exist. */
  folder: string;
  dtype: ExportType;
}

export interface ExportResult {
  folder: string;
  bytes: number;
  dtype: DType;
  /** Which rows both were scored on: the first of validation, test and train that the recipe has. */
  split: string;
  rows: number;
  /** Loss of base and adapter on them, and of the written folder read again. */
  before: number;
  after: number;
}

/** Rounding to the written type may move the loss by this much, relative. */
const TOLERANCE: Partial<Record<DType, number>> = { f32: 1e-5, bf16: 5e-3, f16: 2e-3 };

/** Writes base and adapter as one model folder, and proves that it scores as they did (F18). */
export async function run(input: ExportInput, context: JobContext): Promise<ExportResult> {
  const { folder, target } = input;
  refuseExisting(folder);
  requireWritable(folder);
  context.emit({ type: 'phase-started', phase: 'engine', message: `loading ${target}` });
  const opened = await openModel(target, { precision: 'f32' });
  const tuning = requireAdapter(opened, target);
  const dtype = input.dtype === 'auto' ? storedType(opened.baseFolder) : input.dtype;
  const set = await scoringSet(input.recipe, opened, { ...context, split: 'any' });
  const before = await lossOf(opened, set, context);
  context.emit({ type: 'phase-started', phase: 'export', message: `writing ${folder}` });
  tuning.merge();
  const written = await writeWholeFolder(folder, async (draft) => {
    const bytes = writeMerged(opened, { draft, folder, dtype });
    const after = await lossOf(await openModel(draft, { precision: 'f32' }), set, context);
    refuseDifference({ before, after, dtype });
    return { bytes, after };
  });
  return { folder, dtype, split: set.split, rows: set.rows.length, before, ...written };
}

function requireAdapter({ tuning, folder }: OpenedModel, target: string): Tuning {
  if (tuning !== undefined) return tuning;
  throw new AttuneError('E_NOTHING_TO_MERGE', {
    what: `${target} is a whole model: it has no adapter to merge`,
    got: folder,
    fix: 'use that folder as it is',
  });
}

function writeMerged(
  { model, tokenizer, notes }: OpenedModel,
  { draft, folder, dtype }: { draft: string; folder: string; dtype: DType },
): number {
  const bytes = saveModel(model, draft, { dtype });
  tokenizer.save(draft);
  if (notes !== undefined) writeJson(join(draft, RESULT_NOTES), { ...notes, folder, probe: undefined });
  return bytes;
}

async function lossOf({ model }: OpenedModel, set: ScoringSet, context: JobContext): Promise<number> {
  return (await scoreSet(model, set, context)).metrics.loss;
}

function storedType(folder: string): DType {
  using files = new CheckpointFiles(folder);
  return files.dtype;
}

function refuseExisting(folder: string): void {
  if (!existsSync(folder)) return;
  throw new AttuneError('E_OUTPUT_EXISTS', {
    what: `${folder} exists already`,
    fix: 'choose another folder, or remove it',
  });
}

function refuseDifference({ before, after, dtype }: { before: number; after: number; dtype: DType }): void {
  const tolerance = TOLERANCE[dtype] ?? 0;
  if (Math.abs(after - before) <= tolerance * Math.max(1, Math.abs(before))) return;
  throw new AttuneError('E_MERGE_DIFFERS', {
    what: 'The merged model does not score as base and adapter did; it was not kept',
    got: `loss ${after.toFixed(5)}`,
    expected: `${before.toFixed(5)}, within ${tolerance} (${dtype})`,
    fix:
      dtype === 'f32'
        ? 'use base and adapter apart'
        : `${dtype} cannot hold these weights closely enough: write f32 (--dtype f32), or use base and adapter apart`,
    exitCode: 3,
  });
}
