// N states, n items, V items of the vocabulary, D width
import type { Term } from '../../nn/index.ts';
import { arange, type Tensor } from '../../tensor/index.ts';
import { itemVectorsOf, tokenTableOf, type Trunk } from '../architecture.ts';
import type { HeadKind } from './head.ts';
import { TokenHead } from './token-head.ts';

/** How well every item fits a state: the product with the item's vector, which the trunk makes. It has no weights. */
class ItemsHead extends TokenHead {
  readonly #trunk: Trunk;

  constructor(trunk: Trunk) {
    super();
    this.#trunk = trunk;
  }

  protected override terms(hidden: Tensor): Term[] {
    const all = arange(tokenTableOf(this.#trunk).count).toDevice(hidden.device);
    return [{ hidden, weight: itemVectorsOf(this.#trunk)(all, hidden.dtype) }]; // [V, D]
  }
}

export const head: HeadKind = {
  create: ({ trunk }) => new ItemsHead(trunk),
};
