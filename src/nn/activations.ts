import { aten, type Tensor } from '../tensor/index.ts';

export type Activation = (x: Tensor) => Tensor;

/** Activation functions by the names of Hugging Face configurations. */
export const activations: Readonly<Record<string, Activation>> = {
  silu: (x) => aten.silu.default(x),
  swish: (x) => aten.silu.default(x),
  gelu: (x) => aten.gelu.default(x),
  gelu_new: (x) => aten.gelu.default(x, { approximate: 'tanh' }),
  gelu_pytorch_tanh: (x) => aten.gelu.default(x, { approximate: 'tanh' }),
  relu: (x) => aten.relu.default(x),
  tanh: (x) => aten.tanh.default(x),
};
