/** Reads the objects of an API key page by page. Sends nothing but the key and the queries. */
import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { retryAfter } from '../../base/connection.ts';
import { AttuneError } from '../../base/errors.ts';
import { PassingFailure } from '../../scoring/endpoint/post.ts';
import { endpointFrom, type Endpoint } from '../../scoring/endpoint/endpoint.ts';
import { patiently, type Patience } from '../../scoring/endpoint/patience.ts';
import { makeFolders } from '../../files/make-folder.ts';
import { temporaryName } from '../../files/temporary.ts';

export type Json = Record<string, unknown>;

const TIMEOUT = 60_000;
const PAGE = 100;

export class OpenAiApi {
  readonly #endpoint: Endpoint;
  readonly #patience: Patience;

  /** @throws AttuneError E_ENDPOINT_URL, E_ENDPOINT_KEY, E_IMPORT_KEY if the key is missing */
  constructor(url: string, patience: Patience) {
    this.#endpoint = endpointFrom(url, '');
    this.#patience = patience;
    const { key, keyVariable } = this.#endpoint;
    if (key !== undefined) return;
    throw new AttuneError('E_IMPORT_KEY', {
      what: `${keyVariable} is not set`,
      fix: `set it to the key whose jobs are to be imported: export ${keyVariable}=sk-…`,
    });
  }

  /** All entries of a list in order. */
  async *list(path: string, query: Record<string, string> = {}): AsyncGenerator<Json> {
    let after: string | undefined;
    for (;;) {
      const wish = new URLSearchParams({ ...query, limit: String(PAGE), ...(after !== undefined && { after }) });
      const { data, has_more: hasMore } = (await this.#json(`${path}?${wish}`)) as {
        data?: Json[];
        has_more?: boolean;
      };
      if (!Array.isArray(data)) throw unreadable(path, 'not a list');
      yield* data;
      const last = data.at(-1)?.id;
      // Guards against a server that returns the same page for ever.
      if (hasMore !== true || typeof last !== 'string' || last === after) return;
      after = last;
    }
  }

  async #json(path: string): Promise<unknown> {
    return patiently(
      path,
      async () => {
        const response = await this.#get(path);
        try {
          return await response.json();
        } catch {
          throw unreadable(path, 'not JSON');
        }
      },
      this.#patience,
    );
  }

  /** Downloads a file completely or not at all. @returns false if it no longer exists */
  async download(path: string, target: string): Promise<boolean> {
    const draft = temporaryName(target);
    makeFolders(dirname(target));
    try {
      await patiently(
        path,
        async () => {
          const response = await this.#get(path);
          await pipeline(Readable.fromWeb(response.body as never), createWriteStream(draft, { mode: 0o600 }));
        },
        this.#patience,
      );
      renameSync(draft, target);
      return true;
    } catch (error) {
      if (error instanceof AttuneError && error.code === 'E_IMPORT_GONE') return false;
      throw error;
    } finally {
      rmSync(draft, { force: true });
    }
  }

  async #get(path: string): Promise<Response> {
    const { url, key } = this.#endpoint;
    const timeout = AbortSignal.timeout(TIMEOUT);
    const signal = this.#patience.signal === undefined ? timeout : AbortSignal.any([timeout, this.#patience.signal]);
    let response: Response;
    try {
      const headers = { authorization: `Bearer ${key}` };
      response = await fetch(`${url}${path}`, { headers, redirect: 'error', signal });
    } catch (error) {
      this.#patience.signal?.throwIfAborted();
      throw new PassingFailure(`${url} cannot be reached: ${(error as Error).message}`);
    }
    if (response.ok) return response;
    await response.body?.cancel();
    throw refusal(`${url}${path}`, response);
  }
}

function refusal(url: string, { status, headers }: Response): Error {
  const address = url.split('?', 1)[0];
  if (status === 429 || status === 408 || status >= 500) {
    return new PassingFailure(`${address} answers ${status}`, { waitSeconds: retryAfter(headers) });
  }
  if (status === 404)
    return new AttuneError('E_IMPORT_GONE', { what: `${address} does not exist`, fix: 'check --base-url' });
  return new AttuneError('E_IMPORT_REFUSED', {
    what: `${address} cannot be read`,
    got: `status ${status}`,
    fix:
      status === 401 || status === 403
        ? 'the key needs permission to read files, fine-tuning jobs and stored completions of its project'
        : 'check --base-url',
  });
}

function unreadable(path: string, got: string): AttuneError {
  return new AttuneError('E_IMPORT_UNREADABLE', {
    what: `The response to ${path} is invalid`,
    got,
    expected: "OpenAI's API",
  });
}
