// Q questions, K options of the question with the most, P options of all questions
import { greatest } from '../../base/many.ts';
import { fromArray, zeros, type Tensor } from '../../engine/tensor/index.ts';

/** Index of each cell of a table [Q, K] in a flat list of options [P], and whether the cell has an option. */
export interface OptionTable {
  /** [Q, K] */
  places: Tensor;
  /** 1 if the question has this option, [Q, K] */
  isOption: Tensor;
}

const NONE = -1e30;

/** @param counts number of options of each question */
export function optionTable(counts: readonly number[], like: Tensor): OptionTable {
  const [Q, K] = [counts.length, greatest(counts)];
  const places = new BigInt64Array(Q * K);
  const isOption = new Float32Array(Q * K);
  let first = 0;
  for (const [q, count] of counts.entries()) {
    for (let k = 0; k < count; k++) {
      places[q * K + k] = BigInt(first + k);
      isOption[q * K + k] = 1;
    }
    first += count;
  }
  return {
    places: fromArray(places, [Q, K]).toDevice(like.device),
    isOption: fromArray(isOption, [Q, K]).to(like.dtype).toDevice(like.device),
  };
}

/** Values of each question's options as a table, padded with 0: [Q, K] */
export function tableOf(rows: readonly (readonly number[])[], like: Tensor): Tensor {
  const K = greatest(rows.map(({ length }) => length));
  const values = Float64Array.from(rows.flatMap((row) => Array.from({ length: K }, (_, k) => row[k] ?? 0)));
  return fromArray(values, [rows.length, K]).to(like.dtype).toDevice(like.device);
}

/** Log-probabilities of each question's options from logits [P]; close to -∞ for missing ones. [Q, K] */
export function optionLogProbs(logits: Tensor, { places, isOption }: OptionTable): Tensor {
  const [Q, K] = places.shape;
  const table = logits.indexSelect(0, places.reshape(Q * K)).reshape(Q, K);
  return table.mul(isOption).add(isOption.mul(-1).add(1).mul(NONE)).logSoftmax(-1);
}

/** Cross-entropy with targets [Q, K], in nats: [Q] */
export function crossEntropy(logProbs: Tensor, targets: Tensor): Tensor {
  return logProbs.mul(targets).sum(-1).neg();
}

/** Squared distance of probabilities from targets: [Q] */
export function brierScore(logProbs: Tensor, targets: Tensor): Tensor {
  return logProbs.exp().sub(targets).pow(2).sum(-1);
}

/** Squared distance of cumulative probabilities from cumulative targets, averaged over boundaries between levels: [Q] */
export function rankedScore(logProbs: Tensor, targets: Tensor, counts: readonly number[]): Tensor {
  const ahead = logProbs.exp().sub(targets);
  const [Q, K] = ahead.shape;
  let sum = zeros([Q], { dtype: ahead.dtype, device: ahead.device });
  let total = sum;
  for (let k = 0; k < K - 1; k++) {
    sum = sum.add(ahead.select(1, k));
    total = total.add(sum.pow(2));
  }
  const borders = fromArray(Float64Array.from(counts, (count) => Math.max(1, count - 1)));
  return total.div(borders.to(ahead.dtype).toDevice(ahead.device));
}

/** Expected reward of choosing an option by its probability: [Q]. Exact, so nothing is sampled. */
export function expectedReward(logProbs: Tensor, rewards: Tensor): Tensor {
  return logProbs.exp().mul(rewards).sum(-1);
}

/** KL divergence from other probabilities over the same options: [Q] */
export function divergenceFrom(logProbs: Tensor, others: Tensor): Tensor {
  return logProbs.exp().mul(logProbs.sub(others)).sum(-1);
}

/** Label smoothing: spreads a share of the target evenly over the question's options. */
export function smoothed(target: readonly number[], share: number): number[] {
  return target.map((weight) => (1 - share) * weight + share / target.length);
}
