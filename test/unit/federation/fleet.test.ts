// Coordinator and sites over HTTP.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { rmSync } from 'node:fs';
import { getRequestListener } from '@hono/node-server';
import { afterEach, describe, expect, it } from 'vitest';
import { Coordinator } from '../../../src/federation/coordinator.ts';
import { fleetApp } from '../../../src/federation/fleet-app.ts';
import { authHeaders, HEADERS } from '../../../src/federation/fleet-auth.ts';
import { FleetClient, readLink, writeLink } from '../../../src/federation/fleet-client.ts';
import type { Content } from '../../../src/federation/flower/objects.ts';
import { encodeRequest } from '../../../src/federation/flower/schema.ts';
import { Invitations } from '../../../src/federation/invitations.ts';
import { fingerprint, signerIn } from '../../../src/federation/signers.ts';
import { Mailbox } from '../../../src/federation/mailbox.ts';
import type { PlanInput } from '../../../src/federation/plan.ts';
import { Site } from '../../../src/federation/site.ts';
import { lineTraining, LocalFederation, newFolder, numbers, planOf, type Row } from './local-federation.ts';

const rows: Row[][] = [
  [
    [-1, -1],
    [0, 1],
    [1, 3],
  ],
  [
    [2, 5],
    [-2, -3],
  ],
  [
    [0.5, 2],
    [1.5, 4],
    [-0.5, 0],
    [0, 1],
  ],
];

class Hub {
  readonly folder = newFolder();
  readonly plan;
  readonly key: string;
  #server: Server | undefined;
  #stop = new AbortController();
  #port = 0;

  constructor(input: Partial<PlanInput>) {
    this.plan = planOf({ strategy: 'fedavg', seconds: 20, ...input });
    this.key = join(this.folder, 'coordinator.key');
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  link(): string {
    const [invitation] = new Invitations(join(this.folder, 'invitations.json')).issue(1);
    return writeLink({
      url: this.url,
      invitation,
      fingerprint: fingerprint(signerIn(this.key, 'coordinator').publicKey),
    });
  }

  async listen() {
    const { plan, folder, key } = this;
    this.#stop = new AbortController();
    const mailbox = new Mailbox(folder);
    const app = fleetApp({ plan, mailbox, key, invitations: new Invitations(join(folder, 'invitations.json')) });
    this.#server = createServer(getRequestListener(app.fetch));
    await new Promise<void>((resolve) => this.#server!.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    const result = new Coordinator({
      plan,
      folder,
      sites: mailbox,
      emit: () => undefined,
      signal: this.#stop.signal,
    }).run();
    result.catch(() => undefined);
    return { result };
  }

  /** Simulates a kill of the coordinator's process. */
  close(): void {
    this.#stop.abort(new Error('killed'));
    this.#server?.closeAllConnections();
    this.#server?.close();
  }
}

