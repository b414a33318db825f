import { createKey, type NewKey } from '../../serve/access/api-keys.ts';

export type { NewKey } from '../../serve/access/api-keys.ts';

/** Makes a key for clients of a server. The file keeps its hash; the key itself is given once. @throws AttuneError E_API_KEYS */
export function createApiKey(options: NewKey): Promise<{ name: string; key: string }> {
  return createKey(options);
}
