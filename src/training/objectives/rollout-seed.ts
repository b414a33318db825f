import { sha256 } from '../../files/hash.ts';

/** Derives a seed from a key. */
export function hash32(key: string): number {
  return Number.parseInt(sha256(key).slice(0, 8), 16);
}
