/**
 * The vault with the values of tags, encrypted with a passphrase: AES-256-GCM under a key derived by scrypt (RFC 7914).
 */
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { AttuneError } from '@attune/base/errors';
import { writeFileAtomic } from '@attune/files/atomic';
import { parseJson } from '@attune/files/json';
import { checkPassphrase } from '@attune/files/passphrase';
import { PRIVATE_FILE } from '@attune/files/private';

const MAGIC = Buffer.from('attune-vault-2\n');
/** Parameters recommended by OWASP's Password Storage Cheat Sheet: 128 MiB and some tenths of a second. */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 };
/** Format of vaults written by earlier versions. */
const FORMER = { magic: Buffer.from('attune-vault-1\n'), cost: { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 } };
const [SALT, NONCE, TAG] = [16, 12, 16];

/** Tag → value. */
export type VaultEntries = ReadonlyMap<string, string>;

/** @throws AttuneError E_PASSPHRASE_WEAK, E_NOT_WRITABLE, E_DISK_FULL */
export function writeVault(path: string, entries: VaultEntries, passphrase: string): void {
  checkPassphrase(passphrase);
  const [salt, nonce] = [randomBytes(SALT), randomBytes(NONCE)];
  const cipher = createCipheriv('aes-256-gcm', scryptSync(passphrase, salt, 32, COST), nonce);
  cipher.setAAD(MAGIC);
  const body = Buffer.concat([cipher.update(JSON.stringify([...entries]), 'utf8'), cipher.final()]);
  writeFileAtomic(path, Buffer.concat([MAGIC, salt, nonce, cipher.getAuthTag(), body]), PRIVATE_FILE);
}

/** @throws AttuneError E_VAULT_UNREADABLE for another file, a wrong passphrase or a changed byte */
export function readVault(path: string, passphrase: string): Map<string, string> {
  const data = readFileSync(path);
  const magic = data.subarray(0, MAGIC.length);
  const isFormer = magic.equals(FORMER.magic);
  if (!magic.equals(MAGIC) && !isFormer) {
    throw new AttuneError('E_VAULT_UNREADABLE', {
      what: `${path} is not a vault`,
      fix: 'name the file that `data redact --vault` wrote',
    });
  }
  let at = MAGIC.length;
  const take = (length: number): Buffer => data.subarray(at, (at += length));
  const [salt, nonce, tag] = [take(SALT), take(NONCE), take(TAG)];
  const key = scryptSync(passphrase, salt, 32, isFormer ? FORMER.cost : COST);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce);
    decipher.setAAD(magic);
    decipher.setAuthTag(tag);
    const text = Buffer.concat([decipher.update(data.subarray(at)), decipher.final()]).toString('utf8');
    return new Map(parseJson(text) as [string, string][]);
  } catch (cause) {
    throw new AttuneError('E_VAULT_UNREADABLE', {
      what: `${path} cannot be opened`,
      got: 'a wrong passphrase, or a file that has changed since it was written',
      fix: 'set the passphrase that the vault was written with',
      cause,
    });
  }
}

/** Replaces tags by their values; unknown tags stay. */
export function restoreTags(text: string, entries: VaultEntries): string {
  return text.replaceAll(TAG_PATTERN, (tag) => entries.get(tag) ?? tag);
}

/** "[NAME_12]". */
export const TAG_PATTERN = /\[[A-Z]{2,20}(?:_[A-Z]{2,20})?_\d{1,12}\]/g;
