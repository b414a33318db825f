/** From files to rows, and functions to inspect, redact and version them. Run in an empty folder; takes seconds. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { data, definePipeline, init, type AttuneError } from '../../src/app/index.ts';

const lines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const tickets = Array.from({ length: 40 }, (_, i) => ({
  text: `Order ${i}: ${i % 2 === 0 ? 'Mary Smith asks where her parcel is' : 'the invoice is wrong, he says'}`,
  label: i % 2 === 0 ? 'delivery' : 'billing',
}));
writeFileSync('tickets.jsonl', lines(tickets));

// A recipe for a file, as `attune init` writes it.
const { recipe: file, format, objective } = await init('tickets.jsonl', { model: 'attune-base' });
assert.equal(file, 'tickets.yaml');
console.log(format, objective);

// The columns of a table, and the tasks they could be used for.
const { columns, guesses } = await data.columns('tickets.jsonl');
assert.deepEqual(
  columns.map(({ name }) => name),
  ['text', 'label'],
);
console.log(guesses[0].reasons);

// The rows as the model will see them.
const inspected = await data.inspect(file, { rows: 2 });
console.log(inspected.rows);

// Documents become rows.
mkdirSync('handbook');
writeFileSync('handbook/returns.md', '# Returns\n\nParcels go back within 30 days.\n');
const prepared = await data.prepare(['handbook'], { output: 'handbook.jsonl', step: [{ step: 'chunks', size: 500 }] });
assert.equal(prepared.to, 'handbook.jsonl');

// The available steps.
const steps = await data.steps();
assert.ok(steps.some(({ name }) => name === 'chunks'));

// Versioned data sets, and the differences between two.
const pipeline = definePipeline({ name: 'support', sources: ['tickets.jsonl'], steps: [{ step: 'records' }] });
await data.pipeline(pipeline, { output: 'sets/first' });
writeFileSync('tickets.jsonl', lines(tickets.slice(0, 30)));
await data.pipeline(pipeline, { output: 'sets/second' });
console.log(Object.keys(await data.diff('sets/first', 'sets/second')));

// Removes personal data from rows, puts it back, and measures how much of it is found.
writeFileSync('mails.jsonl', lines([{ text: 'Write to jane.miller@example.org, please.' }]));
await data.redact('mails.jsonl', {
  output: 'clean.jsonl',
  vault: 'clean.vault',
  passphrase: 'a long passphrase of mine',
});
const restored = await data.restore('clean.jsonl', {
  output: 'again.jsonl',
  vault: 'clean.vault',
  passphrase: 'a long passphrase of mine',
});
assert.equal(restored.lines, 1);
const spans = [{ start: 9, end: 32, label: 'email' }];
writeFileSync('labelled.jsonl', lines([{ text: 'Write to jane.miller@example.org, please.', spans }]));
console.log((await data.audit('labelled.jsonl')).all);

// Mentions of groups in the rows, and the same rows with other groups swapped in.
console.log(Object.keys(await data.groups(['tickets.jsonl'], { labelColumn: 'label' })));
const { pairs } = await data.counterfactuals('tickets.jsonl', { output: 'pairs.jsonl' });
assert.ok(pairs > 0);

// A data set from the Hub. Nothing is downloaded offline.
process.env.HF_HUB_OFFLINE = '1';
await data.pull('stanfordnlp/imdb').catch((error: AttuneError) => {
  assert.match(error.code, /^E_HUB/);
});
