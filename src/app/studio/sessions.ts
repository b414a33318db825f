import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { attuneHome } from '../../base/home.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { parseJson } from '../../files/json.ts';

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
    this.#ends.set(hashOf(session), Date.now() + LIFETIME);
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileAtomic(this.#path, JSON.stringify(Object.fromEntries(this.#ends)), 0o600);
    return session;
  }

  has(session: string): boolean {
    return (this.#ends.get(hashOf(session)) ?? 0) > Date.now();
  }
}

function secret(): string {
  return randomBytes(24).toString('base64url');
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function isEqual(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(hashOf(given)), Buffer.from(hashOf(wanted))];
  return timingSafeEqual(a, b);
}

function readEnds(path: string): Record<string, number> {
  try {
    return existsSync(path) ? (parseJson(readFileSync(path, 'utf8')) as Record<string, number>) : {};
  } catch {
    // A damaged file signs everybody out.
    return {};
  }
}
