// L steps of all rows
import type { Model } from '../../../models/model.ts';
import type { StageRunner } from '../../../models/stack.ts';
import { fromArray, type Tensor } from '../../../engine/tensor/index.ts';
import type { Batch } from './prepared-rows.ts';
import { taggedTokens } from './trained-tokens.ts';

/** Scores of each step of the batch: [L, 2] */
export function stepScores(model: Model, batch: Pick<Batch, 'input' | 'rows'>, runner?: StageRunner): Tensor {
  const { places } = taggedTokens(batch);
  const at = fromArray(BigInt64Array.from(places, BigInt)).toDevice(model.device);
  const hidden = model.hidden(batch.input, { runner });
  return model.tokenClassHead.scores(hidden, model.layoutOf(batch.input)).indexSelect(0, at);
}
