import { aten, attune, type Tensor } from '../tensor/index.ts';

export type Activation = (x: Tensor) => Tensor;

/** Activation functions by the names of Hugging Face configurations (its ACT2FN, but for those with weights). */
export const activations: Readonly<Record<string, Activation>> = {
  silu: (x) => aten.silu.default(x),
  swish: (x) => aten.silu.default(x),
  gelu: (x) => aten.gelu.default(x),
  gelu_python: (x) => aten.gelu.default(x),
  gelu_new: (x) => aten.gelu.default(x, { approximate: 'tanh' }),
  gelu_pytorch_tanh: (x) => aten.gelu.default(x, { approximate: 'tanh' }),
  gelu_fast: (x) => aten.gelu.default(x, { approximate: 'tanh' }),
  gelu_python_tanh: (x) => aten.gelu.default(x, { approximate: 'tanh' }),
  gelu_accurate: (x) => aten.gelu.default(x, { approximate: 'tanh' }),
  gelu_10: (x) => aten.clamp.default(aten.gelu.default(x), { min: -10, max: 10 }),
  quick_gelu: (x) => x.mul(aten.sigmoid.default(x.mul(1.702))),
  relu: (x) => aten.threshold.default(x, 0, 0), // relu itself has no form on `meta`
  relu6: (x) => (x.device === 'meta' ? aten.empty_like.default(x) : aten.relu6.default(x)), // as relu
  relu2: (x) => aten.square.default(aten.threshold.default(x, 0, 0)),
  leaky_relu: (x) => aten.leaky_relu.default(x),
  mish: (x) => aten.mish.default(x),
  laplace: (x) =>
    aten.erf
      .default(x.sub(0.707107).mul(1 / (0.282095 * Math.SQRT2)))
      .add(1)
      .mul(0.5), // Ma et al., 2022
  sigmoid: (x) => aten.sigmoid.default(x),
  linear: (x) => x,
  tanh: (x) => aten.tanh.default(x),
};

/** The inside of a gated feed-forward layer: activation(gate) * up. */
export type Gate = (gate: Tensor, up: Tensor) => Tensor;

export const swiGlu: Gate = (gate, up) => attune.swiglu.default(gate, up);

/** The gate of an activation; of silu it is one operator. It takes what two projections gave, adapters and all. */
export function gateOf(name: string): Gate {
  if (name === 'silu' || name === 'swish') return swiGlu;
  const activation = activations[name];
  return (gate, up) => activation(gate).mul(up);
}
