import { describe, expect, it } from 'vitest';
import {
  aten,
  backward,
  enableGrad,
  grad,
  noGrad,
  scope,
  tensor,
  type Tensor,
} from '../../../src/engine/tensor/index.ts';

function leaf(values: number[]): Tensor {
  return tensor(values, { dtype: 'f64' }).setRequiresGrad();
}

describe('backward', () => {
  it('adds into the gradients of leaves', () => {
    scope(() => {
      const x = leaf([1, 2, 3]);
      backward([x.mul(x).sum()]);
      expect(x.grad?.toNumbers()).toEqual([2, 4, 6]);
      backward([x.sum()]);
      expect(x.grad?.toNumbers()).toEqual([3, 5, 7]);
      x.grad = undefined;
      expect(x.grad).toBeUndefined();
    });
  });

  it('takes the gradient of an output that is no scalar, and retains the graph when asked', () => {
    scope(() => {
      const x = leaf([1, 2]);
      const y = x.mul(3);
      backward([y], [tensor([1, 10], { dtype: 'f64' })], { retain: true });
      backward([y], [tensor([1, 10], { dtype: 'f64' })]);
      expect(x.grad?.toNumbers()).toEqual([6, 60]);
      const z = x.mul(x);
      backward([z.sum()]);
      expect(() => backward([z.sum()])).toThrow(/second time/);
      expect(() => backward([x.mul(2)])).toThrow(/scalar/);
    });
  });
});

describe('grad', () => {
  it('gives gradients and leaves those of leaves alone', () => {
    scope(() => {
      const [x, y] = [leaf([2]), leaf([5])];
      const [dx, dy] = grad([x.mul(y).sum()], [x, y]);
      expect([dx?.item(), dy?.item(), x.grad]).toEqual([5, 2, undefined]);
    });
  });

  it('an input that is not used is an error, or undefined where that is allowed', () => {
    scope(() => {
      const [x, y] = [leaf([2]), leaf([5])];
      expect(() => grad([x.sum()], [x, y])).toThrow(/not have been used/);
      expect(grad([x.sum()], [x, y], { allowUnused: true })[1]).toBeUndefined();
    });
  });

  it('gradients can be differentiated again', () => {
    scope(() => {
      const x = leaf([3]);
      const [first] = grad([x.pow(3).sum()], [x], { createGraph: true });
      const [second] = grad([(first as Tensor).sum()], [x]);
      expect([first?.item(), second?.item()]).toEqual([27, 18]);
    });
  });

  it('of a value in the middle of the graph', () => {
    scope(() => {
      const x = leaf([1, 2]);
      const middle = x.mul(2);
      const [gradient] = grad([middle.mul(middle).sum()], [middle]);
      expect(gradient?.toNumbers()).toEqual([4, 8]);
    });
  });
});

describe('recording', () => {
  it('stops in noGrad and starts again in enableGrad, also after an error', () => {
    scope(() => {
      const x = leaf([1]);
      expect(noGrad(() => x.mul(2).requiresGrad)).toBe(false);
      expect(noGrad(() => enableGrad(() => x.mul(2).requiresGrad))).toBe(true);
      expect(() =>
        noGrad(() => {
          throw new Error('inside');
        }),
      ).toThrow('inside');
      expect(x.mul(2).requiresGrad).toBe(true);
      expect(x.mul(2).detach().requiresGrad).toBe(false);
    });
  });

  it('only floating tensors can require gradients', () => {
    scope(() => {
      expect(() => tensor([1], { dtype: 'i64' }).setRequiresGrad()).toThrow(/floating/);
    });
  });

  it('a bf16 use of an f32 weight gives the weight an f32 gradient', () => {
    scope(() => {
      const weight = tensor([1, 2, 3, 4], { shape: [2, 2] }).setRequiresGrad();
      const y = aten.linear.default(tensor([1, 1], { shape: [1, 2], dtype: 'bf16' }), weight.to('bf16'));
      backward([y.to('f32').sum()]);
      expect([weight.grad?.dtype, weight.grad?.toNumbers()]).toEqual(['f32', [1, 1, 1, 1]]);
    });
  });
});
