import type { ItemsExample } from '../../data/example.ts';
import { itemIds, type Tokenizer } from '../../models/text/index.ts';
import type { Batch, PreparedRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { Objective } from '../objective.ts';
import { collateRows } from '../../answering/tasks/rows/collate.ts';
import { countTokens } from '../../answering/tasks/rows/trained-tokens.ts';

interface ItemRows extends Pick<Objective<ItemsExample>, 'task' | 'accepts' | 'unit' | 'prepare' | 'counts'> {
  collate<Row extends PreparedRow>(rows: readonly Row[]): Batch<Row>;
}

/** Shared by item objectives: predicts each item from those before it, and the first one from the row's start. */
export function itemRows(tokenizer: Tokenizer): ItemRows {
  return {
    task: 'next-item',
    accepts: ['items'],
    unit: 'tokens',
    prepare: async (examples) => ({ rows: examples.map((example) => itemsRow(example, tokenizer)), problems: [] }),
    collate: (rows) => collateRows(rows, { causal: true }),
    counts: countTokens,
  };
}

/** Unknown items are left out. */
function itemsRow(example: ItemsExample, tokenizer: Tokenizer): PreparedRow {
  const { id, source, isLastOnly } = example;
  const { ids, lead, lastIsKnown } = itemIds(tokenizer, example);
  const trained = new Uint8Array(ids.length).fill(isLastOnly === true ? 0 : 1, lead);
  if (isLastOnly === true && lastIsKnown) trained[trained.length - 1] = 1;
  return { id, source, ids, trained };
}
