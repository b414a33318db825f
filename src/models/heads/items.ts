// N states, n items, V items in the vocabulary, D width
import type { Term } from '../../engine/nn/index.ts';
import { arange, type Tensor } from '../../engine/tensor/index.ts';
import { tokenTableOf, type Trunk } from '../architecture.ts';
import { isItemTrunk, type ItemTrunk } from '../items/item-model.ts';
import type { HeadKind } from './head.ts';
import { TokenHead } from './token-head.ts';

/** Scores every item by the product of a state and the item's vector, which the trunk computes. Has no weights. */
class ItemsHead extends TokenHead {
  readonly #trunk: ItemTrunk;

  constructor(trunk: Trunk) {
    super();
    if (!isItemTrunk(trunk)) throw new Error('this trunk does not produce item vectors');
    this.#trunk = trunk;
  }

  protected override terms(hidden: Tensor): Term[] {
    const all = arange(tokenTableOf(this.#trunk).count).toDevice(hidden.device);
    return [{ hidden, weight: this.#trunk.itemVectors(all, hidden.dtype) }]; // [V, D]
  }
}

export const head: HeadKind = {
  create: ({ trunk }) => new ItemsHead(trunk),
};
