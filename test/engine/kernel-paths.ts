// Instruction sets of our kernels, and whether this processor has them.
import { attune } from '../../src/engine/tensor/index.ts';

/** The set in use when the tests began, to restore afterwards. */
export const usualPath = attune.kernels.default();

export const kernelPaths = (['composite', 'avx2', 'avx512'] as const).map((path) => ({ path, isHere: canUse(path) }));
attune.kernels.default({ use: usualPath });

function canUse(path: string): boolean {
  try {
    attune.kernels.default({ use: path });
    return true;
  } catch {
    return false;
  }
}
