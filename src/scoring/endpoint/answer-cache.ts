import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { attuneCache } from '../../base/home.ts';
import { sha256 } from '../../files/hash.ts';
import { readJson, writeJson } from '../../files/json.ts';
import type { ChatAnswer, ChatBody } from './chat-completion.ts';

/**
 * Disk cache of answers by request and endpoint, so that an interrupted comparison repeats no request. Contains no
 * keys.
 */
export class AnswerCache {
  readonly #folder: string;

  constructor(folder = join(attuneCache(), 'answers')) {
    this.#folder = folder;
  }

  read(url: string, body: ChatBody): ChatAnswer | undefined {
    const path = this.#path(url, body);
    if (!existsSync(path)) return undefined;
    try {
      return readJson<{ answer: ChatAnswer }>(path).answer;
    } catch (error) {
      // A damaged entry is a miss.
      if (error instanceof AttuneError) return undefined;
      throw error;
    }
  }

  write(url: string, body: ChatBody, answer: ChatAnswer): void {
    const path = this.#path(url, body);
    mkdirSync(dirname(path), { recursive: true });
    writeJson(path, { url, model: body.model, answer });
  }

  #path(url: string, body: ChatBody): string {
    const key = sha256(JSON.stringify({ url, body }));
    return join(this.#folder, key.slice(0, 2), `${key}.json`);
  }
}
