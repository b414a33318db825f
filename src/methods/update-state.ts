/** State of an update between steps. */
import { noGrad, type Tensor } from '../engine/tensor/index.ts';

/** Copies saved tensors into an update's own, by name. */
export function loadState(own: ReadonlyMap<string, Tensor>, saved: ReadonlyMap<string, Tensor>): void {
  noGrad(() => {
    for (const [name, tensor] of own) {
      // Empty tensors belong to options that older checkpoints lack.
      if (tensor.size === 0) continue;
      const from = saved.get(name);
      if (from === undefined) throw new Error(`the optimiser's state lacks ${name}`);
      tensor.copy_(from);
    }
  });
}
