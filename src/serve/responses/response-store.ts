/** Responses that later requests may go on from, each seen only by the key that asked for it. */
import { ApiError } from '../api-error.ts';
import type { InputItem } from './request.ts';
import type { ResponseReply } from './reply.ts';

export interface StoredResponse {
  response: ResponseReply;
  /** What the request itself said. */
  input: readonly InputItem[];
  /** All that was said, its answer included. */
  conversation: readonly InputItem[];
  /** Who asked. */
  keyName: string | undefined;
  /** For whom, where the request says it. */
  user?: string;
}

export interface ResponseStore {
  /** Whether responses can be kept now, before one is computed. @throws AttuneError E_STORE_AWAY */
  check(): void | Promise<void>;
  add(entry: StoredResponse): void | Promise<void>;
  /** @throws ApiError 404 */
  get(id: string, keyName: string | undefined, param?: string): StoredResponse | Promise<StoredResponse>;
  /** @throws ApiError 404 */
  delete(id: string, keyName: string | undefined): void | Promise<void>;
  /** Forgets what was answered for a user. */
  eraseUser(user: string): void;
}

/** So many characters of conversations are kept. */
export const MOST_CHARACTERS = 64 * 2 ** 20;

/** The last responses of one server, while it runs. */
export class ResponsesInMemory implements ResponseStore {
  /** The last used last. */
  readonly #stored = new Map<string, StoredResponse & { size: number }>();
  #size = 0;

  check(): void {}

  add(entry: StoredResponse): void {
    const size = JSON.stringify([entry.response, entry.conversation]).length;
    if (size > MOST_CHARACTERS) return;
    this.#stored.set(entry.response.id, { ...entry, size });
    this.#size += size;
    for (const id of this.#stored.keys()) {
      if (this.#size <= MOST_CHARACTERS) return;
      this.#remove(id);
    }
  }

  /** @throws ApiError 404 */
  get(id: string, keyName: string | undefined, param = 'response_id'): StoredResponse {
    const entry = this.#stored.get(id);
    if (entry === undefined || entry.keyName !== keyName) throw responseNotFound(id, param);
    this.#stored.delete(id);
    this.#stored.set(id, entry);
    return entry;
  }

  /** @throws ApiError 404 */
  delete(id: string, keyName: string | undefined): void {
    this.get(id, keyName);
    this.#remove(id);
  }

  eraseUser(user: string): void {
    for (const [id, entry] of this.#stored) if (entry.user === user) this.#remove(id);
  }

  #remove(id: string): void {
    this.#size -= this.#stored.get(id)?.size ?? 0;
    this.#stored.delete(id);
  }
}

export function responseNotFound(id: string, param = 'response_id'): ApiError {
  const message = `There is no response '${id.slice(0, 100)}'. A server keeps the last ones while it runs; one that may keep texts, for some days.`;
  return new ApiError(param === 'response_id' ? 404 : 400, {
    message,
    param,
    code: param === 'response_id' ? 'response_not_found' : 'previous_response_not_found',
  });
}
