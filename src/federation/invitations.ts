/** Single-use invitations for sites. Only their hashes are stored. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { sha256 } from '../files/hash.ts';
import { readJson, writeJson } from '../files/json.ts';

export class Invitations {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  get #open(): string[] {
    return existsSync(this.#file) ? readJson<string[]>(this.#file) : [];
  }

  /** Creates invitations and returns their texts. */
  issue(count: number): string[] {
    const texts = Array.from({ length: count }, () => randomBytes(18).toString('base64url'));
    writeJson(this.#file, [...this.#open, ...texts.map(sha256)]);
    return texts;
  }

  /** Consumes an invitation; false if it is unknown. */
  use(text: string): boolean {
    const open = this.#open;
    const rest = open.filter((hash) => hash !== sha256(text));
    if (rest.length === open.length) return false;
    writeJson(this.#file, rest);
    return true;
  }
}
