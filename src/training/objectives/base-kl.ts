// L trained tokens, V vocabulary
import type { Batch } from '../../answering/tasks/rows/prepared-rows.ts';
import type { LossResult, Objective, PassContext } from '../objective.ts';
import type { Model } from '../../models/model.ts';
import { fromArray, type Tensor } from '../../engine/tensor/index.ts';
import type { BaseKlOptions } from './base-kl.options.ts';
import { divergenceOf } from './distillation-losses.ts';
import { nextTokenLoss, type Predicted, type TokenLoss } from './next-token.ts';
import { sumsOfRows } from '../../answering/tasks/rows/trained-tokens.ts';
import { asksBase, isPlain, tokenLosses, type TokenLossOptions } from './token-losses.ts';

const PLAIN: TokenLossOptions = { loss_type: 'nll', label_smoothing: 0, beta: 0, first_betas: [] };

/** Cross-entropy of the trained tokens and, in training, a penalty on the divergence from the base model. */
export function nextTokenObjective(
  kl: BaseKlOptions,
  tokens: TokenLossOptions = PLAIN,
): Pick<Objective, 'loss' | 'reference'> {
  const isHeld = kl.kl_to_base > 0 || (kl.first_kl_to_base ?? 0) > 0;
  const withTokens = (model: Model, batch: Batch, context: PassContext) => ({
    ...context,
    lossOf: tokenLossOf(model, batch, { ...context, tokens }),
  });
  return {
    ...((isHeld || asksBase(tokens)) && { reference: {} }),
    loss: (model, batch, context) => {
      const asked = withTokens(model, batch, context);
      return isHeld ? lossOf(model, batch, { ...asked, kl }) : nextTokenLoss(model, batch, asked);
    },
  };
}

/** In training only: validation reports plain cross-entropy, so that runs are comparable. */
function tokenLossOf(
  model: Model,
  batch: Batch,
  { tokens, runner, reference }: PassContext & { tokens: TokenLossOptions },
): TokenLoss | undefined {
  if (isPlain(tokens) || runner === undefined) return undefined;
  return (logProbs, predicted) =>
    tokenLosses(logProbs, tokens, {
      depths: predicted.depths,
      logits: () => model.tokenHead.logits(predicted.hidden),
      base: () =>
        reference!((other) => {
          const hidden = other.hidden(batch.input).indexSelect(0, predicted.places);
          return other.tokenHead.tokenLogProbs(hidden, predicted.targets).logProbs;
        }),
    });
}

function lossOf(
  model: Model,
  batch: Batch,
  { kl, ...context }: PassContext & { kl: BaseKlOptions; lossOf?: TokenLoss },
): LossResult {
  let divergence: { perToken: Tensor; weights: Tensor; rows: Tensor } | undefined;
  const measure = ({ hidden, places, rows, depths }: Predicted) => {
    const base = context.reference!((other) =>
      other.tokenHead.logits(other.hidden(batch.input).indexSelect(0, places)),
    );
    const perToken = divergenceOf(model.tokenHead.logits(hidden), base, { beta: 0, temperature: 1 });
    divergence = { perToken, weights: weightsOf(depths, kl).toDevice(perToken.device), rows };
  };
  const result = nextTokenLoss(model, batch, context, context.runner === undefined ? undefined : measure);
  if (divergence === undefined) return result;
  const { perToken, weights, rows } = divergence;
  const added = sumsOfRows(perToken.mul(weights).mul(1 / context.totals.tokens), rows, batch.rows.length);
  const tally = { ...result.tally, kl_to_base: { sum: perToken.detach().sum(), count: perToken.size } };
  return { perRow: result.perRow.add(added.to(result.perRow.dtype)), tally };
}

/** [L] */
function weightsOf(depths: Int32Array, { kl_to_base: usual, first_kl_to_base, first_tokens }: BaseKlOptions): Tensor {
  const first = first_kl_to_base ?? usual;
  return fromArray(Float32Array.from(depths, (depth) => (depth < first_tokens ? first : usual)));
}
