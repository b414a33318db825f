import type { Model } from '../../models/model.ts';
import { ModuleBuffer } from '../../engine/nn/index.ts';
import type { AdaptableLayer } from './layer-adapter.ts';
import { ROOT } from './peft-adapter.ts';
import { SavedParameter } from './saved-modules.ts';
import { isSaved, type Target } from './targets.ts';

/** Trains biases as separate leaves, except in fully trained modules. `bias`: `none`, `all`, or those of adapted layers. */
export function trainBiases(
  model: Model,
  targets: readonly Target<AdaptableLayer>[],
  { bias, modules_to_save: whole }: { bias: string; modules_to_save: readonly string[] },
): SavedParameter[] {
  if (bias === 'none') return [];
  const adapted = new Set(targets.map(({ path }) => path));
  return [...model.modules()].flatMap(([path, module]) => {
    if (isSaved(path, whole) || path === '' || (bias !== 'all' && !adapted.has(path))) return [];
    const biases = [...module.ownParameters()].filter(([key, one]) => key === 'bias' && !(one instanceof ModuleBuffer));
    const name = adapted.has(path) ? `${path}.base_layer.bias` : `${path}.bias`;
    return biases.map(([, parameter]) => new SavedParameter(ROOT + name, { module, parameter }));
  });
}
