/** Keys that clients send: only their hashes are kept. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import { problemsOf } from '../../base/schema-issues.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { ApiError } from '../api-error.ts';
import { quotaSchema } from '../settings.ts';

const keySchema = z.strictObject({
  name: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be the SHA-256 of the key in hexadecimal digits'),
  models: z.array(z.string()).optional(),
  admin: z.boolean().optional(),
  quota: quotaSchema.optional(),
});

const fileSchema = z.strictObject({ keys: z.array(keySchema) });

/** A key's rights. */
export interface ApiKey {
  name: string;
  /** Names of the models that it may use; all unless given. */
  models?: readonly string[];
  /** Whether it may load and unload adapters and read the server's metrics. */
  admin?: boolean;
  /** Files and jobs that it may have; what the server's settings say unless given. */
  quota?: { storage?: number | string; jobs?: number };
}

type StoredKey = z.output<typeof keySchema>;

export class ApiKeys {
  readonly #keys: readonly { key: ApiKey; digest: Buffer }[];

  constructor(keys: readonly StoredKey[]) {
    this.#keys = keys.map(({ sha256, ...key }) => ({ key, digest: Buffer.from(sha256, 'hex') }));
  }

  /** @throws AttuneError E_API_KEYS */
  static read(path: string): ApiKeys {
    if (!existsSync(path)) throw unreadable(path, 'no such file', 'make one: attune keys create NAME --file FILE');
    const { keys } = parsedFile(path);
    if (keys.length === 0) throw unreadable(path, 'no key', 'make one: attune keys create NAME --file FILE');
    return new ApiKeys(keys);
  }

  /** A key by its name, for what is done for it later. */
  named(name: string): ApiKey | undefined {
    return this.#keys.find(({ key }) => key.name === name)?.key;
  }

  /** Whose key a request carries; every key is compared, in the same time whatever was sent. @throws ApiError 401 */
  of(request: Request): ApiKey {
    const header = request.headers.get('authorization');
    const sent = /^Bearer\s+(\S+)\s*$/i.exec(header ?? '')?.[1];
    if (sent === undefined)
      throw refused("There is no API key: send it as 'Authorization: Bearer KEY'.", 'missing_api_key');
    const digest = createHash('sha256').update(sent).digest();
    let found: ApiKey | undefined;
    for (const { key, digest: known } of this.#keys) if (timingSafeEqual(known, digest)) found = key;
    if (found === undefined) throw refused('This API key is not known here.', 'invalid_api_key');
    return found;
  }
}

function refused(message: string, code: string): ApiError {
  return new ApiError(401, { message, code, headers: { 'www-authenticate': 'Bearer' } });
}

export interface NewKey extends ApiKey {
  /** Where its hash is kept, beside those of other keys. */
  file: string;
}

/** Makes a key, keeps its hash, and gives the key itself, which nobody can look up again. @throws AttuneError E_API_KEYS */
export function createKey({ file, name, models, admin }: NewKey): { name: string; key: string } {
  const keys = existsSync(file) ? parsedFile(file).keys : [];
  if (keys.some((known) => known.name === name))
    throw unreadable(file, `a key that is called ${name} already`, 'choose another name');
  const key = `sk-attune-${randomBytes(32).toString('base64url')}`;
  const sha256 = createHash('sha256').update(key).digest('hex');
  const entry: StoredKey = {
    name,
    sha256,
    ...(models !== undefined && { models: [...models] }),
    ...(admin === true && { admin }),
  };
  writeFileAtomic(file, stringify({ keys: [...keys, entry] }));
  chmodSync(file, 0o600);
  return { name, key };
}

function parsedFile(path: string): z.output<typeof fileSchema> {
  if (statSync(path).isDirectory()) throw unreadable(path, 'a folder', 'give a file');
  let value: unknown;
  try {
    value = parse(readFileSync(path, 'utf8'), { logLevel: 'error' }) ?? { keys: [] };
  } catch (error) {
    throw unreadable(path, (error as Error).message.split('\n')[0], 'correct it, or make a new file');
  }
  const result = fileSchema.safeParse(value);
  if (result.success) return result.data;
  const problems = problemsOf(result.error.issues, { root: value, schema: fileSchema });
  throw new AttuneError('E_API_KEYS', {
    what: `The file of API keys ${path} cannot be used`,
    expected: 'keys with name, sha256 and, where they are bound, models',
    problems,
    fix: 'write it with `attune keys create`',
  });
}

function unreadable(path: string, got: string, fix: string): AttuneError {
  return new AttuneError('E_API_KEYS', { what: `The file of API keys ${path} cannot be used`, got, fix });
}
