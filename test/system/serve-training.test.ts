// Fine-tuning jobs with the unchanged openai package on a tiny model: from a file to a tuned model, surviving a kill of
// the server.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toFile, type OpenAI } from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { train } from '../../src/app/train.ts';
import { resolveRecipe } from '../../src/app/recipe/index.ts';
import { readJson } from '../../src/files/json.ts';
import { startServer, startServerProcess, tinyFolder, writeChatTemplate, type TestServer } from './serve-tiny.ts';

/** `attune` is our own key next to OpenAI's. */
type JobParameters = OpenAI.FineTuning.JobCreateParams & { attune: object };
type Job = OpenAI.FineTuning.FineTuningJob;

let files: Awaited<ReturnType<typeof tinyFolder>>;
let home: string;
beforeAll(async () => {
  files = await tinyFolder();
  writeChatTemplate(files.model);
  home = mkdtempSync(join(tmpdir(), 'attune-jobs-'));
  process.env.ATTUNE_HOME = home;
});
afterAll(() => {
  delete process.env.ATTUNE_HOME;
  files.remove();
  rmSync(home, { recursive: true, force: true });
});

const answer = (content: string) => ({ role: 'assistant', content });
const question = (i: number) => ({ role: 'user', content: `parcel ${i}` });
const chats = (count: number) => lines(count, (i) => ({ messages: [question(i), answer('on its way')] }));
const pairs = (count: number) =>
  lines(count, (i) => ({
    input: { messages: [question(i)] },
    preferred_output: [answer('on its way')],
    non_preferred_output: [answer('is parcel')],
  }));

function lines(count: number, row: (i: number) => object): Buffer {
  return Buffer.from(Array.from({ length: count }, (_, i) => JSON.stringify(row(i))).join('\n'));
}

async function keep(client: OpenAI, rows: Buffer): Promise<string> {
  const file = await client.files.create({ file: await toFile(rows, 'rows.jsonl'), purpose: 'fine-tune' });
  return (await client.files.waitForProcessing(file.id)).id;
}

async function until(client: OpenAI, id: string, isSo: (job: Job) => boolean | Promise<boolean>): Promise<Job> {
  for (;;) {
    const job = await client.fineTuning.jobs.retrieve(id);
    if (await isSo(job)) return job;
    if (job.status === 'failed') throw new Error(JSON.stringify(job.error));
    await sleep(50);
  }
}

const hasSucceeded = ({ status }: Job) => status === 'succeeded';
const runOf = (job: Job) => join(home, 'training', 'jobs', job.id, 'run');
const weightsIn = (run: string) =>
  createHash('sha256')
    .update(readFileSync(join(run, 'adapter', 'adapter_model.safetensors')))
    .digest('hex');

/** Trains the same recipe with `attune train`. */
async function trainedAlone(job: Job): Promise<string> {
  const recipe = readJson<Record<string, unknown>>(join(runOf(job), 'recipe.json'));
  const { folder } = await train(await resolveRecipe({ ...recipe, output_dir: join(home, `alone-${job.id}`) }), {
    handleSignals: false,
  });
  return weightsIn(folder);
}

describe('the openai package', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ models: [{ name: 'tiny', target: files.model }], training: true });
  });
  afterAll(() => server.close());

  it('tunes, follows, asks and deletes a model; the adapter is that of attune train', async () => {
    const { client } = server;
    const made = await client.fineTuning.jobs.create({
      model: 'tiny',
      training_file: await keep(client, chats(16)),
      suffix: 'parcels',
      method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 2, batch_size: 4 } } },
    });
    const job = await until(client, made.id, hasSucceeded);
    const steps: number[] = [];
    for await (const { type, data } of client.fineTuning.jobs.listEvents(job.id, { limit: 3 }))
      if (type === 'metrics') steps.push((data as { step: number }).step);
    expect(steps).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    const models = [job.fine_tuned_model!];
    for await (const { fine_tuned_model_checkpoint: model } of client.fineTuning.jobs.checkpoints.list(job.id))
      models.push(model);
    expect(models).toHaveLength(3);
    for (const model of models) {
      const { choices } = await client.chat.completions.create({
        model,
        messages: [{ role: 'user', content: 'parcel 3' }],
        max_tokens: 4,
      });
      expect(choices).toHaveLength(1);
    }
    expect(await trainedAlone(job)).toBe(weightsIn(runOf(job)));
    expect(await client.models.delete(models[0])).toMatchObject({ deleted: true });
    await expect(client.models.retrieve(models[0])).rejects.toMatchObject({ status: 404 });
  });

  it('tunes by preferences', async () => {
    const { client } = server;
    const hyperparameters = { n_epochs: 1, batch_size: 4, beta: 0.2 };
    const { id } = await client.fineTuning.jobs.create({
      model: 'tiny',
      training_file: await keep(client, pairs(8)),
      method: { type: 'dpo', dpo: { hyperparameters } },
    });
    const job = await until(client, id, hasSucceeded);
    expect(job.method?.dpo?.hyperparameters).toEqual({ ...hyperparameters, learning_rate_multiplier: 1 });
  });

  it('tunes by a grader, which can be tried first', async () => {
    const { client } = server;
    const grader = {
      type: 'string_check' as const,
      name: 'way',
      operation: 'like' as const,
      input: '{{ sample.output_text }}',
      reference: '{{ item.word }}',
    };
    const tried = await client.fineTuning.alpha.graders.run({
      grader,
      model_sample: 'on its way',
      item: { word: 'way' },
    });
    expect(tried.reward).toBe(1);
    const rows = lines(4, (i) => ({ messages: [question(i)], word: 'way' }));
    const { id } = await client.fineTuning.jobs.create({
      model: 'tiny',
      training_file: await keep(client, rows),
      method: {
        type: 'reinforcement',
        reinforcement: { grader, hyperparameters: { n_epochs: 1, batch_size: 4, compute_multiplier: 0.25 } },
      },
      attune: { objective: { max_completion_length: 8 } },
    } as JobParameters);
    const job = await until(client, id, hasSucceeded);
    const { data } = await client.fineTuning.jobs.listEvents(id);
    expect(data.find(({ type }) => type === 'metrics')?.data).toMatchObject({
      train_mean_reward: expect.any(Number) as number,
    });
    expect(job.fine_tuned_model).toMatch(/^ft:tiny:/);
  });
});

const startProcess = () => startServerProcess([files.model, '--training']);

it('a job outlives its server: the same bytes, and no step told twice', async () => {
  const first = await startProcess();
  const { id } = await first.client.fineTuning.jobs.create({
    model: 'tiny',
    training_file: await keep(first.client, chats(24)),
    method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 6, batch_size: 2 } } },
  });
  await until(first.client, id, async () => {
    const { data } = await first.client.fineTuning.jobs.listEvents(id, { limit: 5 });
    return data.some(({ data: value }) => (value as { step?: number }).step! >= 20);
  });
  first.process.kill('SIGKILL');
  const second = await startProcess();
  const job = await until(second.client, id, hasSucceeded);
  const steps: number[] = [];
  for await (const { type, data } of second.client.fineTuning.jobs.listEvents(id, { limit: 100 }))
    if (type === 'metrics') steps.push((data as { step: number }).step);
  expect(steps).toEqual(Array.from({ length: 72 }, (_, i) => 72 - i));
  expect(await trainedAlone(job)).toBe(weightsIn(runOf(job)));
  await second.stop();
});
