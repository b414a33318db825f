import { AttuneError } from '../base/errors.ts';
import type { Architecture, Task } from './architecture.ts';
import type { RawConfig } from './raw-config.ts';
import type { Model } from './model.ts';
import type { Weights } from './quantised/open-weights.ts';
import { namesOf, skeleton } from './skeleton.ts';

/** Tensors of any architecture's checkpoints that the reference ignores. */
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
  const unplaced = await withoutPlace(odd, { architecture, raw: config, files });
  if (unplaced.length === 0) return;
  throw new AttuneError('E_TENSORS_UNPLACED', {
    what:
      `${files.folder} holds ${unplaced.length === 1 ? 'a tensor' : `${unplaced.length} tensors`} that a ` +
      `${architecture.modelType} model has no place for, so it would compute something else`,
    problems: unplaced.map((field) => ({ field, message: 'belongs to no layer that config.json describes' })),
    fix: 'config.json and weights belong to different models, or the model is of a variant that attune does not know',
  });
}

interface Checkpoint {
  architecture: Architecture;
  raw: RawConfig;
  files: Weights;
}

/** Those of the names that no task has a parameter for, with a head of its own or a tied one. */
async function withoutPlace(names: readonly string[], { architecture, raw, files }: Checkpoint): Promise<string[]> {
  const left = new Set(names);
  for (const task of tasksOf(architecture, raw)) {
    // A head of its own has names that a tied one lacks.
    const heads = raw.tie_word_embeddings === false ? [raw] : [raw, { ...raw, tie_word_embeddings: false }];
    for (const config of heads) {
      const { model } = await skeleton(config, { task }, files);
      for (const [path] of model.parameters()) for (const name of namesOf(model, path)) left.delete(name);
      if (left.size === 0) return [];
    }
  }
  return [...left];
}

/** The one that the checkpoint was saved for first: it has a place for nearly everything. */
function tasksOf(architecture: Architecture, raw: RawConfig): Task[] {
  const saved = Array.isArray(raw.architectures) ? (raw.architectures as unknown[]) : [];
  const heads = Object.entries(architecture.heads(raw)) as [Task, { className: string }][];
  return heads
    .toSorted(([, a], [, b]) => Number(saved.includes(b.className)) - Number(saved.includes(a.className)))
    .map(([task]) => task);
}
