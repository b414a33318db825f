import { createHash } from 'node:crypto';

/**
 * One Debian source package in three, chosen by its name, was left out of attune-base's pre-training with all that
 * repeats its descriptions. Held-out rows of tasks on Debian's catalogue come from these only.
 */
export function isReservedSource(sourcePackage: string): boolean {
  const digest = createHash('sha256').update(`attune-base:reserved:${sourcePackage}`).digest();
  return digest.readUInt32BE(0) / 2 ** 32 < 1 / 3;
}
