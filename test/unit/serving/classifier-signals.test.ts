import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Watcher } from '../../../src/monitoring/index.ts';
import { buildProfile } from '../../../src/monitoring/profile/build-profile.ts';
import { fakeServer } from './fake-models.ts';

it('requests to a classifier are measured like those to other models: each row has its share of the tokens', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-rows-'));
  const told = { keep: 'counts', retention: 30, feedbackRetention: 365, onFailure: () => undefined } as const;
  const watcher = await Watcher.open({ folder, ...told });
  const server = await fakeServer({}, { watcher });
  onTestFinished(async () => {
    await server.close();
    await watcher.close();
  });
  expect((await server.send('/v1/classify', { model: 'rows', input: ['one', 'two and three'] })).status).toBe(200);
  await watcher.flush();
  const rows = await watcher.store.database.selectFrom('traces').select('signals').orderBy('choice').execute();
  const tokens = rows.map(({ signals }) => (JSON.parse(signals) as { prompt_tokens: number }).prompt_tokens);
  expect(tokens).toHaveLength(2);
  expect(tokens[0]).toBeGreaterThan(0);
  expect(tokens[1] / tokens[0]).toBeCloseTo(13 / 3);
});

it('answers to typed questions are watched as classes of their questions, with their probabilities', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-decisions-'));
  const told = { keep: 'counts', retention: 30, feedbackRetention: 365, onFailure: () => undefined } as const;
  const watcher = await Watcher.open({ folder, ...told });
  const server = await fakeServer({}, { watcher });
  onTestFinished(async () => {
    await server.close();
    await watcher.close();
  });
  const questions = { queue: { type: 'choice', criteria: { billing: null, sales: null } }, late: { type: 'noul' } };
  const body = { model: 'text', state: { text: 'Parcel 7 is late' }, questions };
  expect((await server.send('/v1/systemone', body)).status).toBe(200);
  await watcher.flush();
  const columns = ['label', 'confidence', 'operation'] as const;
  const rows = await watcher.store.database.selectFrom('traces').select(columns).orderBy('choice').execute();
  expect(rows).toEqual([
    { label: 'queue: billing', confidence: 0.75, operation: 'decisions' },
    { label: 'late: false', confidence: 0.75, operation: 'decisions' },
  ]);
});

it('a classifier’s training rows say which languages and letters are usual', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-classifier-'));
  const rows = Array.from({ length: 40 }, (_, i) => ({
    text: `The parcel ${i} has not arrived yet`,
    label: i % 2 ? 'a' : 'b',
  }));
  writeFileSync(join(folder, 'rows.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const train = [{ path: 'rows.jsonl', format: null, columns: null, weight: null }];
  const started = {
    type: 'run-started',
    at: 0,
    base: folder,
    recipe: { data: { train, format: null, columns: null } },
  };
  writeFileSync(join(folder, 'events.jsonl'), `${JSON.stringify(started)}\n`);
  writeFileSync(join(folder, 'recipe.json'), '{}');
  const profile = await buildProfile(folder);
  expect(profile?.languages).toEqual(['en']);
});

it('labels that contradict confident decisions raise an alarm about calibration, with an interval', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-calibration-'));
  const told = { keep: 'counts', retention: 30, feedbackRetention: 365, onFailure: () => undefined } as const;
  const watcher = await Watcher.open({ folder, ...told });
  const server = await fakeServer({}, { watcher });
  onTestFinished(async () => {
    await server.close();
    await watcher.close();
  });
  const questions = { queue: { type: 'choice', criteria: { billing: null, sales: null } } };
  const label = async (right: (i: number) => boolean, count: number) => {
    for (let i = 0; i < count; i++) {
      const asked = await server.send('/v1/systemone', { model: 'text', state: 'Parcel 7 is late', questions });
      const feedback = {
        response_id: asked.headers.get('x-request-id'),
        label: right(i) ? 'billing' : 'sales',
      };
      expect((await server.send('/v1/attune/feedback', feedback)).status).toBe(200);
    }
    await watcher.flush();
    return (await watcher.loudAlarms()).map(({ signal, message }) => `${signal}: ${message}`);
  };
  // Three of four are right, as a probability of 0.75 promises.
  expect(await label((i) => i % 4 > 0, 60)).toEqual([]);
  const [alarm, ...others] = await label((i) => i % 4 === 0, 60);
  expect(others).toEqual([]);
  expect(alarm).toBe(
    'calibration: confidence of labelled answers: 75 % on average, but 56 % (40 to 72 %) of 96 are right ' +
      '(calibration error 0.19, 0.0064 to 0.38)',
  );
});
