// P pairs of a chosen and a rejected answer
import { aten, type Tensor } from '../../engine/tensor/index.ts';

/**
 * −log σ(chosen − rejected − margin) of scores [P] (Bradley-Terry). `centre` weights the square of their sum, which
 * keeps scores around zero (Eisenstein et al., 2023). [P]
 */
export function rewardLoss(
  { chosen, rejected, margin }: { chosen: Tensor; rejected: Tensor; margin?: Tensor },
  centre: number,
): Tensor {
  const ahead = chosen.sub(rejected);
  const losses = aten.log_sigmoid.default(margin === undefined ? ahead : ahead.sub(margin)).neg();
  return centre === 0 ? losses : losses.add(chosen.add(rejected).pow(2).mul(centre));
}
