import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { readAudit } from '../../../src/federation/audit-chain.ts';
import { FleetClient } from '../../../src/federation/fleet-client.ts';
import { FlowerSite } from '../../../src/federation/flower-site.ts';
import type { Content } from '../../../src/federation/flower/objects.ts';
import type { Metadata } from '../../../src/federation/flower/schema.ts';
import { signerIn } from '../../../src/federation/signers.ts';
import { weightedMean } from '../../../src/federation/strategies.ts';
import type { Weights } from '../../../src/federation/weights.ts';
import { lineTraining, newFolder, numbers, weightsOf, type Row } from './local-federation.ts';
import { arraysOf, RUN, SuperLink } from './super-link.ts';

const rows: Row[][] = [
  [
    [-1, -1],
    [0, 1],
    [1, 3],
  ],
  [
    [2, 5],
    [-2, -3],
  ],
];

const link = new SuperLink();
const folders: string[] = [];
afterEach(() => {
  link.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function siteOf(own: readonly Row[], folder = newFolder()): FlowerSite {
  folders.push(folder);
  const loss = 0.5 + own.length;
  const training = { ...lineTraining(own), evaluate: () => Promise.resolve({ loss, examples: own.length }) };
  return new FlowerSite({ folder, rounds: 3, localSteps: 2, training });
}

const NOTHING: Content = { arrays: new Map(), metrics: new Map(), configs: new Map() };

it('takes part in the rounds of a ServerApp, whose average is that of our own coordinator', async () => {
  const url = await link.listen();
  const stop = new AbortController();
  const ended = rows.map(async (own, place) => {
    const site = siteOf(own);
    const signer = signerIn(join(folders[place], 'site.key'), 'site');
    const client = new FleetClient({ url, headers: {} }, { signer, signal: stop.signal });
    await client.register();
    await client.activate();
    const isOver = (): Promise<boolean> =>
      client.run(RUN).then(
        () => false,
        () => true,
      );
    await client.serve({ answer: (message) => site.answer(message), isOver });
    return site;
  });
  while (link.active.size < 2) await new Promise((done) => setTimeout(done, 10));
  const nodes = [...link.nodes.keys()];
  const begun = await link.ask(nodes[0], 'query', NOTHING);
  let shared = begun.content!.arrays.get('arrays')!;
  expect(numbers(shared)).toEqual(numbers(weightsOf(0.25, -0.5)));
  let expected: Weights = weightsOf(0.25, -0.5);
  for (let round = 1; round <= 3; round++) {
    const replies = await Promise.all(nodes.map((node) => link.ask(node, 'train', arraysOf(shared, round))));
    shared = weightedMean(
      replies.map(({ content }) => ({
        weights: content!.arrays.get('arrays')!,
        examples: Number(content!.metrics.get('metrics')!['num-examples']),
      })),
    );
    const steps = { from: 0, until: 2 };
    const trained = await Promise.all(rows.map((own) => lineTraining(own).train(expected, steps)));
    expected = weightedMean(trained);
  }
  expect(numbers(shared)).toEqual(numbers(expected));
  const told = await Promise.all(nodes.map((node) => link.ask(node, 'evaluate', arraysOf(shared, 3))));
  const figures = told
    .map(({ content }) => content!.metrics.get('metrics'))
    .toSorted((a, b) => Number(a!.loss) - Number(b!.loss));
  expect(figures).toEqual([
    { loss: 2.5, 'num-examples': 2 },
    { loss: 3.5, 'num-examples': 3 },
  ]);
  expect(told.map(({ content }) => content!.arrays.size)).toEqual([0, 0]);

  // Invalid requests are answered with errors that name the fault, and the site continues.
  const strange = new Map([...shared, ['other', { shape: [1], values: Float32Array.of(1) }]]);
  const broken = new Map([...shared, ['line.bias', { shape: [1], values: Float32Array.of(NaN) }]]);
  const errors = [
    ['train', arraysOf(strange, 3), 'other: is not part of the shared weights'],
    ['train', arraysOf(broken, 3), 'line.bias: has the value NaN at index 0'],
    ['train', arraysOf(shared, 4), "Round 4 is not one of this site's 3"],
    ['train', NOTHING, 'Round 4 is not one'],
    ['system', NOTHING, 'does not answer messages of type system'],
  ] as const;
  for (const [type, content, reason] of errors) {
    const { error } = await link.ask(nodes[0], type, content);
    expect(error).toMatchObject({ code: '2' });
    expect(error!.reason).toContain(reason);
  }
  link.hasEnded = true;
  for (const site of await Promise.all(ended)) {
    expect(site.run).toBe(RUN);
    expect(numbers(site.shared!)).toEqual(numbers(shared));
  }
  expect(link.active.size).toBe(0);
  const { records, problems } = readAudit(join(folders[0], 'audit.jsonl'));
  expect(problems).toEqual([]);
  expect(records.filter(({ event, note }) => event === 'answered' && note === 'train')).toHaveLength(3);
});

it('goes on in its run after a restart, and refuses another one', async () => {
  const metadata = { run_id: RUN, message_type: 'train' } as Metadata;
  const site = siteOf(rows[0]);
  const first = await site.answer({ metadata, content: arraysOf(weightsOf(0.25, -0.5), 1) });
  const again = new FlowerSite({
    folder: folders[0],
    rounds: 3,
    localSteps: 2,
    training: {
      ...lineTraining(rows[0]),
      start: () => Promise.reject(new Error('its start is kept')),
      evaluate: () => Promise.reject(new Error('not asked')),
    },
  });
  const next = { metadata, content: { ...arraysOf(first.arrays.get('arrays')!, 2), configs: new Map() } };
  const second = await again.answer(next);
  const whole = await lineTraining(rows[0]).train(weightsOf(0.25, -0.5), { from: 0, until: 4 });
  expect(numbers(second.arrays.get('arrays')!)).toEqual(numbers(whole.weights));
  await expect(again.answer({ ...next, metadata: { ...metadata, run_id: '7' } })).rejects.toThrow(
    'Run 7 is not the one',
  );
});
