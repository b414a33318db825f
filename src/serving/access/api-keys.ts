/** API keys of clients; only their hashes are stored. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import { problemsOf } from '../../base/schema-issues.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { lockFile } from '../../files/lock-file.ts';
import { ApiError } from '../api-error.ts';
import { roleNames, type Role } from './roles.ts';
import { quotaSchema, rateSchema, type RateSettings } from '../server-settings.ts';

const keySchema = z.strictObject({
  name: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be the SHA-256 of the key in hexadecimal digits'),
  models: z.array(z.string()).optional(),
  user: z.string().min(1).optional(),
  admin: z.boolean().optional(),
  role: z.enum(roleNames).optional(),
  quota: quotaSchema.optional(),
  rate: rateSchema.optional(),
});

const fileSchema = z.strictObject({ keys: z.array(keySchema) });

/** A key's rights. */
export interface ApiKey {
  name: string;
  /** Names of the models it may use; default: all. */
  models?: readonly string[];
  /** User that the key belongs to: all its requests count as that user's, and that user's own model answers them. */
  user?: string;
  /** Whether it may load and unload adapters and read the server's metrics. */
  admin?: boolean;
  /** Rights in the studio and over MCP; without a role, a key can only query models. An owner is an admin too. */
  role?: Role;
  /** Limits on files and jobs; default: the server's settings. */
  quota?: { storage?: number | string; jobs?: number };
  /** Limits on requests and tokens; default: the server's settings. */
  rate?: RateSettings;
}

type StoredKey = z.output<typeof keySchema>;

/** Callbacks for changes to the keys file. */
export interface KeysWatch {
  onRead?: (keys: number) => void;
  /** Called if the file is invalid; the previous keys stay in force. */
  onBroken?: (error: AttuneError) => void;
}

/** The keys of a file. The file is reread when it changes, so that added and removed keys take effect immediately. */
export class ApiKeys {
  readonly #path: string;
  readonly #watch: KeysWatch;
  #keys: readonly { key: ApiKey; digest: Buffer }[];
  #state: string;

  /** @throws AttuneError E_API_KEYS if the file is invalid or has no key */
  constructor(path: string, watch: KeysWatch = {}) {
    this.#path = path;
    this.#watch = watch;
    this.#state = stateOf(path);
    this.#keys = readKeys(path);
    if (this.#keys.length === 0) throw unreadable(path, 'no key', MAKE_ONE);
  }

  #current(): readonly { key: ApiKey; digest: Buffer }[] {
    const state = stateOf(this.#path);
    if (state === this.#state) return this.#keys;
    this.#state = state;
    try {
      this.#keys = readKeys(this.#path);
      this.#watch.onRead?.(this.#keys.length);
    } catch (error) {
      this.#watch.onBroken?.(error as AttuneError);
    }
    return this.#keys;
  }

  /** A key by name, for work done later on behalf of its owner. */
  named(name: string): ApiKey | undefined {
    return this.#current().find(({ key }) => key.name === name)?.key;
  }

  /** The key of a request. @throws ApiError 401 */
  of(request: Request): ApiKey {
    const header = request.headers.get('authorization');
    const sent = /^Bearer\s+(\S+)\s*$/i.exec(header ?? '')?.[1];
    if (sent === undefined)
      throw refused("The API key is missing: send it as 'Authorization: Bearer KEY'.", 'missing_api_key');
    const found = this.find(sent);
    if (found === undefined) throw refused('The API key is invalid.', 'invalid_api_key');
    return found;
  }

  /** The key that was sent. All keys are compared in constant time. */
  find(sent: string): ApiKey | undefined {
    const digest = createHash('sha256').update(sent).digest();
    let found: ApiKey | undefined;
    for (const { key, digest: known } of this.#current()) if (timingSafeEqual(known, digest)) found = key;
    return found;
  }
}

const MAKE_ONE = 'make one: attune keys create NAME --file FILE';

/** Identifies a file's version without reading it. */
function stateOf(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? 'none' : [found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ');
}

/** @throws AttuneError E_API_KEYS */
function readKeys(path: string): { key: ApiKey; digest: Buffer }[] {
  if (!existsSync(path)) throw unreadable(path, 'no such file', MAKE_ONE);
  const { keys } = parsedFile(path);
  return keys.map(({ sha256, ...key }) => ({
    key: { ...key, admin: key.admin ?? key.role === 'owner' },
    digest: Buffer.from(sha256, 'hex'),
  }));
}

function refused(message: string, code: string): ApiError {
  return new ApiError(401, { message, code, headers: { 'www-authenticate': 'Bearer' } });
}

export interface NewKey extends ApiKey {
  /** File of key hashes. */
  file: string;
}

/** Creates a key, stores its hash and returns the key, which cannot be recovered later. @throws AttuneError E_API_KEYS */
export async function createKey({
  file,
  name,
  models,
  user,
  admin,
  role,
}: NewKey): Promise<{ name: string; key: string }> {
  using _held = await lockFile(file);
  const isNew = !existsSync(file) || statSync(file).size === 0;
  const keys = isNew ? [] : parsedFile(file).keys;
  if (keys.some((known) => known.name === name))
    throw unreadable(file, `a second key named ${name}`, 'choose another name');
  const key = `sk-attune-${randomBytes(32).toString('base64url')}`;
  const sha256 = createHash('sha256').update(key).digest('hex');
  const entry: StoredKey = {
    name,
    sha256,
    ...(models !== undefined && { models: [...models] }),
    ...(user !== undefined && { user }),
    ...(admin === true && { admin }),
    ...(role !== undefined && { role }),
  };
  writeFileAtomic(file, stringify({ keys: [...keys, entry] }));
  chmodSync(file, 0o600);
  return { name, key };
}

function parsedFile(path: string): z.output<typeof fileSchema> {
  if (statSync(path).isDirectory()) throw unreadable(path, 'a folder', 'give a file');
  let value: unknown;
  try {
    value = parse(readFileSync(path, 'utf8'), { logLevel: 'error' });
  } catch (error) {
    throw unreadable(path, (error as Error).message.split('\n')[0], 'correct it, or create a new file');
  }
  // An empty file may be about to be written, so no keys requires an explicit empty list.
  if (value === null || value === undefined) throw unreadable(path, 'an empty file', MAKE_ONE);
  const result = fileSchema.safeParse(value);
  if (result.success) return result.data;
  const problems = problemsOf(result.error.issues, { root: value, schema: fileSchema });
  throw new AttuneError('E_API_KEYS', {
    what: `The API key file ${path} cannot be used`,
    expected: 'keys with name, sha256 and, if restricted, models',
    problems,
    fix: 'write it with `attune keys create`',
  });
}

function unreadable(path: string, got: string, fix: string): AttuneError {
  return new AttuneError('E_API_KEYS', { what: `The API key file ${path} cannot be used`, got, fix });
}
