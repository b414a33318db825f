// E experts, n rows of one expert, D width, F inner width
import { gateOf, Module, Parameter } from '../../engine/nn/index.ts';
import { aten, type DType, type Tensor } from '../../engine/tensor/index.ts';
import type { ExpertParts } from './experts.ts';

/** Linear layers of all experts, stacked in one tensor. */
export class StackedLinear extends Module {
  /** [E, out, in] */
  readonly weight: Parameter;

  constructor(experts: number, inFeatures: number, outFeatures: number) {
    super();
    this.weight = new Parameter([experts, outFeatures, inFeatures]);
  }
}

/** Each expert's slice of a stacked parameter; splitting once per pass assembles the gradient only once. */
export function unstacked(parameter: Parameter, dtype: DType): Tensor[] {
  return aten.unbind.int(parameter.value(dtype));
}

interface MergedShape {
  experts: number;
  width: number;
  inner: number;
  activation: string;
  /** Weights are stored as [in, out] (Llama 4). */
  isTransposed?: boolean;
}

/** Gate and up projections of all experts in one tensor, down projections in another. */
class MergedExperts extends Module {
  /** [E, 2F, D], or [E, D, 2F] where transposed */
  readonly gate_up_proj: Parameter;
  /** [E, D, F], or [E, F, D] */
  readonly down_proj: Parameter;

  constructor({ experts, width, inner, isTransposed }: MergedShape) {
    super();
    const sides = (out: number, from: number) => (isTransposed === true ? [experts, from, out] : [experts, out, from]);
    this.gate_up_proj = new Parameter(sides(2 * inner, width));
    this.down_proj = new Parameter(sides(width, inner));
  }
}

export function mergedExperts(shape: MergedShape): ExpertParts {
  const experts = new MergedExperts(shape);
  return { modules: { experts }, begin: beginGated(experts.gate_up_proj, experts.down_proj, shape) };
}

/** Applies gated experts given all their gate and up projections, and all their down projections. */
export function beginGated(
  first: Parameter,
  last: Parameter,
  { activation, isTransposed }: Pick<MergedShape, 'activation' | 'isTransposed'>,
): ExpertParts['begin'] {
  const gated = gateOf(activation);
  const product = (x: Tensor, weight: Tensor) =>
    isTransposed === true ? x.matmul(weight) : aten.linear.default(x, weight);
  return (dtype) => {
    const [read, write] = [unstacked(first, dtype), unstacked(last, dtype)];
    return (x, expert) => {
      const [gate, up] = product(x, read[expert]).chunk(2, 1); // [n, F] each
      return product(gated(gate, up), write[expert]);
    };
  };
}
