/** Responses that any server of one database can go on from, and one server after a restart. */
import { KeptResponses, type TraceStore } from '../../watch/index.ts';
import { MOST_CHARACTERS, responseNotFound, type ResponseStore, type StoredResponse } from './response-store.ts';

export class SharedResponses implements ResponseStore {
  readonly #kept: KeptResponses;

  /** @param bounds days until a response is deleted, and bytes of all of them */
  constructor(store: TraceStore, bounds: { days: number; mostBytes: number }) {
    this.#kept = new KeptResponses(store, bounds);
  }

  async check(): Promise<void> {
    await this.#kept.find('', undefined);
  }

  async add(entry: StoredResponse): Promise<void> {
    if (JSON.stringify([entry.response, entry.conversation]).length > MOST_CHARACTERS) return;
    await this.#kept.add(entry.response.id, { key: entry.keyName, user: entry.user }, entry);
  }

  async get(id: string, keyName: string | undefined, param?: string): Promise<StoredResponse> {
    const found = await this.#kept.find<StoredResponse>(id, keyName);
    if (found === undefined) throw responseNotFound(id, param);
    return { ...found, keyName };
  }

  /** They go with all else of the user in the store. */
  eraseUser(): void {}

  async delete(id: string, keyName: string | undefined): Promise<void> {
    await this.get(id, keyName);
    await this.#kept.remove(id);
  }
}
