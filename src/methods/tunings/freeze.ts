import { AttuneError } from '../../base/errors.ts';
import type { Model } from '../../models/model.ts';
import type { Tuning, TuningContext } from '../interfaces.ts';
import { depthsOf } from './depth.ts';
import type { FreezeOptions } from './freeze.options.ts';
import { WholeWeights } from './whole-weights.ts';

/** Trains the last blocks and the head in full; the result is a whole model. */
export function create(
  model: Model,
  options: FreezeOptions,
  { tokens = [] }: Pick<TuningContext, 'tokens'> = {},
): Tuning {
  const depths = depthsOf(model);
  const blocks = depths.top - 1;
  const frozenBlocks = Math.max(0, blocks - options.trainable_layers);
  if (frozenBlocks > 0 && tokens.length > 0) throw frozenTokens(tokens.length);
  const tuning = new WholeWeights(model, {
    layerDecay: options.layer_decay,
    // If all blocks are trained, so are the embeddings.
    moves: (parameter) => frozenBlocks === 0 || depths.of(parameter) > frozenBlocks,
    startsAt: (parameter) => (depths.top - depths.of(parameter)) * (options.unfreeze_every ?? 0),
  });
  // Norms and biases alone hardly learn anything.
  if (!tuning.trainables.some(({ decays }) => decays)) throw nearlyNothing(tuning.trainables.map(({ name }) => name));
  return tuning;
}

function nearlyNothing(names: readonly string[]): AttuneError {
  return new AttuneError('E_NOTHING_TRAINED', {
    what: 'With trainable_layers: 0 almost nothing of this model would be trained: its head has no weights of its own',
    got: names.length === 0 ? 'no trainable weight' : `only ${names.join(', ')}`,
    expected: 'a head that is not tied to the embeddings, or trained blocks',
    fix: 'set tuning.trainable_layers to 1 or more, or choose tuning: lora',
  });
}

function frozenTokens(count: number): AttuneError {
  return new AttuneError('E_NEW_TOKENS', {
    what: 'New tokens cannot be trained while the embeddings are frozen',
    got: `${count} ${count === 1 ? 'token' : 'tokens'} in data.new_tokens, and tuning: freeze`,
    fix: 'choose tuning: lora or full, or remove data.new_tokens',
  });
}
