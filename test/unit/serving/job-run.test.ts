import { expect, it, onTestFinished } from 'vitest';
import { addJob, findJob } from '../../../src/store/registry/index.ts';
import { HeldWork } from '../../../src/serving/training/held-work.ts';
import { JobRun } from '../../../src/serving/training/job-run.ts';
import { ROWS, trainingServer } from './training-server.ts';

it('a job that is cancelled before its trainer has begun is not trained', async () => {
  const server = await trainingServer();
  onTestFinished(() => server.close());
  const training_file = await server.as('shop').upload(ROWS);
  const { registry } = server;
  const fields = { model: 'text', validation_file: null, suffix: null, seed: 1, extra: {}, metadata: {} };
  const method = { type: 'supervised', hyperparameters: {} };
  const made = await addJob(registry, { ...fields, owner: 'shop', training_file, method, fingerprint: 'one' });
  // As if this server held it, and it was cancelled during the search for its files.
  await registry.updateTable('jobs').set({ status: 'cancelling', lease: 1 }).where('id', '=', made.id).execute();
  const job = (await findJob(registry, made.id))!;
  using held = new HeldWork(registry, 'jobs', job);
  held.stop();
  let isTrained = false;
  const trainer = { train: async () => ((isTrained = true), 'finished') };
  const table = { find: () => ({ target: 'text' }) };
  const parts = { registry, trainer, table, webhooks: { tell: async () => undefined }, log: console };
  await new JobRun(parts as never, { job, held, crashes: new Map() }).whole();
  expect(isTrained).toBe(false);
  await expect.poll(async () => (await findJob(registry, made.id))?.status).toBe('cancelled');
});
