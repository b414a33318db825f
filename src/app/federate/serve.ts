import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { AttuneError } from '../../base/errors.ts';
import { isLoopback } from '../../serving/access/origins.ts';
import { makeFolders } from '../../files/make-folder.ts';
import { readJson, writeJson } from '../../files/json.ts';
import { Coordinator } from '../../federation/coordinator.ts';
import type { FederationEvent } from '../../federation/site-asker.ts';
import { fleetApp } from '../../federation/fleet-app.ts';
import { writeLink } from '../../federation/fleet-client.ts';
import { Invitations } from '../../federation/invitations.ts';
import { fingerprint, signerIn } from '../../federation/signers.ts';
import { Mailbox } from '../../federation/mailbox.ts';
import type { Plan, PlanInput } from '../../federation/plan.ts';
import { bind, hostOf, tlsServer } from '../../serving/listen.ts';
import { readPlan } from './read-plan.ts';
import { writeFederated, type Federated } from './result.ts';

export interface ServeFederationOptions {
  output?: string;
  host?: string;
  port?: number;
  cert?: string;
  key?: string;
  /** Invitations to issue; by default as many as the plan needs, at the first start. */
  invite?: number;
  signal: AbortSignal;
  onEvent?(event: FederationEvent | { type: 'listening'; url: string; links: readonly string[] }): void;
}

/** Runs a coordinator until the federation has its result. After a restart, it continues where it stopped. */
export async function serveFederation(given: string | PlanInput, options: ServeFederationOptions): Promise<Federated> {
  const plan = readPlan(given);
  const folder = resolve(options.output ?? join('federations', plan.name));
  makeFolders(folder);
  refuseOther(folder, plan);
  const key = join(folder, 'coordinator.key');
  const signer = signerIn(key, 'coordinator');
  const mailbox = new Mailbox(folder);
  const invitations = new Invitations(join(folder, 'invitations.json'));
  const app = fleetApp({ plan, mailbox, invitations, key });
  const server = await listen(getRequestListener(app.fetch), options);
  try {
    const { port } = server.address() as AddressInfo;
    const { host = '127.0.0.1', cert } = options;
    const url = `${cert === undefined ? 'http' : 'https'}://${hostOf(host)}:${port}`;
    const isFirst = !existsSync(join(folder, 'rounds')) && !existsSync(join(folder, 'sites.json'));
    const count = options.invite ?? (isFirst ? Math.max(plan.min_sites, 3) : 0);
    const print = fingerprint(signer.publicKey);
    const links = invitations.issue(count).map((invitation) => writeLink({ url, invitation, fingerprint: print }));
    options.onEvent?.({ type: 'listening', url, links });
    const emit = (event: FederationEvent): void => {
      if (event.type === 'round-finished') mailbox.forget();
      options.onEvent?.(event);
    };
    const found = await new Coordinator({ plan, folder, sites: mailbox, emit, signal: options.signal }).run();
    return await writeFederated(folder, plan, found);
  } finally {
    server.close();
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 2000).unref();
  }
}

/** @throws AttuneError E_FEDERATED_OPEN, and as `bind` */
async function listen(
  listener: ReturnType<typeof getRequestListener>,
  options: ServeFederationOptions,
): Promise<Server> {
  const { host = '127.0.0.1', port = 8000, cert, key } = options;
  if (!isLoopback(host) && (cert === undefined || key === undefined))
    throw new AttuneError('E_FEDERATED_OPEN', {
      what: 'Weights would be sent unencrypted',
      got: `--host ${host} without TLS`,
      fix: 'give --cert and --key, or put a proxy with TLS in front of 127.0.0.1',
    });
  const server =
    cert === undefined || key === undefined ? createServer(listener) : tlsServer({ cert, key }, {}, listener);
  await bind(server, { host, port });
  return server;
}

/** Rejects the folder of another plan, whose rounds would not fit this one. @throws AttuneError E_FEDERATED_PLAN */
function refuseOther(folder: string, plan: Plan): void {
  const file = join(folder, 'plan.json');
  if (!existsSync(file)) return writeJson(file, plan);
  if (JSON.stringify(readJson(file)) === JSON.stringify(plan)) return;
  throw new AttuneError('E_FEDERATED_PLAN', {
    what: `${folder} contains a federation with another plan`,
    fix: 'choose another --output, or restore the plan',
  });
}
