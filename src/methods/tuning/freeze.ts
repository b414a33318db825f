import type { Model } from '../../models/model.ts';
import type { Tuning } from '../../train/interfaces.ts';
import { depthsOf } from './depth.ts';
import type { FreezeOptions } from './freeze.options.ts';
import { WholeWeights } from './whole-weights.ts';

/** The last blocks and the head are trained whole; the result is a whole model. */
export function create(model: Model, options: FreezeOptions): Tuning {
  const depths = depthsOf(model);
  const blocks = depths.top - 1;
  const frozenBlocks = Math.max(0, blocks - options.trainable_layers);
  const { trunk } = model;
  const isOneStack = trunk.encoderStack === undefined && trunk.towers === undefined;
  return new WholeWeights(model, {
    layerDecay: options.layer_decay,
    // With all blocks the embeddings move as well.
    moves: (parameter) => frozenBlocks === 0 || depths.of(parameter) > frozenBlocks,
    startsAt: (parameter) => (depths.top - depths.of(parameter)) * (options.unfreeze_every ?? 0),
    frozenBlocks: options.cache_frozen && isOneStack && frozenBlocks > 0 ? frozenBlocks : undefined,
  });
}
