// R rows, each an answer with a verdict
import { aten, type Tensor } from '../../engine/tensor/index.ts';

export interface JudgedAnswers {
  /** Log-ratios of policy to reference, summed over an answer's tokens: f32 [R] */
  ratios: Tensor;
  /** 1 for good answers, −1 for bad ones: [R] */
  signs: Tensor;
}

export interface UnpairedOptions {
  beta: number;
  desirableWeight: number;
  undesirableWeight: number;
}

/** Losses of individually judged answers. `baseline`: KTO's KL, or BCO's running mean of rewards. [R] */
export const unpairedLosses = {
  /** 1 − σ(β (ratio − KL)) for good answers, 1 − σ(β (KL − ratio)) for bad ones (Ethayarajh et al., 2024). */
  kto: ({ ratios, signs }, { beta, baseline }) =>
    aten.sigmoid.default(ratios.sub(baseline).mul(signs).mul(beta)).neg().add(1),
  apo_zero_unpaired: ({ ratios, signs }, { beta }) => aten.sigmoid.default(ratios.mul(signs).mul(beta)).neg().add(1),
  /** −log σ(±(β ratio − δ)), a classifier of good and bad (Jung et al., 2024). */
  bco: ({ ratios, signs }, { beta, baseline }) =>
    aten.log_sigmoid.default(ratios.mul(beta).sub(baseline).mul(signs)).neg(),
} as const satisfies Record<string, (answers: JudgedAnswers, options: { beta: number; baseline: number }) => Tensor>;

export type UnpairedLossName = keyof typeof unpairedLosses;

export function unpairedLoss(
  name: UnpairedLossName,
  answers: JudgedAnswers,
  { baseline, ...options }: UnpairedOptions & { baseline: number },
): Tensor {
  const losses = unpairedLosses[name](answers, { beta: options.beta, baseline });
  // sign 1 → the desirable weight, −1 → the undesirable one
  const { desirableWeight: good, undesirableWeight: bad } = options;
  return losses.mul(answers.signs.mul((good - bad) / 2).add((good + bad) / 2));
}

/** TRL's running moments of rewards: count, mean and variance over all rewards so far. */
export class RunningMean {
  count = 1e-24;
  mean = 0;
  variance = 1;

  update(values: readonly number[]): void {
    const { length } = values;
    const mean = values.reduce((sum, value) => sum + value, 0) / length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / length;
    const total = this.count + length;
    const delta = mean - this.mean;
    const squares = this.variance * this.count + variance * length + (delta ** 2 * this.count * length) / total;
    this.mean += (delta * length) / total;
    this.variance = squares / total;
    this.count = total;
  }
}
