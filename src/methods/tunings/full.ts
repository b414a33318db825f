import type { Model } from '../../models/model.ts';
import type { Tuning } from '../interfaces.ts';
import type { FullOptions } from './full.options.ts';
import { WholeWeights } from './whole-weights.ts';

/** Trains every weight. */
export function create(model: Model, { layer_decay: layerDecay = 1 }: Partial<FullOptions>): Tuning {
  return new WholeWeights(model, { layerDecay });
}
