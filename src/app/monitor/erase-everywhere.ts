import { AttuneError } from '../../base/errors.ts';
import { eraseRows, textsOf } from '../improve/erase-rows.ts';
import { eraseUser as eraseFrom, feedbackOf, TraceStore, type Erasure } from '../../monitoring/index.ts';

export interface UserErasure extends Erasure {
  user: string;
  /** Rows of data sets that a loop made. */
  rows: number;
  /** Versions that were trained on rows of theirs: what they learned of them stays in their weights. */
  models: string[];
}

/**
 * Forgets a user of served models: what was kept of their answers and feedback, rows of data sets that a loop made of it,
 * and the key by which it can be read, so that no copy of it can be either. @throws AttuneError E_TRACES, E_USAGE
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

/** With a store that is open. Data sets first: their rows are found by what the store holds. */
export async function eraseUserFrom(store: TraceStore, user: string): Promise<UserErasure> {
  const { owner, said, answers } = await feedbackOf(store, user);
  const ids = new Set([...said.map(({ id }) => id), ...answers]);
  const rows = eraseRows({ owner, ids, texts: said.flatMap(({ text }) => textsOf(text)) });
  return { user, ...(await eraseFrom(store, user)), ...rows };
}
