// N tokens, B rows, T columns
import { balanceOfBatch } from '../../src/training/objectives/expert-balance.ts';
import { usualLoss } from '../../src/training/objectives/image_text_contrastive.ts';
import { pairLosses } from '../../src/training/objectives/pair-losses.ts';
import type { CtcHead } from '../../src/models/heads/ctc.ts';
import type { Model } from '../../src/models/model.ts';
import { aten, fromArray, tensor, type Tensor } from '../../src/engine/tensor/index.ts';
import type { Grid, ParityInput } from './input.ts';

const IGNORED = -100n;

/** Result of a forward pass: [N, D], and the auxiliary outputs of blocks. */
export interface PassOutput {
  hidden: Tensor;
  aside: readonly Tensor[];
}

/** The reference's loss of a batch: a mean over labelled tokens or over rows. */
export function lossOf(model: Model, { hidden, aside }: PassOutput, { tokens }: ParityInput, given: Tensor): Tensor {
  const labels = given.toDevice(hidden.device);
  if (model.task === 'sequence') return rowLoss(model.sequenceHead.scores(hidden, tokens.layout), labels);
  if (model.task === 'replaced-token')
    return replacedLoss(model.tokenClassHead.scores(hidden, tokens.layout), tokens, labels);
  if (model.task === 'token') return tokenClassLoss(model.tokenClassHead.scores(hidden, tokens.layout), tokens, labels);
  if (model.task === 'ctc') return ctcLoss(model.ctcHead, hidden, tokens, labels);
  // A decoder predicts the next token; masked tokens and decoders with shifted inputs predict the token at their own
  // position.
  const { places, targets } = predictions(tokens, labels, model.task === 'causal-lm' ? 1 : 0);
  const { logProbs } = model.tokenHead.tokenLogProbs(hidden.indexSelect(0, places), targets);
  const loss = logProbs.mean().neg();
  const { balance } = model.trunk;
  return balance === undefined ? loss : loss.add(balanceOfBatch(aside, balance, {}).shares.sum());
}

/** Binary cross-entropy over all tokens. */
function replacedLoss(scores: Tensor, { places }: Grid, labels: Tensor): Tensor {
  const wanted = labels.flatten().indexSelect(0, fromArray(BigInt64Array.from(places, BigInt)).toDevice(labels.device));
  return aten.binary_cross_entropy_with_logits.default(scores.squeeze(1), wanted.to(scores.dtype));
}

/** Cross-entropy of the classes of labelled tokens. */
function tokenClassLoss(scores: Tensor, tokens: Grid, labels: Tensor): Tensor {
  const { places, targets } = predictions(tokens, labels, 0);
  return scores.indexSelect(0, places).logSoftmax(-1).gather(1, targets.unsqueeze(1)).mean().neg();
}

function predictions(grid: Grid, labels: Tensor, ahead: number): { places: Tensor; targets: Tensor } {
  const values = labels.data() as BigInt64Array;
  const places: number[] = [];
  const targets: bigint[] = [];
  for (const [n, place] of grid.places.entries()) {
    if ((place % grid.width) + ahead >= grid.width || values[place + ahead] === IGNORED) continue;
    places.push(n);
    targets.push(values[place + ahead]);
  }
  const [at, wanted] = [BigInt64Array.from(places, BigInt), BigInt64Array.from(targets)].map((values) =>
    fromArray(values).toDevice(labels.device),
  );
  return { places: at, targets: wanted };
}

/** Reduced as torch does in the reference: the sum, or the mean of each row's loss divided by its length. */
function ctcLoss(head: CtcHead, hidden: Tensor, { layout }: Grid, labels: Tensor): Tensor {
  const [rows, width] = labels.shape;
  const values = labels.data() as BigInt64Array;
  const texts = Array.from({ length: rows }, (_, row) =>
    Array.from(values.subarray(row * width, (row + 1) * width), Number).filter((id) => id >= 0 && id !== head.blank),
  );
  const losses = head.losses(hidden, layout, texts);
  if (head.reduction === 'sum') return losses.sum();
  return losses
    .div(
      tensor(
        texts.map(({ length }) => Math.max(1, length)),
        { device: losses.device },
      ),
    )
    .mean();
}

/** Contrastive loss of a batch of matching texts and images, from scores [T, I]. */
export function pairLoss(model: Model, scores: Tensor): Tensor {
  return pairLosses[usualLoss(model)](scores).mean();
}

/**
 * Cross-entropy of classes, squared error of a number, or binary cross-entropy of several labels, by the shape of the
 * labels.
 */
function rowLoss(scores: Tensor, labels: Tensor): Tensor {
  const [rows, classes] = scores.shape;
  if (classes === 1) return scores.reshape(rows).sub(labels.to(scores.dtype).reshape(rows)).pow(2).mean();
  if (labels.shape.length === 2) return aten.binary_cross_entropy_with_logits.default(scores, labels.to(scores.dtype));
  return scores.logSoftmax(-1).gather(1, labels.reshape(rows, 1)).mean().neg();
}
