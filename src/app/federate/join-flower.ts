import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AttuneError } from '../../base/errors.ts';
import { makeFolders } from '../../files/make-folder.ts';
import { FleetClient } from '../../federation/fleet-client.ts';
import { FlowerSite } from '../../federation/flower-site.ts';
import { signerIn } from '../../federation/signers.ts';
import { resolveRecipe } from '../recipe/index.ts';
import type { Joined, JoinOptions } from './join.ts';
import { PausedRun } from './local-training.ts';

export interface FlowerOptions extends Omit<JoinOptions, 'name' | 'onPlan' | 'onRequest'> {
  rounds?: number;
  localSteps?: number;
  onRequest?(request: { type: string; round: number }): void;
}

/** Flower may count a killed site as present for this long. */
const PRESENT_SECONDS = 90;
/** Time between checks whether the run has ended. */
const CHECK_SECONDS = 10;

/**
 * Takes part in a run of a Flower federation until the run ends. This site's recipe determines rows, base and adapter;
 * the ServerApp sends weights and averages them. After a restart, the site continues where it stopped.
 */
export async function joinFlower(url: string, options: FlowerOptions): Promise<Joined> {
  const { flags = {}, signal, model, rounds = 3, localSteps = 20, onRequest } = options;
  const place = { url: superLink(url), headers: {} };
  const folder = resolve(options.output ?? join('federations', 'site'));
  makeFolders(folder);
  const run = join(folder, 'run');
  const recipe = await resolveRecipe(
    {
      ...(model !== undefined && { model }),
      training: { max_steps: rounds * localSteps },
      checkpoints: { every: 'never', best: false, keep: 2 },
      evaluation: { every: 'never', patience: null },
      output_dir: run,
    },
    { flags },
  );
  const training = new PausedRun(recipe, { ...options, folder: run });
  const site = new FlowerSite({ folder, rounds, localSteps, training, onRequest });
  const signer = signerIn(join(folder, 'site.key'), 'site');
  const client = new FleetClient(place, { signer, signal });
  const node = await activated(client, signer.publicKey, signal);
  await client.serve({ answer: (message) => site.answer(message), isOver: endOf(client, site) });
  await training.finish(requireShared(site, url), rounds * localSteps);
  return { folder, site: node, run };
}

/** @throws AttuneError E_FEDERATED_LINK */
function superLink(url: string): string {
  const { href, protocol } = URL.canParse(url) ? new URL(url) : { href: '', protocol: '' };
  if (['http:', 'https:'].includes(protocol)) return href.replace(/\/+$/, '');
  throw new AttuneError('E_FEDERATED_LINK', {
    what: 'This is not the address of a SuperLink',
    got: url,
    expected: 'https://HOST:8000',
  });
}

/** A known key is activated; a new one is registered first, unless the SuperLink leaves that to its operators. */
async function activated(client: FleetClient, publicKey: string, signal: AbortSignal): Promise<string> {
  const until = Date.now() + 1000 * PRESENT_SECONDS;
  for (;;) {
    const refusal = await client.activate().catch(refusalOf);
    if (typeof refusal === 'string') return refusal;
    const unknown = await client.register().then(() => undefined, refusalOf);
    if (unknown === undefined) continue;
    // The key in use is this site's own: after a kill, Flower counts it as present for a while.
    if (!/in use/i.test(unknown.got ?? '') || Date.now() > until) throw unregistered(unknown, publicKey);
    await sleep(5000, undefined, { signal });
  }
}

function refusalOf(error: unknown): AttuneError {
  if (error instanceof AttuneError && error.code === 'E_FEDERATED_REFUSED') return error;
  throw error;
}

function unregistered({ got }: AttuneError, publicKey: string): AttuneError {
  return new AttuneError('E_FEDERATED_REFUSED', {
    what: 'The SuperLink did not let this site in',
    got,
    fix: `have its operator register this key (flwr supernode register):\n${publicKey}`,
  });
}

/** Checks now and then whether the run has ended: Flower then refuses requests about it. */
function endOf(client: FleetClient, site: FlowerSite): () => Promise<boolean> {
  let asked = Date.now();
  return async () => {
    if (site.run === undefined || Date.now() - asked < 1000 * CHECK_SECONDS) return false;
    asked = Date.now();
    const refusal = await client.run(site.run).then(() => undefined, refusalOf);
    return refusal !== undefined;
  };
}

/** @throws AttuneError E_FEDERATED_FLOWER */
function requireShared({ shared }: FlowerSite, url: string): NonNullable<FlowerSite['shared']> {
  if (shared !== undefined) return shared;
  throw new AttuneError('E_FEDERATED_FLOWER', {
    what: `The run at ${url} ended before it sent this site any weights`,
    fix: 'join with another --output before its next run',
  });
}
