import { greatest } from '../../base/many.ts';
import type { Model } from '../../models/model.ts';
import type { Parameter } from '../../engine/nn/index.ts';

/** Where each weight lies on the way from the input to the head. */
export interface Depths {
  /** 0 for embeddings, i + 1 for the i-th block, `top` for the final norm and the head. */
  of(parameter: Parameter): number;
  /** One more than there are blocks. */
  top: number;
}

/** Depths of a model's weights. Blocks of an encoder, or of another tower, count in parallel with the others. */
export function depthsOf(model: Model): Depths {
  const { stack, encoderStack, towers } = model.trunk;
  const depths = new Map<Parameter, number>();
  const last = stack.blockList.length;
  const stacks = [stack, encoderStack, towers?.image.stack].filter((one) => one !== undefined);
  for (const { blockList } of stacks) {
    for (const [i, block] of blockList.entries()) {
      // The last blocks of all stacks lie equally far from what is computed of them.
      const depth = Math.max(0, i + 1 + last - blockList.length);
      // A weight of several blocks (ALBERT) lies where it is met first: what is computed before it is not of it.
      for (const [, parameter] of block.parameters()) if (!depths.has(parameter)) depths.set(parameter, depth);
    }
  }
  // Modules are in the order of the computation: what follows the last block is computed of it.
  const deepest = greatest(depths.values(), 0);
  let isAfter = false;
  for (const [, parameter] of model.trunk.parameters()) {
    const known = depths.get(parameter);
    if (known === deepest) isAfter = true;
    if (known === undefined) depths.set(parameter, isAfter ? last + 1 : 0);
  }
  return { top: last + 1, of: (parameter) => depths.get(parameter) ?? last + 1 };
}
