// L trained tokens of a batch
import { noGrad, scope, type Tensor } from '../../tensor/index.ts';
import type { Model } from '../../models/model.ts';
import type { Batch } from '../../train/interfaces.ts';
import { entropyOf, ofDistributions, trainedTokensOf } from './answer-log-probs.ts';
import { trainedLengths } from './group-rows.ts';

/** Log-probabilities of each row's trained tokens under a model, and where asked their entropies, without gradients. */
export function tokensOfRows(
  model: Model,
  batch: Batch,
  { temperature, withEntropies }: { temperature: number; withEntropies?: boolean },
): { logProbs: Float32Array[]; entropies?: Float32Array[] } {
  return noGrad(() =>
    scope(() => {
      const { logProbs, hidden } = trainedTokensOf(model, batch, { temperature });
      const counts = batch.rows.map((row) => trainedLengths(row).reduce((sum, length) => sum + length, 0));
      const split = (values: Tensor) => {
        const numbers = values.to('f32').data() as Float32Array;
        let at = 0;
        return counts.map((count) => numbers.slice(at, (at += count)));
      };
      if (withEntropies !== true) return { logProbs: split(logProbs) };
      const entropies = ofDistributions(model, hidden, (logits) => entropyOf(logits.div(temperature)));
      return { logProbs: split(logProbs), entropies: split(entropies) };
    }),
  );
}
