/** Refusals, the rules of an organisation, and answers checked against their sources. Run in an empty folder. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { policy, groundedness, safety, type AttuneError } from '../../src/app/index.ts';

mkdirSync('found');
const few = { output: 'found', maxRows: 2, maxNewTokens: 4 };

// How a model answers harmful and harmless requests; for a run, before and after training.
const { measures } = await safety('attune-base', few);
assert.ok(measures.length > 0);

// The model's refusals in its own words, to be replayed during tuning; this model was never taught to refuse.
const rehearsed = safety.rows('attune-base', { output: 'refusals.jsonl', maxRows: 2, maxNewTokens: 4 });
await rehearsed.catch((error: AttuneError) => assert.equal(error.code, 'E_NO_REFUSALS'));

// The rules of an organisation that need no judge.
writeFileSync(
  'rules.yaml',
  'rules:\n  - { name: short, max_words: 50 }\nprompts: [Where is my parcel?, Who are you?]\n',
);
const { rules } = await policy('attune-base', { rules: 'rules.yaml', ...few });
assert.equal(rules[0].name, 'short');

// Whether sources support the answers, and whether the model admits it if a source does not answer a question.
const source = 'The bridge was opened in 1996.';
const rows = [
  { question: 'When was it opened?', source, answer: '1996' },
  { question: 'Who built it?', source, answer: '' },
];
writeFileSync('grounded.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
const { systems } = await groundedness('attune-base', { data: 'grounded.jsonl', ...few });
console.log(systems);

// Published sets are downloaded by name.
await safety.pull('none').catch((error: AttuneError) => assert.equal(error.code, 'E_SAFETY_SET'));
