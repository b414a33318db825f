// E experts, n rows of one expert
import { Module, Parameter } from '../../engine/nn/index.ts';
import { aten, type DType, type Tensor } from '../../engine/tensor/index.ts';

/** Linear layers of all experts in one tensor. */
export class StackedLinear extends Module {
  /** [E, out, in] */
  readonly weight: Parameter;

  constructor(experts: number, inFeatures: number, outFeatures: number) {
    super();
    this.weight = new Parameter([experts, outFeatures, inFeatures]);
  }

  /** Split once for a pass: the gradient is put together once. x [n, in] → [n, out] */
  begin(dtype: DType): (x: Tensor, expert: number) => Tensor {
    const weights = unstacked(this.weight, dtype);
    return (x, expert) => aten.linear.default(x, weights[expert]);
  }
}

/** Each expert's part of a stacked parameter. */
export function unstacked(parameter: Parameter, dtype: DType): Tensor[] {
  return aten.unbind.int(parameter.value(dtype));
}
