// N tokens, D width of the input, O width of the output
import { afterAll, describe, expect, it } from 'vitest';
import { keyedNormal } from '../../../src/models/initialise.ts';
import { attune, backward, noGrad, scope, type Tensor } from '../../../src/engine/tensor/index.ts';
import { kernelPaths, usualPath } from '../kernel-paths.ts';

afterAll(() => attune.kernels.default({ use: usualPath }));

const [N, D, O, rank] = [33, 48, 20, 4];

function leaf(shape: number[], path: string, dtype: 'f32' | 'bf16'): Tensor {
  return keyedNormal(shape, { seed: 5, path }, 1).to(dtype).detach().setRequiresGrad();
}

/**
 * Layers applied to a norm's output; `between` is applied to that output first, and `spoil` changes their input before
 * backward.
 */
function results(dtype: 'f32' | 'bf16', act: { between?(y: Tensor): Tensor; spoil?(y: Tensor): void }): number[][] {
  return scope(() => {
    const x = leaf([N, D], 'x', dtype);
    const [norm, a, b] = [leaf([D], 'norm', 'f32'), leaf([rank, D], 'A', 'f32'), leaf([O, rank], 'B', 'f32')];
    const weights = [leaf([O, D], 'first', 'f32'), leaf([O + 1, D], 'second', 'f32')];
    const made = attune.rms_norm.default(x, norm, 1e-5);
    const input = act.between?.(made) ?? made;
    const outputs = attune.linear_group.default(input, undefined, weights, [undefined, undefined], [a], [b], [0], [0.5], [], [], [], [], []); // prettier-ignore
    act.spoil?.(input);
    backward(
      outputs,
      outputs.map((y) => y.detach()),
    );
    return [...outputs, ...[x, norm, a, b, ...weights].map(({ grad }) => grad as Tensor)].map((y) => y.toNumbers());
  });
}

describe.each(kernelPaths)('layers on what a norm makes, on $path', ({ path, isHere }) => {
  it.runIf(isHere).each(['f32', 'bf16'] as const)('have the gradients, in %s, as if it had been kept', (dtype) => {
    attune.kernels.default({ use: path });
    expect(results(dtype, {})).toEqual(results(dtype, { between: (y) => y.mul(1) }));
  });

  it.runIf(isHere && path !== 'composite')('do not keep it', () => {
    attune.kernels.default({ use: path });
    // Backward fails if a saved tensor was changed in place.
    const spoil = (y: Tensor) => void noGrad(() => y.mul_(2));
    expect(results('bf16', { spoil })).toEqual(results('bf16', {}));
    expect(() => results('bf16', { between: (y) => y.mul(1), spoil })).toThrow('modified by an inplace operation');
  });
});
