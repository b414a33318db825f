import { expect, it } from 'vitest';
import { activations } from '../../../src/engine/nn/index.ts';
import { aten, noGrad, scope, tensor } from '../../../src/engine/tensor/index.ts';

const points = [-12, -2.5, -1, -0.3, 0, 0.3, 0.7, 1, 2.5, 5, 12];

/** Series of the error function (Abramowitz and Stegun, 7.1.5); accurate to 1e-9 up to 5, 1 beyond. */
function erf(x: number): number {
  if (Math.abs(x) > 5) return Math.sign(x);
  let [sum, term] = [x, x];
  for (let n = 1; n < 120; n++) {
    term *= -(x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const gelu = (x: number) => 0.5 * x * (1 + erf(x / Math.SQRT2));
const geluTanh = (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
const silu = (x: number) => x * sigmoid(x);

/** The published formula of each name. */
const formulas: Readonly<Record<string, (x: number) => number>> = {
  silu,
  swish: silu,
  gelu,
  gelu_python: gelu,
  gelu_new: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  gelu_python_tanh: geluTanh,
  gelu_fast: geluTanh,
  gelu_accurate: geluTanh,
  gelu_10: (x) => Math.min(10, Math.max(-10, gelu(x))),
  quick_gelu: (x) => x * sigmoid(1.702 * x),
  relu: (x) => Math.max(0, x),
  relu6: (x) => Math.min(6, Math.max(0, x)),
  relu2: (x) => Math.max(0, x) ** 2,
  leaky_relu: (x) => (x > 0 ? x : 0.01 * x),
  mish: (x) => x * Math.tanh(Math.log1p(Math.exp(x))),
  laplace: (x) => 0.5 * (1 + erf((x - 0.707107) / (0.282095 * Math.SQRT2))),
  sigmoid,
  linear: (x) => x,
  tanh: Math.tanh,
};

it('every activation has a formula here', () => {
  expect(Object.keys(formulas).toSorted()).toEqual(Object.keys(activations).toSorted());
});

it.for(Object.keys(activations))('%s is its published formula, and has a shape without memory', (name) => {
  noGrad(() =>
    scope(() => {
      const found = activations[name](tensor(points, { dtype: 'f64' })).toNumbers();
      for (const [i, x] of points.entries()) expect(found[i], `at ${x}`).toBeCloseTo(formulas[name](x), 8);
      const flat = activations[name](aten.empty.memory_format([2, 3], { device: 'meta' }));
      expect(flat.shape).toEqual([2, 3]);
    }),
  );
});
