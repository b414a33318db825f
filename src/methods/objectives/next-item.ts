import type { Objective, Processor } from '../../train/interfaces.ts';
import { itemRows } from './item-rows.ts';
import { nextTokenLoss } from './next-token.ts';
import type { NextItemOptions } from './next-item.options.ts';

/**
 * What somebody chooses next, by the cross-entropy over all items (the full softmax; Kang and McAuley, 2018, take one
 * sampled item in its place). A row's first item is predicted from its start alone. Items that the model does not know
 * are left out of their row.
 */
export function create(_options: NextItemOptions, { tokenizer }: Processor): Objective {
  return { ...itemRows(tokenizer), separable: true, loss: nextTokenLoss };
}
