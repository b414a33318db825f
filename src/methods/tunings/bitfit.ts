import { capitalised, withArticle } from '../../base/articles.ts';
import { AttuneError } from '../../base/errors.ts';
import type { Model } from '../../models/model.ts';
import { ModuleBuffer, type Parameter } from '../../engine/nn/index.ts';
import { factsOf } from '../../models/architecture.ts';
import type { Tuning } from '../interfaces.ts';
import { WholeWeights } from './whole-weights.ts';

export function create(model: Model): Tuning {
  const moving = new Set<Parameter>();
  let biases = 0;
  for (const [path, parameter] of model.parameters()) {
    if (parameter instanceof ModuleBuffer) continue;
    const isBias = path.endsWith('.bias') && !model.isOfHead(path);
    if (isBias) biases++;
    if (isBias || isOwnHead(model, path)) moving.add(parameter);
  }
  if (biases > 0) return new WholeWeights(model, { layerDecay: 1, moves: (parameter) => moving.has(parameter) });
  throw new AttuneError('E_NO_TARGETS', {
    what: `${capitalised(withArticle(model.architecture.modelType))} model has no biases`,
    fix: 'choose another tuning: ln_tuning, ia3 or lora',
  });
}

/** Task-specific heads are trained, heads over a vocabulary are not. */
function isOwnHead(model: Model, path: string): boolean {
  return model.isOfHead(path) && factsOf(model.task).hasLanguageHead !== true;
}
