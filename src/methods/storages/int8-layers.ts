import { withArticle } from '../../base/articles.ts';
import { AttuneError } from '../../base/errors.ts';
import type { Model } from '../../models/model.ts';
import { Int8Weight, isLinear, MOST_INT8_DEPTH, type Int8Use, type LinearLike } from '../../engine/nn/index.ts';
import type { Storage } from '../interfaces.ts';
import type { StorageName } from './index.ts';

/** Adds int8 copies to every frozen linear layer, keeping the weights. */
export function storeInt8(name: StorageName, model: Model, use: Int8Use): Storage {
  const layers = frozenLayers(model);
  if (layers.length === 0) throw nothingToStore(name, model);
  const copies = layers.map(({ weight }) => {
    const form = new Int8Weight(weight, use);
    weight.exchange(form);
    return { weight, form };
  });
  const bytes = copies.reduce((sum, { form }) => sum + form.size, 0);
  return {
    note: `int8 copies of the weights of ${layers.length} layers: ${(bytes / 1e6).toFixed(1)} MB`,
    dispose() {
      for (const { weight, form } of copies) form.release(weight);
    },
  };
}

/** Skips the head, where rounding costs most and affects every row. */
function frozenLayers(model: Model): LinearLike[] {
  return [...model.modules()]
    .filter(([path]) => !model.isOfHead(`${path}.weight`))
    .map(([, module]) => module)
    .filter((module) => isLinear(module))
    .filter(({ weight, isTransposed }) => !weight.trainable && !isTransposed)
    .filter(({ inFeatures }) => inFeatures <= MOST_INT8_DEPTH);
}

function nothingToStore(name: StorageName, { config }: Model): AttuneError {
  return new AttuneError('E_STORAGE_UNSUPPORTED', {
    what: `storage ${name} finds nothing to quantise in this model`,
    got: `${withArticle(String(config.model_type))} model without frozen linear layers whose weights are [out, in]`,
    fix: 'choose storage: dense',
  });
}