const opened: Hub[] = [];
const folders: string[] = [];
afterEach(() => {
  for (const hub of opened.splice(0)) {
    hub.close();
    rmSync(hub.folder, { recursive: true, force: true });
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function hub(input: Partial<PlanInput> = {}): Hub {
  const one = new Hub({ min_sites: 3, ...input });
  opened.push(one);
  return one;
}

interface Joining {
  link: string;
  own: readonly Row[];
  folder?: string;
  stop?: AbortController;
  /** Called with each request before it is answered. */
  before?(content: Content): void | Promise<void>;
}

/** A site that joins and stays until the end. */
async function site({ link, own, folder = newFolder(), stop = new AbortController(), before }: Joining): Promise<void> {
  folders.push(folder);
  const signer = signerIn(join(folder, 'site.key'), 'site');
  const { url, invitation, fingerprint: print } = readLink(link);
  const client = new FleetClient(
    { url, headers: { [HEADERS.invitation]: invitation } },
    { signer, signal: stop.signal },
  );
  const { plan, publicKey } = await client.introduction(print);
  await client.register();
  const id = await client.activate();
  const part = new Site({ plan, site: id, coordinator: publicKey, folder, training: lineTraining(own) });
  await client.serve({
    async answer({ content }) {
      await before?.(content!);
      return part.answer(content!);
    },
    isLast: ({ content }) => content!.configs.get('terms')?.stage === 'finish',
  });
}

async function inOneProcess(plan: Partial<PlanInput>): Promise<number[]> {
  const local = new LocalFederation({ rows, plan: { strategy: 'fedavg', ...plan } });
  const { weights } = await local.run();
  local.remove();
  return numbers(weights);
}

describe('a federation over HTTP', () => {
  it('has the result of the same federation in one process', async () => {
    const one = hub();
    const { result } = await one.listen();
    await Promise.all(rows.map((own) => site({ link: one.link(), own })));
    const { weights, verdicts } = await result;
    expect(numbers(weights).map((value) => value.toFixed(6))).toEqual(
      (await inOneProcess({})).map((value) => value.toFixed(6)),
    );
    expect(Object.values(verdicts)).toHaveLength(3);
  });

  it('survives a coordinator and a site that are killed in the middle of a round', async () => {
    const one = hub({ secure: true });
    await one.listen();
    const folder = newFolder();
    const stop = new AbortController();
    let killed = false;
    const before = (content: Content): void => {
      if (killed || content.configs.get('terms')?.stage !== 'collect_masked_vectors') return;
      killed = true;
      one.close();
      stop.abort(new Error('killed'));
    };
    const [first, ...others] = rows.map((own) => ({ link: one.link(), own }));
    const rest = others.map((each) => site(each));
    await expect(site({ ...first, folder, stop, before })).rejects.toThrow('killed');
    const { result } = await one.listen();
    await Promise.all([site({ ...first, folder }), ...rest]);
    const { weights, rounds } = await result;
    const expected = await inOneProcess({ secure: true, min_sites: 3 });
    for (const [i, value] of numbers(weights).entries()) expect(value).toBeCloseTo(expected[i], 4);
    expect(rounds.every(({ sites }) => sites.length === 3)).toBe(true);
  });

  it('goes on without a site that stalls, and names it', async () => {
    const one = hub({ min_sites: 2, rounds: 1, seconds: 3 });
    const stop = new AbortController();
    const { result } = await one.listen();
    const stalled = site({
      link: one.link(),
      own: rows[2],
      stop,
      before: (content) => (content.configs.get('terms')?.stage === 'train' ? new Promise(() => undefined) : undefined),
    });
    stalled.catch(() => undefined);
    await Promise.all([0, 1].map((i) => site({ link: one.link(), own: rows[i] })));
    const { rounds } = await result;
    stop.abort();
    expect(Object.values(rounds[1].left_out)).toEqual([expect.stringContaining('no answer within 3 seconds')]);
  });

  it('lets nobody in without an invitation, a fresh signature or a known key, and no invitation twice', async () => {
    const one = hub();
    await one.listen();
    const link = one.link();
    const place = readLink(link);
    const post = async (headers: Record<string, string>, body: Uint8Array, path = '/v1/fleet/register-node') =>
      (await fetch(one.url + path, { method: 'POST', headers, body: body as Uint8Array<ArrayBuffer> })).status;
    const [own, other] = [newFolder(), newFolder()].map((folder) => {
      folders.push(folder);
      return signerIn(join(folder, 'site.key'), 'site');
    });
    const body = encodeRequest('register-node', { public_key: Buffer.from(own.publicKey) });
    const headers = authHeaders(own, '/v1/fleet/register-node', body);
    const invited = { ...headers, 'attune-invitation': place.invitation };
    expect(await post({}, body)).toBe(401);
    expect(await post(headers, body)).toBe(403);
    expect(await post({ ...invited, 'flwr-timestamp': new Date(Date.now() - 600_000).toISOString() }, body)).toBe(401);
    expect(await post(invited, Buffer.concat([body, Buffer.from('x')]))).toBe(401);
    expect(await post(invited, body)).toBe(200);
    const again = { ...authHeaders(other, '/v1/fleet/register-node', body), 'attune-invitation': place.invitation };
    expect(await post(again, body)).toBe(403);
    const broken = Buffer.from('not a message');
    expect(await post(authHeaders(own, '/v1/fleet/push-object', broken), broken, '/v1/fleet/push-object')).toBe(400);
  });

  it('is not joined by a link to another coordinator', async () => {
    const one = hub();
    await one.listen();
    const link = one.link().replace(/\.[0-9a-f]{32}$/, `.${'0'.repeat(32)}`);
    await expect(site({ link, own: rows[0] })).rejects.toMatchObject({ code: 'E_FEDERATED_FORGED' });
    expect(() => readLink('http://hub:8000')).toThrow('not a link');
  });
});
