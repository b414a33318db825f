import { createHash } from 'node:crypto';

const HELD_OUT_SHARE = 0.01;

/** A number in [0, 1) that depends only on the name: the same on every machine and in every version of the corpus. */
export function hashFraction(purpose: string, name: string): number {
  return createHash('sha256').update(`attune-base:${purpose}:${name}`).digest().readUInt32BE(0) / 2 ** 32;
}

/** One document in a hundred is excluded from training, for measuring bits per byte. */
export function isHeldOutDocument(id: string): boolean {
  return hashFraction('held-out', id) < HELD_OUT_SHARE;
}
