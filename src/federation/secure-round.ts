/** The four stages of secure aggregation, as the coordinator drives them. */
import { AttuneError } from '../base/errors.ts';
import { entryOf } from '../base/table.ts';
import type { Sent } from './flower/objects.ts';
import type { Reply, Stage } from './messages.ts';
import { MOST_SITES } from './secure/masks.ts';
import type { OpenKeys } from './secure/secure-site.ts';
import { thresholdOf, unmaskSum } from './secure/secure-sum.ts';
import { combine, inOrder, sizeOf, type Weights } from './weights.ts';

/** Sends a stage's request to sites. @returns the replies that arrived, by site */
export type AskStage = (
  stage: Stage,
  values: ReadonlyMap<string, Readonly<Record<string, Sent>>>,
  weights?: Weights,
) => Promise<Map<string, Reply>>;

export interface SecureAverage {
  /** Mean change of the weights over the sites. */
  change: Weights;
  sites: readonly string[];
  metrics: ReadonlyMap<string, Reply['metrics']>;
}

export interface SecureOptions {
  round: number;
  sites: readonly string[];
  /** Largest absolute value of a change. */
  limit: number;
  /** Whether all sites have equal weight, as with privacy. */
  isEqual: boolean;
  /** Maximum number of rows by which a site is weighted. */
  mostRows: number;
  weights: Weights;
}

/** @throws AttuneError E_FEDERATED_SECURE, E_FEDERATED_SITES */
export async function averageSecurely(ask: AskStage, options: SecureOptions): Promise<SecureAverage> {
  const { round, limit, weights } = options;
  if (options.sites.length > MOST_SITES)
    throw new AttuneError('E_FEDERATED_PLAN', {
      what: 'Secure sums of these sites would overflow',
      got: `${options.sites.length} sites`,
      expected: `at most ${MOST_SITES}`,
      fix: 'draw a share of the sites for each round: sample',
    });
  const { open, threshold, shared } = await exchangeKeys(ask, options.sites);
  const sharing = [...shared.keys()].sort();
  const sealed = new Map(sharing.map((site) => [site, sealedFor(site, shared, options)]));
  const collected = await ask('collect_masked_vectors', sealed, weights);
  requireSites(collected.size, threshold);
  const count = sizeOf(weights) + 1;
  const masked = new Map([...collected].map(([site, { values }]) => [site, integersOf(values.masked, count)]));
  const active = [...masked.keys()].sort();
  const lost = sharing.filter((site) => !masked.has(site));
  const shares = await ask('unmask', new Map(active.map((site) => [site, { active, lost }])));
  const revealed = [...shares.values()].map(({ values }) => {
    return { seeds: sharesOf(values, 'active'), keys: sharesOf(values, 'lost') };
  });
  const sum = await unmaskSum({ round, open, sharing, masked, revealed, threshold, limit });
  // The last value sums the sites' shares of `mostRows`, in units of the limit.
  const total = sum[sum.length - 1] / limit;
  const metrics = new Map([...collected].map(([site, reply]) => [site, reply.metrics]));
  return { change: unpacked(sum, weights, total), sites: active, metrics };
}

/** The first two stages: public keys, then each site's secrets as encrypted shares. */
async function exchangeKeys(ask: AskStage, sites: readonly string[]) {
  const opened = await ask('setup', new Map(sites.map((site) => [site, {}])));
  const open = Object.fromEntries([...opened].map(([site, { values }]) => [site, keysOf(values)]));
  const present = Object.keys(open).sort();
  const threshold = thresholdOf(present.length);
  const masks = present.map((site) => entryOf(open, site).masks);
  const shares = present.map((site) => entryOf(open, site).shares);
  const all = { threshold, sites: present, masks, shares };
  const shared = await ask('share_keys', new Map(present.map((site) => [site, all])));
  requireSites(shared.size, threshold);
  return { open, threshold, shared };
}

function sealedFor(to: string, shared: ReadonlyMap<string, Reply>, { mostRows, isEqual }: SecureOptions) {
  const from = [...shared.keys()].filter((site) => site !== to).sort();
  const shares = from.map((site) => shareFor(shared.get(site)!, to));
  return { from, shares, 'most-rows': mostRows, equal: isEqual };
}

function requireSites(found: number, threshold: number): void {
  if (found >= threshold) return;
  throw new AttuneError('E_FEDERATED_SITES', {
    what: 'Too few sites are left in a secure round',
    got: `${found}`,
    expected: `at least ${threshold}: two thirds of those that began`,
    fix: 'the round is tried again with the sites that are present',
  });
}

function keysOf(values: Reply['values']): OpenKeys {
  return { masks: values.masks as Uint8Array, shares: values.shares as Uint8Array };
}

function shareFor({ values }: Reply, to: string): Uint8Array {
  const place = (values.to as string[]).indexOf(to);
  return (values.shares as Uint8Array[])[place] ?? new Uint8Array();
}

function sharesOf(values: Reply['values'], name: string): Record<string, Uint8Array> {
  const [sites, shares] = [entryOf(values, name), entryOf(values, `${name}-shares`)] as [
    string[] | undefined,
    Uint8Array[] | undefined,
  ];
  return Object.fromEntries((sites ?? []).map((site, place) => [site, shares?.[place] ?? new Uint8Array()]));
}

/** @throws AttuneError E_FEDERATED_WEIGHTS */
function integersOf(bytes: Sent | undefined, count: number): Uint32Array {
  if (!(bytes instanceof Uint8Array) || bytes.length !== 4 * count)
    throw new AttuneError('E_FEDERATED_WEIGHTS', {
      what: 'Masked values of a site cannot be summed',
      got: bytes instanceof Uint8Array ? `${bytes.length} bytes` : 'none',
      expected: `${4 * count} bytes`,
    });
  const values = new Uint32Array(count);
  Buffer.from(values.buffer).set(bytes);
  return values;
}

/** Splits the sum, divided by `total`, into tensors with the names and shapes of `weights`. */
function unpacked(sum: Float64Array, weights: Weights, total: number): Weights {
  let place = 0;
  return combine([new Map(inOrder(weights))], () => sum[place++] / total);
}
