// A server that accepts jobs, with a fake trainer and fake models. Three keys: shop, bank, and desk, which has a small
// quota.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { checkJobRows } from '../../../src/app/serve/check-job-rows.ts';
import { addVersion, CHAMPION, moveAlias, openRegistry, type Registry } from '../../../src/store/registry/index.ts';
import type { ServeSettingsInput, Trainer } from '../../../src/serving/index.ts';
import { freshStore } from '../store/postgres-server.ts';
import { fakeServer } from './fake-models.ts';

export interface TrainingServer {
  registry: Registry;
  /** Lets running jobs end; until then they keep running. */
  release(): void;
  trained: string[];
  log: Awaited<ReturnType<typeof fakeServer>>['log'];
  app: App;
  as(key: 'shop' | 'bank' | 'desk' | 'desk'): Client;
  close(): Promise<void>;
}

export type Json = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- any reply

export interface Client {
  send(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: Json; text: string }>;
  upload(text: string, purpose?: string): Promise<string>;
  /** Waits until a job is in one of the states. */
  until(job: string, ...states: string[]): Promise<Json>;
}

const digest = (key: string) => createHash('sha256').update(key).digest('hex');

export async function trainingServer(
  settings: ServeSettingsInput = {},
  { holds = false, pause = 0 } = {},
): Promise<TrainingServer> {
  const home = mkdtempSync(join(tmpdir(), 'attune-training-'));
  process.env.ATTUNE_HOME = home;
  freshStore();
  const keys = [
    { name: 'shop', sha256: digest('sk-shop') },
    { name: 'bank', sha256: digest('sk-bank') },
    { name: 'desk', sha256: digest('sk-desk'), quota: { jobs: 3, storage: 2000 } },
  ];
  writeFileSync(join(home, 'keys.yaml'), stringify({ keys }));
  const registry = await openRegistry();
  const trained: string[] = [];
  let go = Promise.withResolvers<void>();
  if (!holds) go.resolve();
  const trainer = fakeTrainer(registry, trained, () => go.promise);
  const options = { registry: await openRegistry(), trainer, says: 'tuned', pause };
  const server = await fakeServer(
    { models: ['text', 'rows'], training: true, api_keys: join(home, 'keys.yaml'), ...settings },
    options,
  );
  return {
    registry,
    trained,
    log: server.log,
    release() {
      go.resolve();
      go = Promise.withResolvers();
    },
    app: server.app,
    as: (key) => clientOf(server.app, key),
    async close() {
      go.resolve();
      await server.close();
      await registry.destroy();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function fakeTrainer(registry: Registry, trained: string[], hold: () => Promise<void>): Trainer {
  const publish = async (model: string, owner: string) => {
    const made = { model, folder: `${model}-text`, hashes: { weights: 'a', data: {} }, owner, createdBy: owner };
    await addVersion(registry, made);
    await moveAlias(registry, { model, alias: CHAMPION, version: 1, action: 'promoted', by: owner });
  };
  return {
    check: () => undefined,
    async plan({ job, files }, signal) {
      const given = { file: job.training_file, path: files.train };
      return { rows: await checkJobRows(given, job, signal), recipe: {}, method: job.method };
    },
    async train({ job: { id } }, { onEvent, signal }) {
      trained.push(id);
      const step = {
        grad_norm: 1,
        learning_rate: 1,
        lossTokens: 1,
        tokensPerSecond: 1,
        secondsLeft: 1,
        memoryBytes: 1,
      };
      const metrics = { mean_token_accuracy: 0.5 };
      onEvent({ type: 'step-finished', ...step, step: 1, steps: 1, epoch: 1, loss: 0.25, inputTokens: 10, metrics });
      const asked = new Promise((resolve) => {
        signal.addEventListener('abort', resolve, { once: true });
      });
      await Promise.race([hold(), asked]);
      return signal.aborted ? 'stopped' : 'finished';
    },
    async publish({ owner }, { model, checkpoint }) {
      await publish(checkpoint(1), owner);
      await publish(model, owner);
      return { model, checkpoints: [{ step: 1, model: checkpoint(1) }] };
    },
  };
}

type App = Awaited<ReturnType<typeof fakeServer>>['app'];

function clientOf(app: App, key: string): Client {
  const send: Client['send'] = async (method, path, body, headers = {}) => {
    const isForm = body instanceof FormData;
    const type: Record<string, string> = body === undefined || isForm ? {} : { 'content-type': 'application/json' };
    const response = await app.request(`http://127.0.0.1:8000${path}`, {
      method,
      headers: { host: '127.0.0.1:8000', authorization: `Bearer sk-${key}`, ...type, ...headers },
      body: isForm ? body : body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return {
      status: response.status,
      text,
      body: response.headers.get('content-type')?.includes('json') === true ? (JSON.parse(text) as Json) : {},
    };
  };
  return {
    send,
    async upload(text, purpose = 'fine-tune') {
      const form = new FormData();
      form.set('purpose', purpose);
      form.set('file', new File([text], '../rows.jsonl'));
      const { status, body } = await send('POST', '/v1/files', form);
      if (status !== 200) throw new Error(JSON.stringify(body));
      return body.id as string;
    },
    async until(job, ...states) {
      for (let tries = 0; tries < 500; tries++) {
        const { body } = await send('GET', `/v1/fine_tuning/jobs/${job}`);
        if (states.includes(body.status as string)) return body;
        await sleep(10);
      }
      throw new Error(`the job does not become ${states.join(' or ')}`);
    },
  };
}

export const ROWS = Array.from({ length: 3 }, (_, i) =>
  JSON.stringify({
    messages: [
      { role: 'user', content: `parcel ${i}` },
      { role: 'assistant', content: 'on its way' },
    ],
  }),
).join('\n');
