/** Shards of data, jobs for clusters, and training on rows that stay at their sites. Run in an empty folder. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import * as attune from '../../src/app/index.ts';

const words = ['parcel', 'invoice'];
const rows = Array.from({ length: 60 }, (_, i) => ({ text: `the ${words[i % 2]} of order ${i}`, label: words[i % 2] }));
const lines = (some: readonly object[]): string => some.map((row) => `${JSON.stringify(row)}\n`).join('');
writeFileSync('north.jsonl', lines(rows.slice(0, 30)));
writeFileSync('south.jsonl', lines(rows.slice(30)));

// Two shards of a pipeline, which may run on two machines, and their merge.
const pipeline = attune.definePipeline({
  name: 'support',
  sources: ['north.jsonl', 'south.jsonl'],
  steps: [{ step: 'records' }],
});
for (const shard of ['0/2', '1/2']) await attune.data.pipeline(pipeline, { shard, output: 'parts' });
console.log(await attune.data.merge(pipeline, 'parts', { output: 'merged' }));

// A job that runs a pipeline's shards under Slurm.
writeFileSync('support.yaml', JSON.stringify(pipeline));
const { file } = await attune.export.job('support.yaml', { to: 'slurm', count: 2, parts: 'parts' });
assert.ok(file.length > 0);

// One adapter from two sites: on one machine, and over HTTP.
const plan = {
  name: 'tickets',
  recipe: { model: 'attune-base', objective: { name: 'classification', labels: words }, tuning: { r: 2 } },
  rounds: 1,
  local_steps: 1,
};
const data = ['north.jsonl', 'south.jsonl'];
const simulated = await attune.federate.simulate(plan, { data, output: 'simulated', inProcess: true });
assert.equal(Object.keys(simulated.verdicts).length, 2);
console.log(await attune.federate.verify('simulated', 'simulated/sites/site-1'));

const links = Promise.withResolvers<string[]>();
const onNotice = (notice: string): void => {
  const found = [...notice.matchAll(/join "(\S+)"/g)].map(([, link]) => link);
  if (found.length > 0) links.resolve(found);
};
const served = attune.federate.serve(plan, { port: 0, output: 'hub', onNotice });
const given = await links.promise;
for (const [i, train] of data.entries())
  void attune.federate.join(given[i], { output: `site-${i}`, name: train, flags: { train }, inProcess: true });
console.log((await served).rounds.length);
