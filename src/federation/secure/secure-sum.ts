/** Coordinator side of SecAgg+: sums masked values and removes the masks from the sum. */
import { combine } from 'shamir-secret-sharing';
import { AttuneError } from '../../base/errors.ts';
import { entryOf } from '../../base/table.ts';
import { addInto, addMask, dequantise, sharedSeed } from './masks.ts';
import type { OpenKeys } from './secure-site.ts';

export interface Revealed {
  seeds: Readonly<Record<string, Uint8Array>>;
  keys: Readonly<Record<string, Uint8Array>>;
}

/** Number of shares that reconstruct a secret: two thirds of the sites. */
export function thresholdOf(sites: number): number {
  return Math.floor((2 * sites) / 3) + 1;
}

export interface SecureRound {
  round: number;
  open: Readonly<Record<string, OpenKeys>>;
  /** Sites whose shares reached the others: active sites added pairwise masks for them. */
  sharing: readonly string[];
  /** Masked values by site. */
  masked: ReadonlyMap<string, Uint32Array>;
  revealed: readonly Revealed[];
  threshold: number;
  limit: number;
}

/** The sum over the active sites. @throws AttuneError E_FEDERATED_SECURE with too few shares */
export async function unmaskSum({
  round,
  open,
  sharing,
  masked,
  revealed,
  threshold,
  limit,
}: SecureRound): Promise<Float64Array> {
  const [first] = masked.values();
  const sum = new Uint32Array(first.length);
  for (const values of masked.values()) addInto(sum, values);
  for (const site of masked.keys())
    addMask(
      sum,
      await secretOf(
        revealed.map(({ seeds }) => entryOf(seeds, site)),
        { threshold, site },
      ),
      -1,
    );
  for (const site of sharing.filter((one) => !masked.has(one))) {
    const secret = await secretOf(
      revealed.map(({ keys }) => entryOf(keys, site)),
      { threshold, site },
    );
    // Removes the pairwise masks that active sites added for the lost one.
    for (const active of masked.keys())
      addMask(sum, sharedSeed(secret, entryOf(open, active).masks, `mask of round ${round}`), active > site ? -1 : 1);
  }
  return dequantise(sum, { limit, sites: masked.size });
}

async function secretOf(
  shares: readonly (Uint8Array | undefined)[],
  { threshold, site }: { threshold: number; site: string },
): Promise<Uint8Array> {
  const given = shares.filter((share) => share !== undefined);
  if (given.length >= threshold) return combine(given.slice(0, threshold).map((share) => new Uint8Array(share)));
  throw new AttuneError('E_FEDERATED_SECURE', {
    what: `The masks of site ${site} cannot be removed from the sum`,
    got: `${given.length} shares`,
    expected: `${threshold}`,
    fix: 'the round is repeated with the sites that answer',
  });
}
