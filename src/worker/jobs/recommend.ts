// R rows, D width
import { plural } from '../../base/format.ts';
import { loadData, type DataSource } from '../../data/index.ts';
import type { ItemsExample } from '../../data/example.ts';
import { AttuneError } from '../../base/errors.ts';
import { noGrad, scope } from '../../tensor/index.ts';
import { itemNames } from '../../text/index.ts';
import type { PreparedRow } from '../../train/interfaces.ts';
import { sideBySide, type Found } from '../../vectors/index.ts';
import type { JobContext } from '../job.ts';
import { traitsOf } from '../run/build-trainer.ts';
import { inBatches } from '../run/compare/batched.ts';
import { historyRow, lastStates } from '../run/compare/items.ts';
import { openItemIndex } from '../run/item-index.ts';
import { openModel, type OpenedModel } from '../run/open-model.ts';

export interface RecommendInput {
  /** A run's folder, an adapter's or a model's. */
  target: string;
  data: DataSource;
  /** Items for each row. */
  count: number;
  /** Whether what a row has already may be recommended. */
  keepSeen: boolean;
}

export interface RecommendedRow {
  file: string;
  line: number;
  user?: string;
  /** Items of the row that the model does not know; it reads the others. */
  unknown?: string[];
  /** The best first, with the product of the row's vector and the item's. */
  items: { item: string; score: number }[];
}

export interface Recommendations {
  rows: RecommendedRow[];
  index: { kind: 'exact' | 'clustered'; items: number };
}

/** What each row is likely to choose next, by the model's index. @throws AttuneError E_NO_ITEMS, E_WRONG_ROWS, E_INDEX_… */
export async function run(input: RecommendInput, context: JobContext): Promise<Recommendations> {
  const { target, data, count, keepSeen } = input;
  const { emit, signal } = context;
  emit({ type: 'phase-started', phase: 'engine', message: `loading ${target}` });
  const opened = await openModel(target, { precision: 'f32' });
  const { index, ids } = await openItemIndex(opened);
  const examples = await readItems(data, signal);
  emit({ type: 'phase-started', phase: 'generate', message: `answering ${plural(examples.length, 'rows')}` });
  const states = await statesOf(opened, examples, context);
  const names = itemNames(opened.tokenizer);
  const known = new Set(names);
  const had = examples.map(({ items }) => new Set(keepSeen ? [] : items));
  // What is left out afterwards is asked for besides.
  const most = count + had.reduce((largest, { size }) => Math.max(largest, size), 0);
  const found = index.search(sideBySide(states), most);
  const rows = examples.map(({ source, user, items }, i): RecommendedRow => {
    const unknown = items.filter((item) => !known.has(item));
    return {
      ...source,
      ...(user !== undefined && { user }),
      ...(unknown.length > 0 && { unknown }),
      items: named(found[i], (row) => names[ids[row]]!)
        .filter(({ item }) => !had[i].has(item))
        .slice(0, count),
    };
  });
  return { rows, index: { kind: index.kind, items: index.count } };
}

function named({ rows, scores }: Found, nameOf: (row: number) => string): { item: string; score: number }[] {
  return Array.from(rows, (row, i) => ({ item: nameOf(row), score: scores[i] }));
}

async function readItems(source: DataSource, signal: AbortSignal): Promise<ItemsExample[]> {
  const { splits } = await loadData({ train: [source], seed: 0, signal });
  return splits.train.map((row) => {
    if (row.kind === 'items') return row;
    throw new AttuneError('E_WRONG_ROWS', {
      what: 'Items are recommended to rows of what people chose',
      got: `${row.kind} rows (${row.source.file}:${row.source.line})`,
      expected: 'rows with user and item, or with a list of items',
    });
  });
}

/** What the model makes of each whole row: [D] each. */
async function statesOf(
  { model, tokenizer }: OpenedModel,
  examples: readonly ItemsExample[],
  { emit, signal }: JobContext,
): Promise<Float32Array[]> {
  const { maxPositions } = traitsOf(model);
  const rows = examples.map((example) => historyRow(tokenizer, example, maxPositions));
  const onProgress = (done: number, total: number) =>
    emit({ type: 'work-advanced', phase: 'generate', done, total, unit: 'rows' });
  const read = (batch: readonly PreparedRow[]) => {
    const flat = noGrad(() => scope(() => lastStates({ model }, batch).toNumbers()));
    const { width } = model.trunk;
    return batch.map((_, r) => Float32Array.from(flat.slice(r * width, (r + 1) * width)));
  };
  // Histories are cut to what the model reads, so every row has a state.
  return (await inBatches(rows, { maxPositions, signal, onProgress }, read)) as Float32Array[];
}
