// A recommendation model on the command line, from interactions to a verdict.
import { readAssessment } from '../../src/evaluation/assessments/assessment-files.ts';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomUint32, shuffled } from '../../src/base/random.ts';
import { BadInputBench } from './bad-input-bench.ts';
import { writeTinyBert } from './cli-tiny-bert.ts';

let bench: BadInputBench;

/** Users move along a circle of 12 items, in leaps from even items; the file is not in order of time. */
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

const create = ['models', 'create', 'sasrec', '--data', 'chosen.csv', '--output', 'base', '--width', '16'];
const train = ['train', '--train', 'chosen.csv', '--model', 'base', '--objective', 'next_item', '--tuning', 'full'];
const settings = ['--epochs', '25', '--batch-size', '16', '--learning-rate', '1e-2', '--evaluation.every', 'never'];

beforeAll(async () => {
  bench = await BadInputBench.make();
  bench.write('chosen.csv', interactions());
});
afterAll(() => bench.remove());

describe.skipIf(!existsSync('build/attune.node'))('a model of items', () => {
  it('is made for the items of the data, trained, and better than what is popular', () => {
    const made = bench.run(create);
    expect(made.code, made.stderr).toBe(0);
    expect(made.document).toMatchObject({ modelType: 'sasrec', items: 12, rows: 121, maxPositions: 7 });
    expect(bench.run(['init', 'chosen.csv', '--yes']).document).toMatchObject({ objective: 'next_item' });
    const { code, stderr } = bench.run([...train, ...settings, '--output-dir', 'run']);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('1 of 121 rows have fewer than 3 items');
    const { metric, systems, verdict } = readAssessment(bench.path('run'), 'comparison')!;
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
    expect(bench.failure([...create.slice(0, 3), '--data', 'good.jsonl', '--output', 'other']).code).toBe(
      'E_WRONG_ROWS',
    );
    expect(bench.failure(['models', 'create', 'llama', '--data', 'chosen.csv', '--output', 'other']).code).toBe(
      'E_NOT_NEW',
    );
    expect(bench.failure(create.slice(0, 5)).code).toBe('E_USAGE');
    expect(existsSync(bench.path('other'))).toBe(false);
  });
});

/** Each user likes one of three kinds of eight items, and has chosen mostly from it. */
function likings(): string {
  const lines = Array.from({ length: 90 }, (_, user) => {
    const own = shuffled(
      Array.from({ length: 8 }, (_thing, i) => `kind ${user % 3} thing ${i}`),
      [1, 'likings', user],
    );
    return own.slice(0, 6).map((item) => `u${user},${item}`);
  });
  return ['user,item', ...lines.flat(), ''].join('\n');
}

describe.skipIf(!existsSync('build/attune.node'))('matrix factorisation', () => {
  it('knows who is who, is trained, compared, and recommends to those whom it does not know as well', () => {
    bench.write('likings.csv', likings());
    const made = bench.run('models create bpr_mf --data likings.csv --output factors --width 8'.split(' '));
    expect(made.document, made.stderr).toMatchObject({ items: 24, users: 90, userFeatures: 0 });
    expect(bench.run('models show factors'.split(' ')).document).toMatchObject({ adapted: [] });
    expect(bench.run('init likings.csv --model factors --yes'.split(' ')).document).toMatchObject({ objective: 'bpr' });
    const flags = ['--objective', 'bpr', '--tuning', 'full', '--epochs', '60', '--batch-size', '30'];
    const run = ['train', '--train', 'likings.csv', '--model', 'factors', ...flags, '--output-dir', 'liked'];
    const { code, stderr } = bench.run(run);
    expect(code, stderr).toBe(0);
    const { systems, differences } = readAssessment(bench.path('liked'), 'comparison')!;
    expect(systems[0].values.recall_at_10.value).toBeGreaterThan(0.9);
    expect(differences.find((one) => one.metric === 'ndcg' && one.against === 'popularity')?.verdict).toBe('better');
    bench.write('asked.jsonl', '{"user":"u1","items":["kind 1 thing 0"]}\n{"user":"new","items":["kind 2 thing 0"]}\n');
    const { document } = bench.run('recommend liked --input asked.jsonl --count 4'.split(' '));
    const { answers } = document as { answers: { items: { item: string }[] }[] };
    expect(answers.map(({ items }) => items.map(({ item }) => item.slice(0, 6)))).toEqual([
      Array(4).fill('kind 1'),
      Array(4).fill('kind 2'),
    ]);
  });

  it('is not made of rows that nobody chose', () => {
    bench.write('nobody.jsonl', '{"items":["a","b"]}\n{"items":["b","c"]}\n');
    const failure = bench.failure('models create bpr_mf --data nobody.jsonl --output other'.split(' '));
    expect(failure).toMatchObject({ code: 'E_NO_USERS' });
    expect(existsSync(bench.path('other'))).toBe(false);
  });
});

/** Baskets with either tea things or garden things, eight of each; only the catalogue contains the kind. */
const things = Array.from({ length: 16 }, (_, i) => ({ item: `thing ${i}`, kind: i % 2 === 0 ? 'tea' : 'garden' }));

