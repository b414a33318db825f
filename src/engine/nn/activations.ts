import { table } from '../../base/table.ts';
import { aten, attune, tensor, type Tensor } from '../tensor/index.ts';

export type Activation = (x: Tensor) => Tensor;

const silu: Activation = (x) => aten.silu.default(x);
const gelu: Activation = (x) => aten.gelu.default(x);
/** GELU with the tanh approximation, which has several names. */
const geluTanh: Activation = (x) => aten.gelu.default(x, { approximate: 'tanh' });

/** Activation functions by their names in Hugging Face configurations (its ACT2FN), except those with weights. */
export const activations: Readonly<Record<string, Activation>> = table({
  silu,
  swish: silu,
  gelu,
  gelu_python: gelu,
  gelu_new: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  gelu_fast: geluTanh,
  gelu_python_tanh: geluTanh,
  gelu_accurate: geluTanh,
  gelu_10: (x) => aten.clamp.default(gelu(x), { min: -10, max: 10 }),
  quick_gelu: (x) => x.mul(aten.sigmoid.default(x.mul(1.702))),
  relu: (x) => aten.threshold.default(x, 0, 0), // relu itself has no form on `meta`
  relu6: (x) => aten.relu6.default(x),
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
});

/** Inner function of a gated feed-forward layer: activation(gate) * up. */
export type Gate = (gate: Tensor, up: Tensor) => Tensor;

export const swiGlu: Gate = (gate, up) => attune.swiglu.default(gate, up);

/** Gate with an activation, fused for SiLU. Takes the outputs of two projections, including adapters. */
export function gateOf(name: string): Gate {
  if (name === 'silu' || name === 'swish') return swiGlu;
  const activation = activations[name];
  return (gate, up) => activation(gate).mul(up);
}

/** A gate that only opens for a share of the largest values, assuming a normal distribution (Gemma 3n). */
export function sparseGateOf(name: string, closed: number): Gate {
  const gated = gateOf(name);
  if (closed <= 0) return gated;
  return (gate, up) => {
    const deviations = aten.erfinv.default(tensor([2 * closed - 1])).mul(Math.SQRT2);
    const mean = gate.mean(-1, { keepdim: true });
    const centred = gate.sub(mean);
    const deviation = aten.sqrt.default(centred.pow(2).mean(-1, { keepdim: true }));
    const least = deviation.mul(deviations.to(gate.dtype).toDevice(gate.device));
    return gated(aten.threshold.default(centred.sub(least), 0, 0), up);
  };
}
