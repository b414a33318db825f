// Products with a single row or column of a larger matrix as operand or output: libtorch 2.6 mistakes it for contiguous
// in bf16.
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { keyedNormal } from '../../../src/models/initialise.ts';
import { aten, attune, backward, noGrad, scope, type DType, type Tensor } from '../../../src/engine/tensor/index.ts';
import { kernelPaths, usualPath } from '../kernel-paths.ts';

// Large enough for libtorch's faster product.
const [ROWS, DEPTH] = [40, 300];
const usualProducts = attune.products.default();

afterAll(() => attune.kernels.default({ use: usualPath }));
afterEach(() => attune.products.default({ use: usualProducts }));

const normal = (shape: readonly number[], path: string) => keyedNormal(shape, { seed: 5, path }, 1);

/** Part of a larger matrix: every third column or row, optionally reversed. */
function column(length: number, path: string): Tensor {
  return normal([length, 3], path).narrow(1, 1, 1);
}
function row(length: number, path: string): Tensor {
  return normal([length, 3], path).transpose(0, 1).narrow(0, 1, 1);
}

/** Converts the values but keeps the memory layout. */
function as(x: Tensor, dtype: DType): Tensor {
  const cast = aten.empty_strided.default(x.shape, stridesOf(x), { dtype });
  return cast.copy_(x);
}

function stridesOf(x: Tensor): number[] {
  return x.shape.map((_, axis) => aten.stride.int(x, axis));
}

/** Each computes a product from inputs of a given type. */
const products: Record<string, (of: (x: Tensor) => Tensor) => Tensor> = {
  'a column as the second factor': (of) => of(normal([ROWS, DEPTH], 'a')).matmul(of(column(DEPTH, 'b'))),
  'a row as the first factor': (of) => of(row(DEPTH, 'a')).matmul(of(normal([DEPTH, ROWS], 'b'))),
  'a column by a row': (of) => of(column(ROWS, 'a')).matmul(of(row(DEPTH, 'b'))),
  'a sum over rows with one column': (of) =>
    of(normal([DEPTH, ROWS], 'a'))
      .transpose(0, 1)
      .matmul(of(column(DEPTH, 'b'))),
  'a layer with one output': (of) => aten.linear.default(of(normal([ROWS, DEPTH], 'x')), of(row(DEPTH, 'weight'))),
  'a layer with one output and a bias': (of) =>
    aten.linear.default(of(normal([ROWS, DEPTH], 'x')), of(row(DEPTH, 'weight')), { bias: of(normal([1], 'bias')) }),
  'addmm of a column to a column': (of) =>
    aten.addmm.default(of(column(ROWS, 'self')), of(normal([ROWS, DEPTH], 'a')), of(column(DEPTH, 'b')), {
      beta: 0.5,
      alpha: 2,
    }),
  'a column as the output': (of) =>
    aten.addmm_.default(of(column(ROWS, 'self')), of(normal([ROWS, DEPTH], 'a')), of(normal([DEPTH, 1], 'b'))),
  'a row as the output': (of) =>
    aten.addmm_.default(of(row(ROWS, 'self')), of(normal([1, DEPTH], 'a')), of(normal([DEPTH, ROWS], 'b')), {
      beta: 0,
    }),
  'a batch of columns': (of) =>
    aten.bmm.default(of(normal([ROWS, DEPTH], 'a')).unsqueeze(0), of(column(DEPTH, 'b')).unsqueeze(0)),
  'the gradients of a layer with one output': (of) => {
    const [x, weight] = [normal([ROWS, DEPTH], 'x'), row(DEPTH, 'weight')].map((one) => of(one).setRequiresGrad());
    backward([aten.linear.default(x, weight)], [of(column(ROWS, 'gradient'))]);
    return aten.cat.default([x.grad!, weight.grad!]);
  },
};

describe.each(kernelPaths)('with $path kernels', ({ path, isHere }) => {
  describe.each(['own', 'libtorch'])('and %s products', (use) => {
    it.skipIf(!isHere).each(Object.keys(products))('%s is right in bf16', (name) => {
      attune.kernels.default({ use: path });
      attune.products.default({ use });
      scope(() => {
        const got = products[name]((x) => as(x, 'bf16').detach()).to('f32');
        const wanted = products[name]((x) => as(x, 'bf16').to('f64').detach());
        const largest = aten.amax.default(aten.abs.default(wanted)).item();
        const furthest = aten.amax.default(aten.abs.default(got.to('f64').sub(wanted))).item();
        expect(furthest / largest).toBeLessThan(0.01);
      });
    });
  });

  it.skipIf(!isHere)('writes to the column alone', () => {
    attune.kernels.default({ use: path });
    attune.products.default({ use: 'libtorch' });
    noGrad(() =>
      scope(() => {
        const whole = aten.ones.default([ROWS, 3], { dtype: 'bf16' });
        const a = normal([ROWS, DEPTH], 'a').to('bf16');
        aten.addmm_.default(whole.narrow(1, 1, 1), a, aten.zeros.default([DEPTH, 1], { dtype: 'bf16' }), { beta: 2 });
        expect(whole.toNumbers()).toEqual(Array.from({ length: ROWS }, () => [1, 2, 1]).flat());
      }),
    );
  });
});

it('the choice of products is refused by name where there is no such choice', () => {
  expect(() => attune.products.default({ use: 'oneDNN' })).toThrow(/own or libtorch/);
});
