import { AttuneError } from '../base/errors.ts';
import type { Architecture, Task } from './architecture.ts';
import type { RawConfig } from './config.ts';
import type { Model } from './model.ts';
import type { Weights } from './quantised/open-weights.ts';
import { namesOf, skeleton } from './skeleton.ts';

/** What checkpoints of every architecture may hold besides weights, and the reference passes over. */
const EVERYWHERE: readonly RegExp[] = [
  /(^|\.)rotary_emb\.inv_freq$/,
  /(^|\.)position_ids$/,
  /(^|\.)token_type_ids$/,
  /\.num_batches_tracked$/,
];

/**
 * Refuses a checkpoint with tensors that neither this model has a place for nor its architecture for another task: what
 * is left out in silence changes what the model computes.
 * @throws AttuneError E_TENSORS_UNPLACED
 */
export async function refuseUnplaced(
  { model, unused }: { model: Model; unused: readonly string[] },
  files: Weights,
): Promise<void> {
  const { architecture, config } = model;
  const known = [...EVERYWHERE, ...(architecture.passedOver?.(config) ?? [])];
  const odd = unused.filter((name) => !known.some((pattern) => pattern.test(name)));
  if (odd.length === 0) return;
  const elsewhere = await placesOf(architecture, config, files);
  const unplaced = odd.filter((name) => !elsewhere.has(name));
  if (unplaced.length === 0) return;
  throw new AttuneError('E_TENSORS_UNPLACED', {
    what: `${files.folder} holds ${unplaced.length === 1 ? 'a tensor' : `${unplaced.length} tensors`} that a ${architecture.modelType} model has no place for, so it would compute something else`,
    problems: unplaced.map((field) => ({ field, message: 'belongs to no layer that config.json describes' })),
    fix: 'config.json and weights belong to different models, or the model is of a variant that attune does not know',
  });
}

/** Names of the parameters of all tasks that an architecture can be saved for, with heads of their own or tied ones. */
async function placesOf(architecture: Architecture, raw: RawConfig, files: Weights): Promise<Set<string>> {
  const places = new Set<string>();
  for (const task of Object.keys(architecture.heads(raw)) as Task[]) {
    for (const config of [raw, { ...raw, tie_word_embeddings: false }]) {
      const { model } = await skeleton(config, { task }, files);
      for (const [path] of model.parameters()) for (const name of namesOf(model, path)) places.add(name);
    }
  }
  return places;
}
