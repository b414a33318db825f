// Two machines run `attune serve` with a shared PostgreSQL and bucket but no shared folder: a job is trained once and
// both serve its model; they share aliases and feedback.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toFile } from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { models } from '../../src/app/index.ts';
import { hasPostgres, startPostgres, type PostgresServer } from '../unit/store/postgres-server.ts';
import { KEYS, startS3Server, type S3Server } from '../unit/store/s3-server.ts';
import {
  post,
  startServerProcess,
  tinyFolder,
  writeChatTemplate,
  writeTinyAdapter,
  type ServerProcess,
} from './serve-tiny.ts';

let files: Awaited<ReturnType<typeof tinyFolder>>;
let home: string;
let database: PostgresServer;
let bucket: S3Server;
const before = { ...process.env };
let servers: ServerProcess[];

/** Shared CI machines are slow. */
const SLOW = { timeout: 30_000 };

const start = (machine: string) => {
  const env = { ...process.env, ATTUNE_HOME: join(home, machine) };
  return startServerProcess([files.model, '--registry', '--training', '--keep-responses', '--precision', 'f32'], env);
};

describe.skipIf(!hasPostgres)('two servers of one PostgreSQL', () => {
  beforeAll(async () => {
    files = await tinyFolder();
    writeChatTemplate(files.model);
    home = mkdtempSync(join(tmpdir(), 'attune-two-'));
    database = await startPostgres();
    bucket = await startS3Server();
    const store = { ATTUNE_STORE: database.url, ATTUNE_OBJECTS: bucket.url, ...KEYS };
    Object.assign(process.env, { ATTUNE_HOME: join(home, 'c'), ...store });
    const [first, second] = [3, 4].map((seed) =>
      writeTinyAdapter(join(files.folder, `adapter-${seed}`), files.model, { seed }),
    );
    for (const adapter of [first, second]) {
      await models.register('parcels', adapter);
      rmSync(adapter, { recursive: true });
    }
    await models.promote('parcels', 1, { force: 'the first one' });
    servers = await Promise.all([start('a'), start('b')]);
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    process.env = before;
    database.stop();
    await bucket.close();
    files.remove();
    rmSync(home, { recursive: true, force: true });
  });

  const ask = ({ url }: ServerProcess) =>
    post({ url }, '/v1/completions', { model: 'parcels', prompt: 'where', max_tokens: 2 });

  it('both follow an alias, lose no request meanwhile, and take feedback for what the other one answered', async () => {
    const seen = new Set<string>();
    await models.promote('parcels', 2, { force: 'the next one' });
    for (let number = 0; seen.size < 2; number++) {
      const reply = await ask(servers[number % 2]);
      expect(reply.status).toBe(200);
      if (reply.headers.get('x-attune-model-version') === 'parcels@2') seen.add(servers[number % 2].url);
    }
    const { body } = await ask(servers[0]);
    await expect
      .poll(
        async () => (await post(servers[1], '/v1/attune/feedback', { completion_id: body!.id, score: 'up' })).status,
        SLOW,
      )
      .toBe(200);
  });

  it('each goes on from what the other has answered, and forgets it with the user', async () => {
    const [one, other] = servers.map(({ client }) => client);
    const request = { model: 'tiny', max_output_tokens: 16, temperature: 0 };
    const first = await one.responses.create({ ...request, input: 'where is parcel 7', user: 'ann' });
    const second = await other.responses.create({ ...request, input: 'and 8', previous_response_id: first.id });
    expect(second.usage!.input_tokens).toBeGreaterThan(first.usage!.input_tokens + first.usage!.output_tokens);
    const response = await fetch(`${servers[1].url}/v1/attune/users/ann`, { method: 'DELETE' });
    expect(response.status).toBe(200);
    await expect(one.responses.retrieve(first.id)).rejects.toMatchObject({ status: 404 });
  });

  it('a job that one of them takes is trained once, and its model is asked of the other', async () => {
    const [one, other] = servers.map(({ client }) => client);
    const rows = Array.from({ length: 8 }, (_, i) =>
      JSON.stringify({
        messages: [
          { role: 'user', content: `parcel ${i}` },
          { role: 'assistant', content: 'on its way' },
        ],
      }),
    );
    const file = await toFile(Buffer.from(rows.join('\n')), 'rows.jsonl');
    const { id: training_file } = await one.files.create({ file, purpose: 'fine-tune' });
    const { id } = await one.fineTuning.jobs.create({
      model: 'tiny',
      training_file,
      method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 2, batch_size: 4 } } },
    });
    expect(await (await other.files.content(training_file)).text()).toBe(rows.join('\n'));
    let job = await other.fineTuning.jobs.retrieve(id);
    while (job.status !== 'succeeded') {
      if (job.status === 'failed') throw new Error(JSON.stringify(job.error));
      await sleep(100);
      job = await other.fineTuning.jobs.retrieve(id);
    }
    const { data } = await other.fineTuning.jobs.listEvents(id, { limit: 100 });
    const steps = data.flatMap(({ type, data: value }) => (type === 'metrics' ? (value as { step: number }).step : []));
    expect(steps).toEqual([4, 3, 2, 1]);
    for (const client of [one, other])
      await expect
        .poll(
          () =>
            client.completions.create({ model: job.fine_tuned_model!, prompt: 'where', max_tokens: 2 }).then(
              ({ choices }) => choices.length,
              () => 0,
            ),
          SLOW,
        )
        .toBe(1);
    await other.models.delete(job.fine_tuned_model!);
    await one.files.delete(training_file);
    const left = [...bucket.objects.keys()].map((key) => key.split('/')[1]);
    expect(left.filter((kind) => kind === 'files')).toHaveLength(1);
    expect(left.filter((kind) => kind === 'models').length).toBeGreaterThan(2);
    await expect(one.files.content(training_file)).rejects.toMatchObject({ status: 404 });
  });
});
