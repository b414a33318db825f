import { AttuneError } from '../../base/errors.ts';
import type { Model } from '../../models/model.ts';
import { Int8Weight, isLinear, type LinearLike } from '../../nn/index.ts';
import type { Storage } from '../../train/interfaces.ts';

/**
 * Frozen linear layers read their input and a copy of their weight in int8 (symmetric, a scale for each row of the
 * weight and for each token), in the forward alone: gradients are those of the weights themselves, at the activations
 * that the forward gave (straight through). A byte a weight more; the weights stay, for backward. Twice as fast where
 * the processor multiplies int8 (after Dettmers et al., 2022, without their columns of outliers).
 */
export function create(model: Model, when: 'training' | 'always'): Storage {
  const layers = frozenLayers(model);
  if (layers.length === 0) throw nothingToStore(model);
  const copies = layers.map((layer) => (layer.int8 = new Int8Weight(layer.weight, when)));
  const bytes = copies.reduce((sum, { packed }) => sum + packed.size, 0);
  return {
    note: `int8 copies of the weights of ${layers.length} layers: ${(bytes / 1e6).toFixed(1)} MB`,
    dispose() {
      for (const layer of layers) layer.int8 = undefined;
      for (const { packed } of copies) packed.dispose();
    },
  };
}

/** Where logits are made, rounding costs most and each row decides. */
function frozenLayers(model: Model): LinearLike[] {
  return [...model.modules()]
    .filter(([path]) => !model.isOfHead(`${path}.weight`))
    .map(([, module]) => module)
    .filter((module) => isLinear(module))
    .filter(({ weight, isTransposed }) => !weight.trainable && !isTransposed);
}

function nothingToStore({ config }: Model): AttuneError {
  return new AttuneError('E_STORAGE_UNSUPPORTED', {
    what: 'storage int8_forward has nothing to round in this model',
    got: `a ${String(config.model_type)} model without frozen linear layers of weights [out, in]`,
    fix: 'choose storage: dense',
  });
}
