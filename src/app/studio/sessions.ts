import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { attuneHome } from '../../base/home.ts';
import { localActor } from '../../base/local-actor.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { sha256 } from '../../files/hash.ts';
import { parseJson } from '../../files/json.ts';
import type { ApiKeys } from '../../serving/access/api-keys.ts';
import { roles } from '../../serving/access/roles.ts';
import { keyActor } from '../../store/registry/index.ts';
import type { Caller } from '../access/scopes.ts';
import { isEqual } from '../page/page-server.ts';

const LIFETIME = 30 * 24 * 3600_000;

const kept = z.record(z.string(), z.strictObject({ end: z.number(), key: z.string().optional() }));
type Kept = z.output<typeof kept>;

/**
 * Sessions of browsers that may use the studio. A single-use token or a key starts a session, which survives
 * restarts: its hash, expiry and key name are stored in a file that only its owner can read.
 */
export class Sessions {
  readonly #path = join(attuneHome(), 'studio-sessions.json');
  readonly #keys: ApiKeys | undefined;
  readonly #folders: readonly string[];
  readonly #sessions: Map<string, Kept[string]>;
  #token: string | undefined;

  /** With keys there is no token: users sign in with a key and have the rights of its role. */
  constructor(keys?: ApiKeys, folders: readonly string[] = []) {
    this.#folders = folders;
    this.#keys = keys;
    this.#token = keys === undefined ? secret() : undefined;
    this.#sessions = new Map(Object.entries(readKept(this.#path)).filter(([, { end }]) => end > Date.now()));
  }

  /** The single-use token of the link. */
  get token(): string | undefined {
    return this.#token;
  }

  /** Starts a session for the token or a key with a role; undefined if the token is wrong or was used. */
  exchange(given: string): string | undefined {
    const key = this.#keys?.find(given);
    if (this.#keys !== undefined) return key?.role === undefined ? undefined : this.#begin(key.name);
    if (this.#token === undefined || !isEqual(given, this.#token)) return undefined;
    this.#token = undefined;
    return this.#begin();
  }

  #begin(key?: string): string {
    const session = secret();
    this.#sessions.set(sha256(session), { end: Date.now() + LIFETIME, key });
    // Another studio may have added sessions.
    const all = { ...readKept(this.#path), ...Object.fromEntries(this.#sessions) };
    writeFileAtomic(this.#path, JSON.stringify(all), 0o600);
    return session;
  }

  /** The owner of a session, with the current rights of the key. */
  callerOf(session: string): Caller | undefined {
    const found = this.#sessions.get(sha256(session));
    if (found === undefined || found.end <= Date.now()) return undefined;
    if (this.#keys === undefined)
      return found.key === undefined ? { by: localActor(), scopes: roles.owner, isAudited: false } : undefined;
    const role = found.key === undefined ? undefined : this.#keys.named(found.key)?.role;
    return role === undefined
      ? undefined
      : { by: keyActor(found.key!), scopes: roles[role], folders: this.#folders, isAudited: true };
  }
}

function secret(): string {
  return randomBytes(24).toString('base64url');
}

function readKept(path: string): Kept {
  try {
    return existsSync(path) ? kept.parse(parseJson(readFileSync(path, 'utf8'))) : {};
  } catch {
    // If the file is damaged, users have to sign in again.
    return {};
  }
}
