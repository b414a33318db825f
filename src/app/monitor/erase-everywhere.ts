import { AttuneError } from '../../base/errors.ts';
import { eraseRows, textsOf } from '../improve/erase-rows.ts';
import { eraseUser as eraseFrom, feedbackOf, TraceStore, type Erasure } from '../../monitoring/index.ts';

export interface UserErasure extends Erasure {
  user: string;
  /** Number of rows deleted from data sets of loops. */
  rows: number;
  /** Versions that were trained on the user's rows; what they learnt stays in their weights. */
  models: string[];
}

/**
 * Erases a user of served models: stored answers and feedback, rows of data sets that loops made of them, and the
 * encryption key, so that copies cannot be decrypted either. @throws AttuneError E_TRACES, E_USAGE
 */
export async function eraseUser(user: string): Promise<UserErasure> {
  if (user === '') throw new AttuneError('E_USAGE', { what: 'No user is given', fix: 'give the user as in requests' });
  const store = await TraceStore.open();
  try {
    return await eraseUserFrom(store, user);
  } finally {
    await store.close();
  }
}

/** Erases a user with an open store. Data sets come first: their rows are found by the store's contents. */
export async function eraseUserFrom(store: TraceStore, user: string): Promise<UserErasure> {
  const { owner, said, answers } = await feedbackOf(store, user);
  const ids = new Set([...said.map(({ id }) => id), ...answers]);
  const rows = eraseRows({ owner, ids, texts: said.flatMap(({ text }) => textsOf(text)) });
  return { user, ...(await eraseFrom(store, user)), ...rows };
}
