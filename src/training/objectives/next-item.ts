import { AttuneError } from '../../base/errors.ts';
import { textReaderOf } from '../../models/items/item-model.ts';
import type { Objective, Processor } from '../objective.ts';
import { itemRows } from './item-rows.ts';
import { nextTokenLoss } from './next-token.ts';
import type { NextItemOptions } from './next-item.options.ts';
import type { ItemsExample } from '../../data/example.ts';

/**
 * Cross-entropy of the next item over all items (Kang and McAuley, 2018, sample one negative instead). A row's first
 * item is predicted from its start alone. Unknown items are left out.
 */
export function create(_options: NextItemOptions, { tokenizer }: Processor): Objective<ItemsExample> {
  const loss: Objective['loss'] = (model, ...rest) => {
    if (textReaderOf(model.trunk) !== undefined) throw tooManyTexts();
    return nextTokenLoss(model, ...rest);
  };
  return { ...itemRows(tokenizer), separable: true, loss };
}

function tooManyTexts(): AttuneError {
  return new AttuneError('E_TASK_UNSUPPORTED', {
    what:
      'next_item contrasts each item with all others, so each step would have to encode the texts of ' +
      'the whole catalogue',
    got: 'a model with a trainable text encoder',
    fix: 'choose objective: item_retrieval or bpr, or create the model without --tune-text-encoder',
  });
}
