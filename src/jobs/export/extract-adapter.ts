import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { writeJson } from '../../files/json.ts';
import { writeWholeFolder } from '../../files/whole-folder.ts';
import { tunings } from '../../methods/tunings/index.ts';
import { loadModel } from '../../models/load-model.ts';
import { noGrad, scope } from '../../engine/tensor/index.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { JobContext } from '../../base/job.ts';
import { changeBetween, fillLora } from './model-change.ts';
import { modelFolder } from '../../answering/model/base-model.ts';
import { refuseExisting } from './new-folder.ts';
import { scorerOf } from './scorer.ts';
import { copyProcessor } from '../../answering/model/model-readers.ts';
import { openModel, type OpenedModel } from '../../answering/model/open-model.ts';
import { RESULT_NOTES } from '../../answering/model/result-notes.ts';

export interface ExtractAdapterInput {
  /** Folder of a run or a model with full weights, or of an adapter, which is merged first. */
  target: string;
  base: string;
  rank: number;
  /** Defines the rows for comparing the models; random tokens are used without it. */
  recipe?: Recipe;
  folder: string;
}

export interface ExtractedAdapter {
  folder: string;
  /** Layers whose weight changed. */
  layers: number;
  /** Modules other than linear layers, which are saved in full. */
  savedWhole: string[];
  /** Share of the layers' squared change that the rank captures. */
  kept: number;
  split: string;
  rows: number;
  /** Losses of the base, the tuned model, and the base with the extracted adapter. */
  losses: { base: number; tuned: number; extracted: number };
}

/** Writes the LoRA closest to a model's change from its base, and scores base, tuned model and extracted adapter. */
export async function run(input: ExtractAdapterInput, context: JobContext): Promise<ExtractedAdapter> {
  const { folder, target, rank } = input;
  refuseExisting(folder);
  context.emit({ type: 'phase-started', phase: 'engine', message: `loading ${target} and ${input.base}` });
  const tuned = await openModel(target, { precision: 'f32' });
  tuned.tuning?.merge({ isFinal: true });
  const { model, initialised, baseFolder } = await loadBase(input.base, tuned);
  const change = noGrad(() => scope(() => changeBetween(model, tuned.model, initialised)));
  if (change.layers.length === 0) throw nothingChanged(input);
  const scorer = await scorerOf(input.recipe, tuned, context);
  const losses = { base: await scorer.loss(model), tuned: await scorer.loss(tuned.model) };
  const lora = await tunings.load('lora');
  const { layers, whole, hasBiases } = change;
  const bias = hasBiases ? 'all' : 'none';
  const options = { r: rank, alpha: rank, target_modules: layers, modules_to_save: whole, bias };
  const tuning = await lora.create(model, options, { seed: 0 });
  const kept = fillLora(tuning, { base: model, tuned: tuned.model, rank }, context.emit);
  const extracted = await scorer.loss(model);
  await writeWholeFolder(folder, (draft) => {
    tuning.save(draft, { baseModel: input.base, task: model.task });
    tuned.tokenizer.save(draft);
    copyProcessor(baseFolder, draft);
    writeOwnNotes(draft, tuned, { folder, base_model: input.base, base_folder: baseFolder });
  });
  const { split, count } = scorer.rows;
  return {
    folder,
    layers: layers.length,
    savedWhole: whole,
    kept,
    split,
    rows: count,
    losses: { ...losses, extracted },
  };
}

/** The base model with the head of the tuned model, whatever its classes. */
async function loadBase(name: string, tuned: OpenedModel) {
  const baseFolder = modelFolder(name);
  const { model, notes } = tuned;
  const labels = notes?.labels ?? (Object.values((model.config.id2label as object | undefined) ?? {}) as string[]);
  const loaded = await loadModel(baseFolder, {
    task: model.task,
    labels: labels.length > 0 && model.task !== 'causal-lm' ? labels : undefined,
    dtype: 'f32',
  });
  return { ...loaded, baseFolder };
}

function nothingChanged({ target, base }: ExtractAdapterInput): AttuneError {
  return new AttuneError('E_NOTHING_CHANGED', {
    what: `${target} does not differ from ${base} in any layer`,
    fix: 'check that --base is the model it was tuned from',
  });
}

/** Prompt settings still apply; measurements of the tuned model do not apply to the extracted adapter. */
function writeOwnNotes(
  draft: string,
  { notes }: OpenedModel,
  place: { folder: string; base_model: string; base_folder: string },
): void {
  if (notes === undefined) return;
  const { probe: _probe, ...kept } = notes;
  const recipe = { ...(notes.recipe as object), storage: { name: 'dense' } };
  writeJson(join(draft, RESULT_NOTES), { ...kept, ...place, metrics: {}, recipe });
}
