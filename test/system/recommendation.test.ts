// A model of items on the command line, from interactions to a verdict.
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomUint32 } from '../../src/base/random.ts';
import { readComparison } from '../../src/store/results.ts';
import { BadInputBench } from './bad-input-bench.ts';

let bench: BadInputBench;

/** Everybody goes along a circle of 12 items, from even places in leaps, never to the same twice; the file is in no order. */
function interactions(): string {
  const lines = Array.from({ length: 120 }, (_, user) => {
    let item = randomUint32([1, 'start'], user) % 12;
    return Array.from({ length: 4 + (user % 3) }, (_, time) => {
      const line = `u${user},item ${item},${time}`;
      item = (item + (item % 2 === 0 ? 3 : 1)) % 12;
      return line;
    }).toReversed();
  });
  return ['user,item,timestamp', ...lines.flat(), 'once,item 3,1', ''].join('\n');
}

const create = ['models', 'create', 'sasrec', '--data', 'chosen.csv', '--to', 'base', '--width', '16'];
const train = ['train', '--train', 'chosen.csv', '--model', 'base', '--objective', 'next_item', '--tuning', 'full'];
const settings = ['--epochs', '25', '--batch-size', '16', '--learning-rate', '1e-2', '--evaluation.every', 'never'];

describe.skipIf(!existsSync('build/attune.node'))('a model of items', () => {
  beforeAll(async () => {
    bench = await BadInputBench.make();
    bench.write('chosen.csv', interactions());
  });
  afterAll(() => bench.remove());

  it('is made for the items of the data, trained, and better than what is popular', () => {
    const made = bench.run(create);
    expect(made.code, made.stderr).toBe(0);
    expect(made.document).toMatchObject({ modelType: 'sasrec', items: 12, rows: 121, maxPositions: 7 });
    expect(bench.run(['init', 'chosen.csv', '--yes']).document).toMatchObject({ objective: 'next_item' });
    const { code, stderr } = bench.run([...train, ...settings, '--output-dir', 'run']);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('1 of 121 rows have fewer than 3 items');
    const { metric, systems, verdict } = readComparison(bench.path('run'))!;
    const names = ['tuned', 'base', 'popularity', 'item_knn', 'bpr_mf'];
    expect([metric, verdict, systems.map(({ name }) => name)]).toEqual(['ndcg', 'better', names]);
    expect(systems[0].values.recall_at_1.value).toBeGreaterThan(0.9);
    expect(Object.keys(systems[0].values)).toEqual(expect.arrayContaining(['coverage', 'novelty', 'popularity_bias']));
  });

  it('answers rows with items that it has never seen, and counts them as missed', () => {
    bench.write('new.jsonl', '{"items":["item 0","item 3","novel"]}\n{"items":["novel","item 4","item 7"]}\n');
    const { code, document, stderr } = bench.run(['eval', 'run', '--data', 'new.jsonl']);
    expect(code, stderr).toBe(0);
    expect(JSON.stringify(document)).toContain('"recall_at_1":{"value":0.5');
  });

  it('is not made of other rows, nor of a type that is only pre-trained', () => {
    expect(bench.failure([...create.slice(0, 3), '--data', 'good.jsonl', '--to', 'other']).code).toBe('E_WRONG_ROWS');
    expect(bench.failure(['models', 'create', 'llama', '--data', 'chosen.csv', '--to', 'other']).code).toBe(
      'E_NOT_NEW',
    );
    expect(bench.failure(create.slice(0, 5)).code).toBe('E_USAGE');
    expect(existsSync(bench.path('other'))).toBe(false);
  });
});
