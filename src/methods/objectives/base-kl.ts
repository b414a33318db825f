// L trained tokens, V vocabulary
import type { Batch, LossResult, Objective, PassContext } from '../../train/interfaces.ts';
import type { Model } from '../../models/model.ts';
import type { Tensor } from '../../tensor/index.ts';
import { divergenceOf } from './distillation-losses.ts';
import { nextTokenLoss, sumsOfRows, type Predicted, type TokenLoss } from './next-token.ts';
import { isPlain, tokenLosses, type TokenLossOptions } from './token-losses.ts';

/** Cross-entropy of the trained tokens, and while training how far their distributions have moved from the base's. */
export function nextTokenObjective(
  weight: number,
  tokens: TokenLossOptions = { loss_type: 'nll', label_smoothing: 0 },
): Pick<Objective, 'loss' | 'needs'> {
  const withTokens = (model: Model, context: PassContext) => ({
    ...context,
    lossOf: tokenLossOf(model, tokens, context),
  });
  if (weight === 0) return { loss: (model, batch, context) => nextTokenLoss(model, batch, withTokens(model, context)) };
  return {
    needs: { reference: true },
    loss: (model, batch, context) => lossOf(model, batch, { ...withTokens(model, context), weight }),
  };
}

/** While training; validation is told in plain cross-entropy, so that runs can be compared. */
function tokenLossOf(model: Model, options: TokenLossOptions, { runner }: PassContext): TokenLoss | undefined {
  if (isPlain(options) || runner === undefined) return undefined;
  return (logProbs, hidden) => tokenLosses(logProbs, options, () => model.tokenHead.logits(hidden));
}

function lossOf(
  model: Model,
  batch: Batch,
  { weight, ...context }: PassContext & { weight: number; lossOf?: TokenLoss },
): LossResult {
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
