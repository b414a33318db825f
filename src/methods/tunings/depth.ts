import { greatest } from '../../base/many.ts';
import type { Model } from '../../models/model.ts';
import type { Parameter } from '../../engine/nn/index.ts';

/** Depth of each weight between input and head. */
export interface Depths {
  /** 0 for embeddings, i + 1 for the i-th block, `top` for the final norm and the head. */
  of(parameter: Parameter): number;
  /** Number of blocks + 1. */
  top: number;
}

/** Depths of a model's weights. Blocks of an encoder or of another tower are counted in parallel. */
export function depthsOf(model: Model): Depths {
  const { stack, encoderStack, towers } = model.trunk;
  const depths = new Map<Parameter, number>();
  const last = stack.blockList.length;
  const stacks = [stack, encoderStack, towers?.image.stack].filter((one) => one !== undefined);
  for (const { blockList } of stacks) {
    for (const [i, block] of blockList.entries()) {
      // Aligns the last blocks of all stacks.
      const depth = Math.max(0, i + 1 + last - blockList.length);
      // A weight shared by several blocks (ALBERT) has the depth of the first one.
      for (const [, parameter] of block.parameters()) if (!depths.has(parameter)) depths.set(parameter, depth);
    }
  }
  // Modules are in order of computation, so those after the last block depend on it.
  const deepest = greatest(depths.values(), 0);
  let isAfter = false;
  for (const [, parameter] of model.trunk.parameters()) {
    const known = depths.get(parameter);
    if (known === deepest) isAfter = true;
    if (known === undefined) depths.set(parameter, isAfter ? last + 1 : 0);
  }
  return { top: last + 1, of: (parameter) => depths.get(parameter) ?? last + 1 };
}
