/** From files to rows, and what is known and done about rows. Run in an empty folder, in seconds. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import {
  auditData,
  dataDiff,
  dataPipeline,
  definePipeline,
  data,
  describeSteps,
  initRecipe,
  inspectTrainingData,
  prepareData,
  pullDataset,
  redactData,
  restoreData,
  writeCounterfactuals,
  type AttuneError,
} from '../../src/app/index.ts';

const lines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const tickets = Array.from({ length: 40 }, (_, i) => ({
  text: `Order ${i}: ${i % 2 === 0 ? 'Mary Smith asks where her parcel is' : 'the invoice is wrong, he says'}`,
  label: i % 2 === 0 ? 'delivery' : 'billing',
}));
writeFileSync('tickets.jsonl', lines(tickets));

// A recipe for a file, as `attune init` writes it.
const { recipe: file, format, objective } = await initRecipe('tickets.jsonl', { model: 'attune-base' });
assert.equal(file, 'tickets.yaml');
console.log(format, objective);

// Rows as the model will see them.
const { signal } = new AbortController();
const inspected = await inspectTrainingData(file, { rows: 2, onEvent: () => undefined, signal });
console.log(inspected.rows);

// Documents become rows.
mkdirSync('handbook');
writeFileSync('handbook/returns.md', '# Returns\n\nParcels go back within 30 days.\n');
const prepared = await prepareData(['handbook'], { to: 'handbook.jsonl', steps: [{ step: 'chunks', size: 500 }] });
assert.equal(prepared.to, 'handbook.jsonl');

// What steps there are.
const steps = await describeSteps();
assert.ok(steps.some(({ name }) => name === 'chunks'));

// Versioned data sets, and what differs between two.
const pipeline = definePipeline({ name: 'support', sources: ['tickets.jsonl'], steps: [{ step: 'records' }] });
await dataPipeline(pipeline, { to: 'sets/first' });
writeFileSync('tickets.jsonl', lines(tickets.slice(0, 30)));
await dataPipeline(pipeline, { to: 'sets/second' });
console.log(Object.keys(await dataDiff('sets/first', 'sets/second')));

// Personal data out of rows, back into them, and how much of it is found.
writeFileSync('mails.jsonl', lines([{ text: 'Write to jane.miller@example.org, please.' }]));
await redactData('mails.jsonl', { to: 'clean.jsonl', vault: 'clean.vault', passphrase: 'a long passphrase of mine' });
const restored = await restoreData('clean.jsonl', {
  to: 'again.jsonl',
  vault: 'clean.vault',
  passphrase: 'a long passphrase of mine',
});
assert.equal(restored.lines, 1);
const spans = [{ start: 9, end: 32, label: 'email' }];
writeFileSync('labelled.jsonl', lines([{ text: 'Write to jane.miller@example.org, please.', spans }]));
console.log((await auditData('labelled.jsonl')).all);

// Who is in the rows; and the same rows about others.
console.log(Object.keys(await data.groups(['tickets.jsonl'], { labelColumn: 'label' })));
const { pairs } = await writeCounterfactuals('tickets.jsonl', { to: 'pairs.jsonl' });
assert.ok(pairs > 0);

// A data set of the hub. Offline nothing is fetched.
process.env.HF_HUB_OFFLINE = '1';
await pullDataset('stanfordnlp/imdb', { emit: () => undefined, signal }).catch((error: AttuneError) => {
  assert.match(error.code, /^E_HUB/);
});
