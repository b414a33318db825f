/** Keys of sites (ECDSA on P-384, as Flower's nodes) and of coordinators (Ed25519). */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { writeFileAtomic } from '../files/atomic.ts';
import { sha256 } from '../files/hash.ts';
import { PRIVATE_FILE } from '../files/private.ts';

export type KeyKind = 'site' | 'coordinator';

export interface Signer {
  /** PEM. */
  publicKey: string;
  sign(text: string | Uint8Array): Buffer;
}

/** Reads the key from a file, or generates it; only the owner can read the file. */
export function signerIn(file: string, kind: KeyKind): Signer {
  if (!existsSync(file)) writeFileAtomic(file, newKey(kind), PRIVATE_FILE);
  const key = createPrivateKey(readFileSync(file));
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'pem' });
  return { publicKey: String(publicKey), sign: (text) => sign(digestOf(key), Buffer.from(text), key) };
}

function newKey(kind: KeyKind): string {
  const { privateKey } =
    kind === 'coordinator' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
  return String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
}

/** Whether a text was signed with the key; false for malformed keys and signatures too. */
export function isSigned(text: string | Uint8Array, signature: Uint8Array, publicKey: string): boolean {
  try {
    const key = createPublicKey(publicKey);
    return verify(digestOf(key), Buffer.from(text), key, signature);
  } catch {
    return false;
  }
}

function digestOf(key: KeyObject): 'sha256' | null {
  return key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
}

/** Short form of a public key to display and to put into links: 32 hex digits. */
export function fingerprint(publicKey: string): string {
  return sha256(createPublicKey(publicKey).export({ type: 'spki', format: 'der' })).slice(0, 32);
}
