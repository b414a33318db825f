import { AttuneError } from '../../base/errors.ts';
import { eraseUser as eraseFrom, TraceStore, type Erasure } from '../../watch/index.ts';

export interface UserErasure extends Erasure {
  user: string;
}

/**
 * Forgets a user of served models: what was kept of their answers and feedback, and the key by which it can be read, so
 * that no copy of it can be either. @throws AttuneError E_TRACES, E_USAGE
 */
export async function eraseUser(user: string): Promise<UserErasure> {
  if (user === '')
    throw new AttuneError('E_USAGE', { what: 'Who is to be forgotten?', fix: 'name the user as requests do' });
  const store = await TraceStore.open();
  try {
    return { user, ...(await eraseFrom(store, user)) };
  } finally {
    await store.close();
  }
}
