/** Site side of SecAgg+ (Bonawitz et al., 2017; Bell et al., 2020), in Flower's four stages. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { split } from 'shamir-secret-sharing';
import { AttuneError } from '../../base/errors.ts';
import { entryOf } from '../../base/table.ts';
import { addMask, newExchangeKeys, quantise, sharedSeed, type ExchangeKeys } from './masks.ts';

/** A site's public keys: for masks and for shares. */
export interface OpenKeys {
  masks: Uint8Array;
  shares: Uint8Array;
}

/** State that a site keeps between the stages of a round. */
export interface SecureState {
  round: number;
  site: string;
  masks: ExchangeKeys;
  shares: ExchangeKeys;
  /** Seed of the site's own mask. */
  seed: Uint8Array;
  /** Public keys of all sites in the round. */
  open: Readonly<Record<string, OpenKeys>>;
  threshold: number;
  /** Shares by the site whose secret they belong to. */
  seedShares: Record<string, Uint8Array>;
  keyShares: Record<string, Uint8Array>;
  /**
   * Whether the site has revealed its shares, which it does once: for each site either the own-mask or the key share.
   */
  isRevealed: boolean;
}

/** Minimum number of sites to hide an individual one. */
export const FEWEST_SITES = 3;

export function beginSecure(round: number, site: string): SecureState {
  const empty = { open: {}, threshold: 0, seedShares: {}, keyShares: {}, isRevealed: false };
  return { round, site, masks: newExchangeKeys(), shares: newExchangeKeys(), seed: randomBytes(32), ...empty };
}

export function openKeys({ masks, shares }: SecureState): OpenKeys {
  return { masks: masks.open, shares: shares.open };
}

/** Encrypts shares of the site's secrets for every other site. @throws AttuneError E_FEDERATED_SECURE */
export async function shareSecrets(
  state: SecureState,
  open: Readonly<Record<string, OpenKeys>>,
  threshold: number,
): Promise<Record<string, Uint8Array>> {
  const sites = Object.keys(open).sort();
  if (sites.length < FEWEST_SITES || threshold < Math.floor(sites.length / 2) + 1)
    throw unsafe(
      `${sites.length} sites with a threshold of ${threshold}`,
      `at least ${FEWEST_SITES} sites, and a threshold above half of them`,
    );
  const own = entryOf(open, state.site);
  if (own === undefined || !same(own.masks, state.masks.open) || !same(own.shares, state.shares.open))
    throw unsafe("other keys in place of this site's own", 'the keys that this site sent');
  const all = Object.values(open).flatMap(({ masks, shares }) =>
    [masks, shares].map((key) => Buffer.from(key).toString('hex')),
  );
  if (new Set(all).size !== all.length) throw unsafe('the same key twice', 'keys of different sites');
  Object.assign(state, { open, threshold });
  const seeds = await split(new Uint8Array(state.seed), sites.length, threshold);
  const keys = await split(new Uint8Array(state.masks.secret), sites.length, threshold);
  const sent = new Map<string, Uint8Array>();
  for (const [i, site] of sites.entries()) {
    if (site === state.site) {
      keepShares(state, site, { seed: seeds[i], key: keys[i] });
    } else
      sent.set(
        site,
        seal(pairKey(state, site, 'shares'), { from: state.site, to: site, round: state.round }, seeds[i], keys[i]),
      );
  }
  return Object.fromEntries(sent);
}

/**
 * Adds the site's own mask and the pairwise masks for all sites whose shares arrived. @throws AttuneError
 * E_FEDERATED_SECURE
 */
export function maskValues(
  state: SecureState,
  received: Readonly<Record<string, Uint8Array>>,
  { values, limit }: { values: ArrayLike<number>; limit: number },
): Uint32Array {
  for (const [from, sealed] of Object.entries(received)) {
    if (from === state.site || !Object.hasOwn(state.open, from))
      throw unsafe(`shares of ${from}`, 'shares of the sites of this round');
    const { seed, key } = unseal(pairKey(state, from, 'shares'), { from, to: state.site, round: state.round }, sealed);
    keepShares(state, from, { seed, key });
  }
  const sites = Object.keys(state.seedShares);
  if (sites.length < Math.max(state.threshold, FEWEST_SITES))
    throw unsafe(`shares of ${sites.length} sites`, `at least ${state.threshold}`);
  const masked = quantise(values, limit);
  addMask(masked, state.seed, 1);
  for (const site of sites) if (site !== state.site) addMask(masked, pairSeed(state, site), state.site > site ? 1 : -1);
  return masked;
}

/** Shares that remove the masks: of the own masks of active sites, and of the pairwise masks of lost ones. */
export function revealShares(
  state: SecureState,
  { active, lost }: { active: readonly string[]; lost: readonly string[] },
) {
  const known = (site: string) => Object.hasOwn(state.seedShares, site);
  const both = active.filter((site) => lost.includes(site));
  if (both.length > 0)
    throw unsafe(`${both[0]} as active and as lost`, 'each site as one of them: both would reveal its values');
  if (active.length < Math.max(state.threshold, FEWEST_SITES))
    throw unsafe(`${active.length} active sites`, `at least ${state.threshold}`);
  if (![...active, ...lost].every(known)) throw unsafe('a site whose shares never came', 'sites of this round');
  if (state.isRevealed) throw unsafe('a second request for shares', 'one for each round');
  state.isRevealed = true;
  return {
    seeds: Object.fromEntries(active.map((site) => [site, entryOf(state.seedShares, site)])),
    keys: Object.fromEntries(lost.map((site) => [site, entryOf(state.keyShares, site)])),
  };
}

function keepShares(state: SecureState, from: string, { seed, key }: { seed: Uint8Array; key: Uint8Array }): void {
  state.seedShares = { ...state.seedShares, [from]: seed };
  state.keyShares = { ...state.keyShares, [from]: key };
}

function pairSeed(state: SecureState, site: string): Uint8Array {
  return sharedSeed(state.masks.secret, entryOf(state.open, site).masks, `mask of round ${state.round}`);
}

function pairKey(state: SecureState, site: string, purpose: string): Uint8Array {
  return sharedSeed(state.shares.secret, entryOf(state.open, site).shares, `${purpose} of round ${state.round}`);
}

interface Address {
  from: string;
  to: string;
  round: number;
}

function seal(key: Uint8Array, address: Address, seed: Uint8Array, secret: Uint8Array): Uint8Array {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(JSON.stringify(address)));
  const plain = Buffer.concat([Buffer.from([seed.length]), seed, secret]);
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

function unseal(key: Uint8Array, address: Address, sealed: Uint8Array): { seed: Uint8Array; key: Uint8Array } {
  try {
    const data = Buffer.from(sealed);
    const cipher = createDecipheriv('aes-256-gcm', key, data.subarray(0, 12)).setAAD(
      Buffer.from(JSON.stringify(address)),
    );
    cipher.setAuthTag(data.subarray(12, 28));
    const plain = Buffer.concat([cipher.update(data.subarray(28)), cipher.final()]);
    return { seed: plain.subarray(1, 1 + plain[0]), key: plain.subarray(1 + plain[0]) };
  } catch (cause) {
    throw unsafe(`shares that ${address.from} did not encrypt for this site`, 'shares as they were sent', cause);
  }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.from(a).equals(Buffer.from(b));
}

function unsafe(got: string, expected: string, cause?: unknown): AttuneError {
  return new AttuneError('E_FEDERATED_SECURE', {
    what: 'Secure aggregation stopped before this site gave anything away',
    got,
    expected,
    fix: 'ask who runs the coordinator; the site sends nothing more in this round',
    cause,
  });
}
