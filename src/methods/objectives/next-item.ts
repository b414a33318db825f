import type { Example, ItemsExample } from '../../data/example.ts';
import { itemIds } from '../../text/index.ts';
import type { Objective, PreparedRow, Processor } from '../../train/interfaces.ts';
import { collateRows, countTokens, nextTokenLoss } from './next-token.ts';
import type { NextItemOptions } from './next-item.options.ts';

/**
 * What somebody chooses next, by the cross-entropy over all items (the full softmax; Kang and McAuley, 2018, take one
 * sampled item in its place). A row's first item is predicted from its start alone. Items that the model does not know
 * are left out of their row.
 */
export function create(_options: NextItemOptions, { tokenizer }: Processor): Objective {
  const prepare = (example: Example): PreparedRow => {
    const { id, source, items, isLastOnly } = example as ItemsExample;
    const { ids, lastIsKnown } = itemIds(tokenizer, items);
    const trained = new Uint8Array(ids.length).fill(isLastOnly === true ? 0 : 1, 1);
    if (isLastOnly === true && lastIsKnown) trained[trained.length - 1] = 1;
    return { id, source, ids, trained };
  };
  return {
    task: 'next-item',
    accepts: ['items'],
    separable: true,
    unit: 'tokens',
    prepare: async (examples) => ({ rows: examples.map(prepare), problems: [] }),
    collate: (rows) => collateRows(rows, { causal: true }),
    counts: countTokens,
    loss: nextTokenLoss,
  };
}
