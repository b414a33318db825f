/** A key per user that encrypts the user's texts: once it is destroyed, no remaining copy can be decrypted. */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { parseJson } from '../../files/json.ts';
import type { KeyTables } from './traces-tables.ts';

const [KEY_BYTES, NONCE_BYTES, TAG_BYTES] = [32, 12, 16];

export interface Sealed {
  user: string | null;
  place: string;
  sealed: Uint8Array | null;
}

export class UserKeys {
  readonly #database: Kysely<KeyTables>;
  readonly #secret: Buffer;
  /** Salt of the word hashes: 32 bits. */
  readonly salt: number;

  private constructor(database: Kysely<KeyTables>, secret: Buffer) {
    this.#database = database;
    this.#secret = secret;
    this.salt = createHmac('sha256', secret).update('words').digest().readInt32LE();
  }

  static async open(database: Kysely<KeyTables>): Promise<UserKeys> {
    const fresh = { name: 'secret', value: randomBytes(KEY_BYTES) };
    await database
      .insertInto('secrets')
      .values(fresh)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const { value } = await database
      .selectFrom('secrets')
      .select('value')
      .where('name', '=', fresh.name)
      .executeTakeFirstOrThrow();
    return new UserKeys(database, Buffer.from(value));
  }

  /** A user's pseudonym in tables. Without the secret, nobody can test whether a user is in them. */
  hash(user: string): string {
    return createHmac('sha256', this.#secret).update(`user ${user}`).digest('hex').slice(0, 32);
  }

  /** Deterministic secrets, for example for surrogates of personal data. */
  secretFor(purpose: string): Buffer {
    return createHmac('sha256', this.#secret).update(purpose).digest();
  }

  /**
   * Encrypts a value as JSON with a user's key, which is created on first use. `place`: the value's storage location;
   * it cannot be decrypted at another one.
   */
  async seal(user: string, place: string, value: unknown): Promise<Uint8Array> {
    const key = (await this.#find(user)) ?? (await this.#make(user));
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    cipher.setAAD(Buffer.from(place));
    const body = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), body]);
  }

  /** Decrypts a value; undefined if the key was destroyed or the bytes were changed. */
  async unseal<Value>(user: string, place: string, sealed: Uint8Array): Promise<Value | undefined> {
    const key = await this.#find(user);
    return key === undefined ? undefined : opened<Value>(key, place, sealed);
  }

  /** `unseal` for many values, with a single lookup of the keys. */
  async unsealAll<Value>(all: readonly Sealed[]): Promise<(Value | undefined)[]> {
    const users = [...new Set(all.flatMap(({ user, sealed }) => (user === null || sealed === null ? [] : user)))];
    if (users.length === 0) return all.map(() => undefined);
    const rows = await this.#database.selectFrom('user_keys').selectAll().where('user', 'in', users).execute();
    const keys = new Map(rows.map(({ user, key }) => [user, Buffer.from(key)]));
    return all.map(({ user, place, sealed }) => {
      const key = user === null ? undefined : keys.get(user);
      return key === undefined || sealed === null ? undefined : opened<Value>(key, place, sealed);
    });
  }

  /** Destroys a user's key irreversibly. @returns whether it existed */
  async destroy(user: string): Promise<boolean> {
    const { numDeletedRows } = await this.#database
      .deleteFrom('user_keys')
      .where('user', '=', user)
      .executeTakeFirstOrThrow();
    return numDeletedRows > 0n;
  }

  /** Read from the store every time, since another process may have destroyed it. */
  async #find(user: string): Promise<Buffer | undefined> {
    const row = await this.#database.selectFrom('user_keys').select('key').where('user', '=', user).executeTakeFirst();
    return row === undefined ? undefined : Buffer.from(row.key);
  }

  async #make(user: string): Promise<Buffer> {
    await this.#database
      .insertInto('user_keys')
      .values({ user, key: randomBytes(KEY_BYTES) })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return (await this.#find(user))!;
  }
}

/** Undefined if the bytes were changed. */
function opened<Value>(key: Buffer, place: string, sealed: Uint8Array): Value | undefined {
  const bytes = Buffer.from(sealed);
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES));
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    return parseJson<Value>(text.toString('utf8'));
  } catch {
    return undefined;
  }
}