function baskets(): string {
  const rows = Array.from({ length: 100 }, (_, basket) => {
    const own = shuffled(things, [1, 'basket', basket]).filter(({ kind }) => kind === things[basket % 2].kind);
    return { items: own.slice(0, 5).map(({ item }) => item) };
  });
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

describe.skipIf(!existsSync('build/attune.node'))('two towers', () => {
  const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  beforeAll(() => {
    bench.write('baskets.jsonl', baskets());
    bench.write('things.jsonl', lines(things));
  });

  it('are made with what is known of items, trained, compared, and recommend what nobody has chosen yet', () => {
    const made = bench.run(
      'models create two_tower --data baskets.jsonl --items things.jsonl --output towers --width 8 --blocks 1'.split(
        ' ',
      ),
    );
    expect(made.document, made.stderr).toMatchObject({ items: 16, cold: 0, itemFeatures: { tags: 2 } });
    const flags = ['--objective', 'item_retrieval', '--tuning', 'full', '--epochs', '10', '--batch-size', '25'];
    const run = ['train', '--train', 'baskets.jsonl', '--model', 'towers', ...flags, '--output-dir', 'shop'];
    const { code, stderr } = bench.run(run);
    expect(code, stderr).toBe(0);
    const { systems, differences } = readAssessment(bench.path('shop'), 'comparison')!;
    expect(systems[0].values.recall_at_10.value).toBe(1); // eight of a kind
    expect(differences.find((one) => one.metric === 'ndcg' && one.against === 'popularity')?.verdict).toBe('better');
    bench.write(
      'new.jsonl',
      lines([
        { item: 'teapot', kind: 'tea' },
        { item: 'spade', kind: 'garden' },
      ]),
    );
    bench.run('models add-items shop --items new.jsonl --output larger'.split(' '));
    bench.write(
      'asked.jsonl',
      lines([
        { user: 'a', items: ['thing 0', 'thing 4'] },
        { user: 'b', items: ['thing 1', 'thing 3'] },
      ]),
    );
    const answered = bench.run('recommend larger --input asked.jsonl --count 7'.split(' '));
    const { answers } = answered.document as { answers: { user: string; items: { item: string }[] }[] };
    expect(answers.map(({ user }) => user)).toEqual(['a', 'b']);
    const recommended = answers.map(({ items }) => items.map(({ item }) => item));
    expect(recommended.map((items) => items.some((item) => item === 'teapot'))).toEqual([true, false]);
    expect(recommended.map((items) => items.some((item) => item === 'spade'))).toEqual([false, true]);
  });

  it('are tuned together with a model that reads the items’ texts, whole or by an adapter', () => {
    writeTinyBert(bench.path('bert'), ['tea', 'garden', 'kettle', 'rake', 'thing']);
    const texts = (kind: string, i: number) => (kind === 'tea' ? `kettle tea ${i}` : `garden rake ${i}`);
    bench.write('texts.jsonl', lines(things.map(({ item, kind }, i) => ({ item, text: texts(kind, i) }))));
    const create = 'models create two_tower --data baskets.jsonl --items texts.jsonl --width 8 --blocks 1'.split(' ');
    const reading = ['--text-encoder', 'bert', '--tune-text-encoder'];
    const made = bench.run([...create, ...reading, '--output', 'readers']);
    expect(made.document, made.stderr).toMatchObject({ items: 16, itemFeatures: { words: 0, textWidth: 64 } });
    const settings = ['--epochs', '8', '--batch-size', '25', '--learning-rate', '1e-2', '--precision', 'f32'];
    const train = ['train', '--train', 'baskets.jsonl', '--objective', 'item_retrieval', ...settings];
    bench.write(
      'later.jsonl',
      lines([
        { item: 'teapot', text: 'a tea kettle' },
        { item: 'spade', text: 'a garden rake' },
      ]),
    );
    bench.write('asked.jsonl', lines([{ user: 'a', items: ['thing 0', 'thing 4'] }]));
    for (const [tuning, result] of [
      ['full', 'read-full'],
      ['lora', 'read-lora/merged'],
    ]) {
      const output = ['--output-dir', `read-${tuning}`];
      const { code, stderr } = bench.run([...train, '--model', 'readers', '--tuning', tuning, ...output]);
      expect(code, stderr).toBe(0);
      const { differences } = readAssessment(bench.path(`read-${tuning}`), 'comparison')!;
      expect(differences.find((one) => one.metric === 'ndcg' && one.against === 'popularity')?.verdict).toBe('better');
      if (tuning === 'lora') bench.run(['export', 'read-lora', '--to', 'merged']);
      expect(
        bench.run(['models', 'add-items', result, '--items', 'later.jsonl', '--output', `more-${tuning}`]).code,
      ).toBe(0);
      const { document } = bench.run(['recommend', `more-${tuning}`, '--input', 'asked.jsonl', '--count', '7']);
      const [{ items }] = (document as { answers: { items: { item: string }[] }[] }).answers;
      const found = items.map(({ item }) => item);
      expect([found.includes('teapot'), found.includes('spade')]).toEqual([true, false]);
    }
    const weights = (name: string) => bench.text(`${name}/model.safetensors`);
    const nameOf = '"two_tower.text_encoder.encoder.layer.0.attention.self.query.weight"';
    expect(['read-full/model', 'more-lora'].map((name) => weights(name).includes(nameOf))).toEqual([true, true]);
    // Requesting to tune a missing encoder is an error.
    expect(bench.failure([...create, '--tune-text-encoder', '--output', 'other']).code).toBe('E_OPTION_IDLE');
    const rate = ['--tuning', 'full', '--text-encoder-rate'];
    expect(bench.failure([...train, '--model', 'towers', ...rate, '0.1', '--output-dir', 'no']).code).toBe(
      'E_OPTION_IDLE',
    );
    const wrong = bench.failure([...train, '--model', 'readers', ...rate, 'fast', '--output-dir', 'no']);
    expect([wrong.code, wrong.problems[0].field]).toEqual(['E_RECIPE', '--text-encoder-rate']);
  });
});
