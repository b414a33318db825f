/** Judgements of answers by models and people, and the approval of a run. Run in an empty folder. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gate, review, judge, type AttuneError } from '../../src/app/index.ts';

const pairs = Array.from({ length: 4 }, (_, i) => ({ id: `${i}`, prompt: `Question ${i}`, a: `Yes, ${i}.`, b: 'No.' }));
writeFileSync('pairs.jsonl', pairs.map((row) => `${JSON.stringify(row)}\n`).join(''));

// A judge without a preference, in place of a model.
const content = JSON.stringify({ reason: 'both answer', verdict: 'tie' });
const judging = createServer((_, response) => {
  response.end(JSON.stringify({ choices: [{ message: { content }, finish_reason: 'stop' }] }));
}).listen(0, '127.0.0.1');
await new Promise((resolve) => {
  judging.once('listening', resolve);
});
const { port } = judging.address() as AddressInfo;
const { pairwise } = await judge('pairs.jsonl', { endpoint: `http://127.0.0.1:${port}/v1`, model: 'undecided' });
assert.equal(pairwise?.winRate?.estimate, 0.5);
judging.close();

// One page per reviewer; here a program gives the verdicts instead.
const opened = await review('pairs.jsonl', { reviewer: ['anna'] });
const [{ url }] = opened.pages;
const headers = { 'content-type': 'application/json', origin: new URL(url).origin };
const body = JSON.stringify({ do: 'choose', item: 0, side: 'left', seconds: 3 });
await fetch(`${url}ask`, { method: 'POST', headers, body });
await opened.close();
const { reviewed, exported } = await review.results('pairs.jsonl', { export: 'dpo', output: 'preferences.jsonl' });
assert.deepEqual([reviewed, exported?.rows], [1, 1]);

// Exports the pairs to another labelling tool and imports its verdicts.
await review.results('pairs.jsonl', { export: 'argilla', output: 'argilla.jsonl' });
assert.equal((await review.import('pairs.jsonl', 'argilla.jsonl', { from: 'argilla' })).known, 1);

// Shows who approved what, and that the files are unchanged.
await review.sign('pairs.jsonl', { by: 'Anna Smith', decision: 'approve', reason: 'good enough to try' });
const { signOffs } = await review.verify('pairs.jsonl');
console.log(signOffs);

// A run has to pass its gate.
await gate('runs/none').catch((error: AttuneError) => assert.equal(error.code, 'E_RUN_MISSING'));
