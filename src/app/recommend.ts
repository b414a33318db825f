import { resolve } from 'node:path';
import { requireWritable, writeFileAtomic } from '../files/atomic.ts';
import { withRowFiles } from './rows/temporary-rows.ts';
import { runJob } from '../jobs/worker/index.ts';
import type { useCase as addCase, AddedItems } from './use-cases/models-add-items.ts';
import type { useCase as indexCase, IndexedItems } from './use-cases/models-index.ts';
import type { useCase, Recommended } from './use-cases/recommend.ts';
import type { CallOptions } from './use-cases/use-case.ts';

/**
 * Recommends likely next items for users, in the file's order.
 * @throws AttuneError E_NO_ITEMS for models of other kinds, E_WRONG_ROWS, E_INDEX_BAD, E_INDEX_STALE
 */
export async function recommend(target: string, options: CallOptions<typeof useCase>): Promise<Recommended> {
  const { input, output, format, count = 10, keepSeen = false, onEvent, signal } = options;
  if (output !== undefined) requireWritable(output);
  const { rows, index } = await withRowFiles({ input }, options, ({ paths }) => {
    const data = { path: resolve(paths.input!), format };
    return runJob({ job: 'recommend', input: { target, data, count, keepSeen }, onEvent, signal });
  });
  if (output !== undefined) writeFileAtomic(output, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return { rows: rows.length, index, output: output ?? null, answers: output === undefined ? rows : undefined };
}

/** Rebuilds the item index next to the model's weights. */
export async function indexItems(
  target: string,
  { onEvent, signal }: CallOptions<typeof indexCase> = {},
): Promise<IndexedItems> {
  return runJob({ job: 'index-items', input: { target }, onEvent, signal });
}

/** Writes a model that also knows further items, from their descriptions alone. */
export async function addItems(
  target: string,
  { items, output, onEvent, signal }: CallOptions<typeof addCase>,
): Promise<AddedItems> {
  const input = { target, catalogue: resolve(items), folder: resolve(output) };
  return runJob({ job: 'add-items', input, onEvent, signal });
}
