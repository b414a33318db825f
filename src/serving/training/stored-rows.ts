/** Stored chat completions as rows of an evaluation. */
import type { KeptStore } from '../../monitoring/index.ts';
import type { KeptCompletion } from '../kept/kept-objects.ts';
import type { StoredSource } from '../schemas/evals.ts';

export interface EvalRow {
  item: Record<string, unknown>;
  sample?: Record<string, unknown>;
}

/** Schema of a row's `item`. */
export const STORED_ITEM = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    model: { type: 'string' },
    metadata: { type: 'object' },
    input: { type: 'array', items: { type: 'object' } },
  },
  required: ['id', 'model', 'metadata', 'input'],
} as const;

const PAGE = 100;

/** Selects this key's completions from before the run began that have not been scored yet. */
interface Within {
  key: string | undefined;
  /** Milliseconds since the epoch. */
  before: number;
  /** Ids already scored, which count towards the limit. */
  known: ReadonlySet<unknown>;
}

/** Yields stored completions as rows, newest first. */
export async function* storedRows(kept: KeptStore, wish: StoredSource, within: Within): AsyncGenerator<EvalRow> {
  for (const id of await storedIds(kept, wish, within)) {
    const found = await kept.find<KeptCompletion>('completion', id, within.key);
    // The completion may have been deleted in the meantime.
    if (found === undefined) continue;
    const { head, value } = found;
    const { model, choices, usage } = value.reply;
    const [{ message, finish_reason: finish }] = choices;
    const content = message.content ?? '';
    yield {
      item: { id, model, metadata: { ...head.metadata }, input: value.messages },
      sample: {
        input: value.messages,
        output: [{ ...message, content }],
        output_text: content,
        finish_reason: finish,
        model,
        usage,
      },
    };
  }
}

/** Reads only ids, which are small; texts are read one by one. */
async function storedIds(kept: KeptStore, wish: StoredSource, { key, before, known }: Within): Promise<string[]> {
  const { model, metadata, created_after: after = null, created_before: end = null, limit } = wish;
  const chosen = { ...(model != null && { model }), ...(metadata != null && { metadata }) };
  const most = limit ?? Infinity;
  const ids: string[] = [];
  for (let last: string | undefined; ids.length < most;) {
    const page = { limit: PAGE, order: 'desc' as const, after: last };
    const found = await kept.list<KeptCompletion>({ kind: 'completion', key, ...chosen, page });
    // The last id of the previous page was deleted, so the search starts over.
    if (found === undefined) {
      [last, ids.length] = [undefined, 0];
      continue;
    }
    for (const { id, value } of found.rows) {
      const { created } = value.reply;
      const isWithin = created * 1000 <= before && created > (after ?? -1) && created < (end ?? Infinity);
      if (isWithin && ids.length < most) ids.push(id);
    }
    if (!found.hasMore) break;
    last = found.rows.at(-1)!.id;
  }
  return ids.filter((id) => !known.has(id));
}
