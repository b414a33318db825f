import { withArticle } from '../../base/articles.ts';
import { AttuneError } from '../../base/errors.ts';
import { AdaptableAttention } from '../../models/attention-adapters.ts';
import type { Model } from '../../models/model.ts';
import { currentOwner } from '../../engine/nn/index.ts';

/** A decoder's attention modules by path, in order. @throws E_NO_TARGETS for other models, and for shared ones */
export function attentionLayers(model: Model): Map<string, AdaptableAttention> {
  const found = new Map<string, AdaptableAttention>();
  for (const [path, module] of model.modules()) if (module instanceof AdaptableAttention) found.set(path, module);
  const isPlain = model.trunk.encoderStack === undefined && model.trunk.towers === undefined;
  if (found.size > 0 && isPlain && currentOwner() === undefined) return found;
  throw new AttuneError('E_NO_TARGETS', {
    what: `Prompts inside attention are not supported in ${withArticle(model.architecture.modelType)} model`,
    ...(currentOwner() !== undefined && { got: 'a base model that serves other adapters too' }),
    expected: 'a text decoder with a single adapter',
    fix: 'choose another tuning: lora',
  });
}
