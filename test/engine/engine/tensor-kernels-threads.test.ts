// N tokens, H heads, K key-value heads, D head size or width, O width of the result
import { afterEach, expect, it } from 'vitest';
import {
  arange,
  aten,
  attune,
  backward,
  engineIdentity,
  scope,
  setThreads,
  type Tensor,
} from '../../../src/engine/tensor/index.ts';

const { threads } = engineIdentity();
afterEach(() => setThreads(threads));

function leaf(...shape: number[]): Tensor {
  const count = shape.reduce((product, size) => product * size);
  return aten.sin
    .default(arange(count).to('f32').mul(0.37))
    .reshape(...shape)
    .to('bf16')
    .detach()
    .setRequiresGrad();
}

/** Output of the operator and gradients of its inputs, computed with `count` threads. */
function results(shapes: readonly number[][], forward: (inputs: Tensor[]) => Tensor, count: number): number[][] {
  setThreads(count);
  return scope(() => {
    const inputs = shapes.map((shape) => leaf(...shape));
    const y = forward(inputs);
    backward([y], [y.detach()]);
    return [y, ...inputs.map((input) => input.grad as Tensor)].map((x) => x.toNumbers());
  });
}

const offsets = [0, 170, 171, 204, 209];

it.each([
  {
    name: 'attention over rows of all sizes',
    shapes: [
      [209, 6, 20],
      [209, 2, 20],
      [209, 2, 20],
    ],
    forward: ([q, k, v]: Tensor[]) => attune.attention.default(q, k, v, offsets, offsets, { causal: true }),
  },
  {
    name: 'a product of many columns',
    shapes: [
      [64, 64],
      [700, 64],
    ],
    forward: ([x, weight]: Tensor[]) => aten.linear.default(x, weight),
  },
  {
    name: 'a product of many rows and few columns',
    shapes: [
      [300, 64],
      [60, 64],
    ],
    forward: ([x, weight]: Tensor[]) => aten.linear.default(x, weight),
  },
  {
    name: 'sums over rows',
    shapes: [
      [3000, 16],
      [3000, 100],
    ],
    forward: ([a, b]: Tensor[]) => a.transpose(0, 1).matmul(b),
  },
])('$name is the same to the bit on any number of threads', ({ shapes, forward }) => {
  const alone = results(shapes, forward, 1);
  for (const count of [2, 3, 7]) expect(results(shapes, forward, count)).toEqual(alone);
});
