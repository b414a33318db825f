import { createHash } from 'node:crypto';

/**
 * A third of Debian's source packages, selected by name, was left out of attune-base's pre-training, together with
 * all texts that repeat their descriptions. Held-out rows of tasks on Debian's catalogue come only from these
 * packages.
 */
export function isReservedSource(sourcePackage: string): boolean {
  const digest = createHash('sha256').update(`attune-base:reserved:${sourcePackage}`).digest();
  return digest.readUInt32BE(0) / 2 ** 32 < 1 / 3;
}
