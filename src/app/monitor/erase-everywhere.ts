import { AttuneError } from '../../base/errors.ts';
import type { FileSearch } from '../../files/find-windows.ts';
import { eraseRows, knownLoops, textsOf } from '../improve/erase-rows.ts';
import { beginErasure, clearRowCaches, endErasure, erasePersonal, searchEverywhere } from '../users/erase-personal.ts';
import { recordErasure, type ErasureReceipt } from '../users/erasure-record.ts';
import { eraseUser as eraseFrom, feedbackOf, TraceStore, type Erasure } from '../../monitoring/index.ts';

export interface UserErasure extends Erasure {
  user: string;
  /** Number of rows deleted from data sets of loops. */
  rows: number;
  /** Versions that were trained on the user's rows; what they learnt stays in their weights. */
  models: string[];
  /** Number of versions of the user's own models that were deleted. */
  own: number;
  /** Result of the final search through all files for fragments of the user's texts and model weights. */
  search: FileSearch;
  /** Receipt for the signed record of this erasure; the record contains no user data. */
  record: ErasureReceipt;
}

/**
 * Erases a user of served models: stored answers and feedback, the rows that loops derived from them, and the
 * encryption key, so that copies cannot be decrypted either. @throws AttuneError E_TRACES, E_USAGE
 */
export async function eraseUser(user: string): Promise<UserErasure> {
  if (user === '')
    throw new AttuneError('E_USAGE', { what: 'No user is given', fix: 'give the user id as sent in requests' });
  const store = await TraceStore.open();
  try {
    return await eraseUserFrom(store, user);
  } finally {
    await store.close();
  }
}

/**
 * Erases a user with an open store. Starts with data sets, since the store's contents are needed to
 * find their rows. Then searches all files for traces of the erased data, and records the erasure and the search.
 * After a crash, a repeated call finishes the rest.
 */
export async function eraseUserFrom(store: TraceStore, user: string): Promise<UserErasure> {
  const { owner, said, answers } = await feedbackOf(store, user);
  const ids = new Set([...said.map(({ id }) => id), ...answers]);
  const texts = said.flatMap(({ text }) => textsOf(text));
  const loops = knownLoops();
  const fingerprints = beginErasure(owner, loops, [...texts, ...(await answerTexts(store, owner))]);
  const own = await erasePersonal(owner, loops);
  const { rows, models } = eraseRows({ owner, ids, texts });
  const erased = await eraseFrom(store, user);
  clearRowCaches();
  const search = await searchEverywhere(loops, fingerprints);
  const { traces, feedback } = erased;
  const { files, bytes, found } = search;
  const record = recordErasure(user, { traces, feedback, rows, models: own, files, bytes, found: found.length });
  endErasure(owner);
  return { user, ...erased, rows, models, own, search, record };
}

/** Texts of the user's stored requests and answers. */
async function answerTexts({ database, keys }: TraceStore, owner: string): Promise<string[]> {
  const rows = await database.selectFrom('traces').select(['id', 'choice', 'text']).where('user', '=', owner).execute();
  const sealed = rows.map(({ id, choice, text }) => ({ user: owner, place: `${id} ${choice}`, sealed: text }));
  return (await keys.unsealAll<unknown>(sealed)).flatMap(textsOf);
}
