/** Makes a store forget a user: their key first, so that copies of what is left cannot be read either. */
import type { TraceStore } from './trace-store.ts';

export interface Erasure {
  /** Rows that were deleted. */
  traces: number;
  feedback: number;
  /** Whether texts of theirs were kept, here or in a copy: their key is destroyed. */
  hadKey: boolean;
}

/** `user` as requests named them; every byte of deleted rows is overwritten. */
export async function eraseUser(store: TraceStore, user: string): Promise<Erasure> {
  const hash = store.keys.hash(`user ${user}`);
  const hadKey = await store.keys.destroy(hash);
  const traces = await store.database.deleteFrom('traces').where('user', '=', hash).executeTakeFirstOrThrow();
  const feedback = await store.database.deleteFrom('feedback').where('user', '=', hash).executeTakeFirstOrThrow();
  await store.settle();
  return { traces: Number(traces.numDeletedRows), feedback: Number(feedback.numDeletedRows), hadKey };
}
