// L trained tokens, V vocabulary
import type { Batch, LossResult, Objective, PassContext } from '../../train/interfaces.ts';
import type { Model } from '../../models/model.ts';
import type { Tensor } from '../../tensor/index.ts';
import { divergenceOf } from './distillation-losses.ts';
import { nextTokenLoss, sumsOfRows, type Predicted } from './next-token.ts';

/** Cross-entropy of the trained tokens, and while training how far their distributions have moved from the base's. */
export function nextTokenObjective(weight: number): Pick<Objective, 'loss' | 'needs'> {
  if (weight === 0) return { loss: nextTokenLoss };
  return { needs: { reference: true }, loss: (model, batch, context) => lossOf(model, batch, { ...context, weight }) };
}

function lossOf(model: Model, batch: Batch, { weight, ...context }: PassContext & { weight: number }): LossResult {
  let divergence: { perToken: Tensor; rows: Tensor } | undefined;
  const measure = ({ hidden, places, rows }: Predicted) => {
    const base = context.reference!((other) =>
      other.tokenHead.logits(other.hidden(batch.input).indexSelect(0, places)),
    );
    const perToken = divergenceOf(model.tokenHead.logits(hidden), base, { beta: 0, temperature: 1 });
    divergence = { perToken, rows };
  };
  const result = nextTokenLoss(model, batch, context, context.runner === undefined ? undefined : measure);
  if (divergence === undefined) return result;
  const { perToken, rows } = divergence;
  const added = sumsOfRows(perToken.mul(weight / context.totals.tokens), rows, batch.rows.length);
  const tally = { ...result.tally, kl_to_base: { sum: perToken.detach().sum(), count: perToken.size } };
  return { perRow: result.perRow.add(added.to(result.perRow.dtype)), tally };
}
