/** Models in production: versions, aliases, canaries, and the lineage of a document. Run in an empty folder. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as attune from '../../src/app/index.ts';
import { audit, lineage, improve, pipeline, usage, models, store, retune, train } from '../../src/app/index.ts';

process.env.ATTUNE_HOME = join(process.cwd(), 'home');
const rows = Array.from({ length: 24 }, (_, i) => ({
  text: `parcel ${i} is late`,
  label: i % 2 === 0 ? 'late' : 'lost',
}));
const { folder } = await train({ model: 'tfidf', data: { train: rows }, output_dir: 'runs/parcels' });

// A version is registered first, and promoted if it passes its gate, or with a recorded reason.
await models.register('parcels', folder);
await models.promote('parcels', { force: 'the first one' });
await models.register('parcels', folder);
await models.promote('parcels', { canary: 0.1, bake: 7_200_000, guard: ['error_rate<1%'], force: 'an example' });
const { version } = await models.rollback('parcels', { reason: 'no more than an example' });
assert.equal(version, 1);
assert.deepEqual((await models.history('parcels')).aliases, { challenger: 2, champion: 1 });

const { data } = await lineage('parcels');
assert.deepEqual((await lineage({ user: 'customer-4711' })).models, []);
console.log((await lineage({ document: data[0].path })).models, await audit('parcels', { limit: 3 }));

// Usage by key; nothing has been served here.
assert.deepEqual(await usage({ days: 1 }), []);

// The same rows on another base model.
const again = await retune(folder, { model: 'nearest' });
assert.equal(again.outcome, 'finished');

// From feedback to the next version, one step at a time, as far as possible now.
const lines = (some: typeof rows) => some.map((row) => JSON.stringify(row)).join('\n');
writeFileSync('train.jsonl', lines(rows.slice(6)));
writeFileSync('test.jsonl', lines(rows.slice(0, 6)));
writeFileSync(
  'parcels.yaml',
  'model: tfidf\ndata: {train: train.jsonl, test: test.jsonl}\nobjective: classification\n',
);
writeFileSync('loop.yaml', 'continuous: {model: parcels, retrain: {recipe: parcels.yaml, when: rows >= 40}}\n');
assert.equal((await improve.run('loop.yaml')).state, 'collecting');
console.log((await improve.status('loop.yaml')).last, (await improve.explain('loop.yaml')).held);

// Users' own models, from what each of them has corrected; this model has answered nobody yet.
writeFileSync('support.yaml', 'model: attune-base\ndata: {train: train.jsonl, test: test.jsonl}\nobjective: sft\n');
writeFileSync(
  'own.yaml',
  'continuous: {model: support, retrain: {recipe: support.yaml}, users: {rows: 30, most: 100}}\n',
);
await models.register('support', 'attune-base');
await models.promote('support', { force: 'the first one' });
assert.deepEqual((await attune.users.train('own.yaml')).users, []);
assert.deepEqual((await attune.users.list('own.yaml')).users, []);

// From documents to a model in use, by one file or its values; what has not changed does not run again.
const spec = attune.definePipeline({
  deploy: 'sorting',
  sources: ['train.jsonl'],
  steps: [{ step: 'records' }],
  split: { validation: 0.2, test: 0.2 },
  systems: ['nearest', 'tfidf'],
  gate: { margin: 1 },
});
assert.equal((await pipeline.up(spec)).model, 'sorting');
assert.ok((await pipeline.diff(spec)).stages.every(({ state }) => state === 'unchanged'));
assert.equal((await pipeline.explain(spec)).records.length, 7);

// A database shared by several servers; there is none here.
await assert.rejects(store.move({ to: 'postgres://attune@127.0.0.1:1/attune' }), { code: 'E_STORE_AWAY' });

// The data of an account at OpenAI, here from a server without any.
const empty = createServer((_, response) => response.end('{"object": "list", "data": [], "has_more": false}'));
await new Promise<void>((resolve) => {
  empty.listen(0, '127.0.0.1', resolve);
});
process.env.OPENAI_API_KEY = 'sk-example';
const { port } = empty.address() as AddressInfo;
const imported = await attune.import.openai({ baseUrl: `http://127.0.0.1:${port}/v1` });
assert.deepEqual(imported.jobs, []);
empty.close();

// Logs of other tools with answers, and people's feedback on them.
const trace = {
  id: 't1',
  timestamp: '2026-11-02T10:00:00Z',
  userId: 'ann',
  input: 'Where is it?',
  output: 'On its way.',
};
const score = { id: 's1', traceId: 't1', name: 'user-feedback', dataType: 'BOOLEAN', value: 1, source: 'API' };
writeFileSync('langfuse.jsonl', `${JSON.stringify(trace)}\n${JSON.stringify(score)}\n`);
assert.equal((await attune.import.langfuse(['langfuse.jsonl'], { model: 'parcels' })).feedback.thumb, 1);
const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const attributes = [attribute('gen_ai.prompt', 'Where is it?'), attribute('gen_ai.completion', 'On its way.')];
const operation = attribute('gen_ai.operation.name', 'text_completion');
const span = {
  traceId: 'aa',
  spanId: 'bb',
  startTimeUnixNano: '1762077600000000000',
  attributes: [operation, ...attributes],
};
writeFileSync('spans.json', JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }));
assert.deepEqual({ ...(await attune.import.otlp(['spans.json'], { model: 'parcels' })).models }, { parcels: 1 });
