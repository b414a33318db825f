import { AttuneError, type Problem } from '../base/errors.ts';
import { aten, scope, type Tensor } from '../engine/tensor/index.ts';
import type { Architecture, Task } from './architecture.ts';
import type { RawConfig } from './raw-config.ts';
import type { Model } from './model.ts';
import type { Weights } from './quantised/open-weights.ts';
import { namesOf, skeleton } from './skeleton.ts';

/** Tensors that the reference ignores in checkpoints of any architecture. */
const EVERYWHERE: readonly RegExp[] = [
  /(^|\.)rotary_emb\.inv_freq$/,
  /(^|\.)position_ids$/,
  /(^|\.)token_type_ids$/,
  /\.num_batches_tracked$/,
];

/**
 * Rejects a checkpoint with tensors that no task of its architecture uses: silently ignoring them could change the
 * model's output.
 * @throws AttuneError E_TENSORS_UNPLACED
 */
export async function refuseUnplaced(
  { model, unused }: { model: Model; unused: readonly string[] },
  files: Weights,
): Promise<void> {
  refuseOtherCopies(model, files);
  const { architecture, config } = model;
  const known = [...EVERYWHERE, ...(architecture.passedOver?.(config) ?? [])];
  const odd = unused.filter((name) => !known.some((pattern) => pattern.test(name)));
  if (odd.length === 0) return;
  const unplaced = await withoutPlace(odd, { architecture, raw: config, files });
  if (unplaced.length === 0) return;
  throw new AttuneError('E_TENSORS_UNPLACED', {
    what:
      `${files.folder} holds ${unplaced.length === 1 ? 'a tensor' : `${unplaced.length} tensors`} that a ` +
      `${architecture.modelType} model does not use, so its output would differ`,
    problems: unplaced.map((field) => ({ field, message: 'matches no layer in config.json' })),
    fix: 'config.json and the weights belong to different models, or attune does not support this variant of the model',
  });
}

/** Rejects a checkpoint with two differing copies of a parameter, which transformers 5 and later load as separate parameters. */
function refuseOtherCopies(model: Model, files: Weights): void {
  if (!isRecent(model.config)) return;
  const problems = [...model.parameters()].flatMap(([path]): Problem[] => {
    const [used, ...others] = namesOf(model, path).filter((name) => files.has(name));
    const differ = others.filter((name) => !scope(() => isEqual(files.get(name), files.get(used))));
    return differ.map((field) => ({ field, message: `differs from ${used}, which is the same parameter` }));
  });
  if (problems.length === 0) return;
  throw new AttuneError('E_TENSORS_UNPLACED', {
    what: `${files.folder} holds two versions of a parameter`,
    problems,
    fix: 'remove the one that the model was not trained with',
  });
}

/** Whether transformers 5 or later wrote a configuration. */
export function isRecent({ transformers_version: version }: RawConfig): boolean {
  return Number.parseInt(String(version), 10) >= 5;
}

/** Whether two tensors have the same type, shape and values. */
export function isEqual(a: Tensor, b: Tensor): boolean {
  return a.dtype === b.dtype && a.shape.join() === b.shape.join() && aten.equal.default(a, b);
}

interface Checkpoint {
  architecture: Architecture;
  raw: RawConfig;
  files: Weights;
}

/** The names that no task uses, with a tied or an untied head. */
async function withoutPlace(names: readonly string[], { architecture, raw, files }: Checkpoint): Promise<string[]> {
  const left = new Set(names);
  for (const task of tasksOf(architecture, raw)) {
    // An untied head has parameters that a tied one lacks.
    const heads = raw.tie_word_embeddings === false ? [raw] : [raw, { ...raw, tie_word_embeddings: false }];
    for (const config of heads) {
      const { model } = await skeleton(config, { task }, files);
      for (const [path] of model.parameters()) for (const name of namesOf(model, path)) left.delete(name);
      if (left.size === 0) return [];
    }
  }
  return [...left];
}

/** Starts with the checkpoint's own task, which uses nearly all tensors. */
function tasksOf(architecture: Architecture, raw: RawConfig): Task[] {
  const saved = Array.isArray(raw.architectures) ? (raw.architectures as unknown[]) : [];
  const heads = Object.entries(architecture.heads(raw)) as [Task, { className: string }][];
  return heads
    .toSorted(([, a], [, b]) => Number(saved.includes(b.className)) - Number(saved.includes(a.className)))
    .map(([task]) => task);
}
