import { resolve } from 'node:path';
import type { EventSink } from '../base/events.ts';
import { withRowFiles, type FileOrRows } from './rows/temporary-rows.ts';
import { runJob, type JobResult } from '../worker/index.ts';
import type { useCase as addCase } from './use-cases/models-add-items.ts';
import type { useCase as indexCase } from './use-cases/models-index.ts';
import type { CallOptions } from './use-cases/use-case.ts';

export interface RecommendOptions {
  /** A file of what people chose, in any format that training reads, or rows in memory; whole rows are read. */
  input: FileOrRows;
  /** Row format of the input; detected unless given. */
  format?: string;
  /** Items for each row. Default 10. */
  count?: number;
  /** Whether items that a row already has may be recommended again. */
  keepSeen?: boolean;
  /** Told what happens: phases, progress, warnings. */
  onEvent?: EventSink;
  /** Asks to stop. */
  signal?: AbortSignal;
}

export type Recommended = JobResult<'recommend'>;
export type IndexedItems = JobResult<'index-items'>;
export type AddedItems = JobResult<'add-items'>;

/**
 * What people are likely to choose next, in the file's order.
 * @throws AttuneError E_NO_ITEMS for a model that recommends nothing, E_WRONG_ROWS, E_INDEX_BAD, E_INDEX_STALE
 */
export async function recommend(target: string, options: RecommendOptions): Promise<Recommended> {
  const { input, format, count = 10, keepSeen = false, onEvent, signal } = options;
  return withRowFiles({ input }, options, ({ paths }) => {
    const data = { path: resolve(paths.input!), format };
    return runJob({ job: 'recommend', input: { target, data, count, keepSeen }, onEvent, signal });
  });
}

/** Makes the index of a model of items again, beside its weights. */
export async function indexItems(
  target: string,
  { onEvent, signal }: CallOptions<typeof indexCase> = {},
): Promise<IndexedItems> {
  return runJob({ job: 'index-items', input: { target }, onEvent, signal });
}

/** Writes a model that also knows further items, by what is known of them alone. */
export async function addItems(
  target: string,
  { items, output, onEvent, signal }: CallOptions<typeof addCase>,
): Promise<AddedItems> {
  const input = { target, catalogue: resolve(items), folder: resolve(output) };
  return runJob({ job: 'add-items', input, onEvent, signal });
}
