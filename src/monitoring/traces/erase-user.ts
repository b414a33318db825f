/** Exports and erases a store's data about a user. */
import type { FeedbackText } from '../feedback/feedback.ts';
import type { TraceStore } from './trace-store.ts';
import { placeOf } from './trace-writer.ts';

export interface Erasure {
  /** Number of rows deleted. */
  traces: number;
  feedback: number;
  /** Whether the user had a key, here or in a copy of the store; it is destroyed. */
  hadKey: boolean;
}

/** A user's feedback, and the answers that the user received; `owner` is the user's pseudonym. */
export async function feedbackOf(
  store: TraceStore,
  user: string,
): Promise<{ owner: string; said: { id: string; text?: FeedbackText }[]; answers: string[] }> {
  const owner = store.keys.hash(`user ${user}`);
  const rows = await store.database.selectFrom('feedback').select(['id', 'text']).where('user', '=', owner).execute();
  const said = [];
  for (const { id, text } of rows) {
    const read = text === null ? undefined : await store.keys.unseal<FeedbackText>(owner, id, text);
    said.push({ id, ...(read !== undefined && { text: read }) });
  }
  const traces = await store.database.selectFrom('traces').select(['id', 'choice']).where('user', '=', owner).execute();
  return { owner, said, answers: traces.map(({ id, choice }) => placeOf(id, choice)) };
}

/**
 * Erases a user. Destroys the key first, so that remaining copies become unreadable; then overwrites the deleted
 * rows.
 */
export async function eraseUser(store: TraceStore, user: string): Promise<Erasure> {
  const hash = store.keys.hash(`user ${user}`);
  const hadKey = await store.keys.destroy(hash);
  const traces = await store.database.deleteFrom('traces').where('user', '=', hash).executeTakeFirstOrThrow();
  const feedback = await store.database.deleteFrom('feedback').where('user', '=', hash).executeTakeFirstOrThrow();
  const theirs = store.database.selectFrom('responses').select('id').where('user', '=', hash);
  await store.database.deleteFrom('responses').where('parent', 'in', theirs).execute();
  await store.database.deleteFrom('responses').where('user', '=', hash).execute();
  await store.settle();
  return { traces: Number(traces.numDeletedRows), feedback: Number(feedback.numDeletedRows), hadKey };
}
