import { hostname } from 'node:os';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import { makeFolders } from '../../files/make-folder.ts';
import { readJson, writeJson } from '../../files/json.ts';
import { FleetClient, readLink } from '../../federation/fleet-client.ts';
import { HEADERS } from '../../federation/fleet-auth.ts';
import type { Message } from '../../federation/flower/objects.ts';
import { signerIn } from '../../federation/signers.ts';
import type { Request } from '../../federation/messages.ts';
import type { Plan } from '../../federation/plan.ts';
import { Site } from '../../federation/site.ts';
import type { RecipeFlags } from '../recipe/index.ts';
import { PausedRun, siteRecipe } from './local-training.ts';

export interface JoinOptions {
  /** Settings of the site's own rows. */
  flags?: RecipeFlags;
  model?: string;
  output?: string;
  /** Name of the site in the federation. */
  name?: string;
  inProcess?: boolean;
  signal: AbortSignal;
  /** Called with the plan and this site's name in it. */
  onPlan?(plan: Plan, site: string): void;
  onRequest?(request: Request): void;
  onEvent?: EventSink;
}

/** A site's record of a federation that it took part in. */
export interface Joined {
  folder: string;
  /** The site's id. */
  site: string;
  /** The run with the shared weights: its verdict is about this site's rows. */
  run: string;
}

/** Keys of a recipe that belong to the plan. */
const SHARED = [
  'model',
  'objective',
  'tuning',
  'training',
  'storage',
  'precision',
  'retention',
  'checkpoints',
  'output_dir',
];

/** Takes part in a federation until it has its result. After a restart, the site continues where it stopped. */
export async function joinFederation(link: string, options: JoinOptions): Promise<Joined> {
  const { flags = {}, signal, name = hostname(), model } = options;
  const place = readLink(link);
  refuseShared(flags);
  const folder = resolve(options.output ?? join('federations', 'site'));
  makeFolders(folder);
  const signer = signerIn(join(folder, 'site.key'), 'site');
  const headers = { [HEADERS.invitation]: place.invitation, [HEADERS.title]: encodeURIComponent(name) };
  const client = new FleetClient({ url: place.url, headers }, { signer, signal });
  const { plan, publicKey } = await client.introduction(place.fingerprint);
  refuseOther(folder, { plan, coordinator: publicKey });
  options.onPlan?.(plan, name);
  const run = join(folder, 'run');
  const recipe = await siteRecipe(plan, { name, flags, model, folder: run });
  await client.register();
  const site = await client.activate();
  const training = new PausedRun(recipe, { ...options, folder: run });
  const part = new Site({ plan, site, coordinator: publicKey, folder, training, onRequest: options.onRequest });
  const isLast = ({ content }: Message) => content?.configs.get('terms')?.stage === 'finish';
  await client.serve({ answer: ({ content }) => part.answer(content!), isLast });
  return { folder, site, run };
}

/** @throws AttuneError E_USAGE */
function refuseShared(flags: RecipeFlags): void {
  const own = Object.keys(flags).filter((flag) => SHARED.includes(flag.split('.')[0]));
  if (own.length === 0) return;
  throw new AttuneError('E_USAGE', {
    what: 'A site can only set its own rows: all other settings are shared',
    got: own.map((flag) => `--${flag}`).join(', '),
    fix: 'remove it, or ask the coordinator to change the plan',
  });
}

/** A folder belongs to one federation. @throws AttuneError E_FEDERATED_PLAN */
function refuseOther(folder: string, joined: { plan: Plan; coordinator: string }): void {
  const file = join(folder, 'joined.json');
  if (!existsSync(file)) return writeJson(file, joined);
  if (JSON.stringify(readJson(file)) === JSON.stringify(joined)) return;
  throw new AttuneError('E_FEDERATED_PLAN', {
    what: `${folder} belongs to another federation, or its plan has changed`,
    fix: 'choose another --output',
  });
}
