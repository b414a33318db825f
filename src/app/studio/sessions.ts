import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attuneHome } from '../../base/home.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { sha256 } from '../../files/hash.ts';
import { parseJson } from '../../files/json.ts';
import { isEqual } from '../page/page-server.ts';

const LIFETIME = 30 * 24 * 3600_000;

/**
 * Browsers that may use the studio. A link with a single-use token starts a session, which outlives the server: its hash
 * and expiry are kept in a file that only its owner can read.
 */
export class Sessions {
  readonly #path = join(attuneHome(), 'studio-sessions.json');
  readonly #ends: Map<string, number>;
  #token: string | undefined = secret();

  constructor() {
    this.#ends = new Map(Object.entries(readEnds(this.#path)).filter(([, end]) => end > Date.now()));
  }

  /** The part of the link that counts once. */
  get token(): string | undefined {
    return this.#token;
  }

  /** A new session for the token; undefined where it is another one or was used. */
  exchange(token: string): string | undefined {
    if (this.#token === undefined || !isEqual(token, this.#token)) return undefined;
    this.#token = undefined;
    const session = secret();
    this.#ends.set(sha256(session), Date.now() + LIFETIME);
    // Another studio may have added some.
    const ends = { ...readEnds(this.#path), ...Object.fromEntries(this.#ends) };
    writeFileAtomic(this.#path, JSON.stringify(ends));
    return session;
  }

  has(session: string): boolean {
    return (this.#ends.get(sha256(session)) ?? 0) > Date.now();
  }
}

function secret(): string {
  return randomBytes(24).toString('base64url');
}

function readEnds(path: string): Record<string, number> {
  try {
    return existsSync(path) ? (parseJson(readFileSync(path, 'utf8')) as Record<string, number>) : {};
  } catch {
    // A damaged file: everybody signs in again.
    return {};
  }
}
