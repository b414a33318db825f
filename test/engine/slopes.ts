// Compares gradients with finite differences in f64.
import { expect } from 'vitest';
import { keyedNormal } from '../../src/models/initialise.ts';
import { aten, noGrad, scope, type Tensor } from '../../src/engine/tensor/index.ts';

const STEP = 1e-6;
const DIRECTIONS = 2;

/** A tensor with a known gradient. */
export interface Graded {
  path: string;
  tensor: Tensor;
  gradient: Tensor;
}

/**
 * Each direction changes all values of all tensors at once, less in steep tensors, so that none dominates. If a slope
 * differs, checks each tensor separately to name the wrong one.
 */
export function expectSlopes(graded: readonly Graded[], loss: () => Tensor): void {
  for (let seed = 0; seed < DIRECTIONS; seed++) {
    if (isSlope(graded, seed, loss)) continue;
    const wrong = graded.filter((one) => !isSlope([one], seed, loss)).map(({ path }) => path);
    expect.fail(`no slope of the loss: the gradients of ${wrong.length > 0 ? wrong.join(', ') : 'all, together'}`);
  }
}

function isSlope(graded: readonly Graded[], seed: number, loss: () => Tensor): boolean {
  return noGrad(
    () =>
      scope(() => {
        const moves = graded.map(({ path, tensor, gradient }) => {
          const steepest = aten.amax.default(aten.abs.default(gradient)).item();
          const move = keyedNormal(tensor.shape, { seed, path }, 1 / Math.max(1, steepest)).to(tensor.dtype);
          return {
            weight: tensor.detach(),
            before: tensor.detach().clone(),
            move,
            slope: move.mul(gradient).sum().item(),
          };
        });
        const valueAt = (step: number) => {
          for (const { weight, move } of moves) weight.add_(move, { alpha: step });
          const value = scope(() => loss().item());
          for (const { weight, before } of moves) weight.copy_(before);
          return value;
        };
        const got = moves.reduce((sum, { slope }) => sum + slope, 0);
        const wanted = (valueAt(STEP) - valueAt(-STEP)) / (2 * STEP);
        return { isSlope: Math.abs(got - wanted) < 1e-6 * Math.max(1, Math.abs(wanted)) };
      }).isSlope,
  );
}
