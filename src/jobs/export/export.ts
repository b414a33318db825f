import { AttuneError } from '../../base/errors.ts';
import { requireWritable } from '../../files/atomic.ts';
import { writeWholeFolder } from '../../files/whole-folder.ts';
import { CheckpointFiles } from '../../models/checkpoint-files.ts';
import type { GgufForm } from '../../models/gguf/index.ts';
import type { DType } from '../../engine/tensor/index.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { JobContext } from '../../base/job.ts';
import { exportForms, type ExportFormName, type ExportType } from './index.ts';
import { refuseExisting } from './new-folder.ts';
import { scorerOf } from './scorer.ts';
import type { KeptPrompting } from '../../answering/prompting/kept-prompting.ts';
import { openModel } from '../../answering/model/open-model.ts';

export interface ExportInput {
  /** Folder of a run, an adapter or a model, or a known name. */
  target: string;
  to: ExportFormName;
  /** Defines the rows for comparing the result with the export; random tokens are used without it. */
  recipe?: Recipe;
  /** Folder to write; it must not exist. */
  folder: string;
  dtype: ExportType;
}

export interface ExportResult {
  folder: string;
  bytes: number;
  dtype: GgufForm;
  /**
   * Split of the compared rows: the first of validation, test and train that the recipe has; `random` for random
   * tokens.
   */
  split: string;
  rows: number;
  /** Loss of the result on them, and of the reloaded export. */
  before: number;
  after: number;
  /** Commands for using the export, if any. */
  commands?: readonly string[];
}

/** Maximum relative change of the loss by rounding to the exported type. */
const TOLERANCE: Partial<Record<GgufForm, number>> = {
  f32: 1e-5,
  bf16: 5e-3,
  f16: 2e-3,
  q8_0: 0.02,
  q4_k_m: 0.15,
  q4_0: 0.25,
};

/** Types with more precision, to suggest instead. */
const WIDER: Partial<Record<GgufForm, string>> = { q8_0: 'f16', q4_k_m: 'q8_0', q4_0: 'q4_k_m or q8_0' };

function noWeights(target: string, { title, folder }: KeptPrompting): AttuneError {
  return new AttuneError('E_TASK_UNSUPPORTED', {
    what: `${target} is ${title}: its prompt has no form outside of attune`,
    fix: `to export the model alone: attune export ${folder}; to use it: attune serve ${target}`,
  });
}

/** Exports a result, merging an adapter, and verifies that the loss stays the same (F18, F19). */
export async function run(input: ExportInput, context: JobContext): Promise<ExportResult> {
  const { folder, target } = input;
  refuseExisting(folder);
  requireWritable(folder);
  const form = await exportForms.load(input.to);
  context.emit({ type: 'phase-started', phase: 'engine', message: `loading ${target}` });
  const opened = await openModel(target, { precision: 'f32' });
  if (opened.prompted !== undefined) throw noWeights(target, opened.prompted);
  const dtype = input.dtype === 'auto' ? storedType(opened.baseFolder) : input.dtype;
  form.check(opened, dtype);
  const scorer = await scorerOf(input.recipe, opened, context);
  const before = await scorer.loss(opened.model);
  context.emit({ type: 'phase-started', phase: 'export', message: `writing ${folder}` });
  opened.tuning?.merge({ isFinal: true });
  const written = await writeWholeFolder(folder, async (draft) => {
    const bytes = await form.write(opened, { draft, folder, dtype, emit: context.emit });
    const after = await scorer.loss(await form.reopen(draft, opened));
    refuseDifference({ before, after, dtype });
    return { bytes, after };
  });
  const commands = await form.finish?.(folder, context.emit);
  return { folder, dtype, split: scorer.rows.split, rows: scorer.rows.count, before, ...written, commands };
}

function storedType(folder: string): DType {
  using files = new CheckpointFiles(folder);
  return files.dtype;
}

function refuseDifference({ before, after, dtype }: { before: number; after: number; dtype: GgufForm }): void {
  const tolerance = TOLERANCE[dtype] ?? 0;
  if (Math.abs(after - before) <= tolerance * Math.max(1, Math.abs(before))) return;
  throw new AttuneError('E_MERGE_DIFFERS', {
    what: 'The exported model does not score like the original; it was discarded',
    got: `loss ${after.toFixed(5)}`,
    expected: `${before.toFixed(5)}, within ${tolerance} (${dtype})`,
    fix:
      dtype === 'f32'
        ? 'use base and adapter separately'
        : `${dtype} is not precise enough for these weights: write ${WIDER[dtype] ?? 'f32'} (--dtype), or ` +
          'use base and adapter separately',
    exitCode: 3,
  });
}
