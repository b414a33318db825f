// From a CSV of texts and labels to a classifier that is evaluated, exported and reproduced.
import { readAssessment } from '../../src/evaluation/assessments/assessment-files.ts';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadInputBench } from './bad-input-bench.ts';

let bench: BadInputBench;

const words = { weather: ['rain', 'sun', 'storm'], money: ['price', 'coin', 'tax'], food: ['bread', 'soup', 'rice'] };

/** Texts that differ by more than a number, so that none is a near-duplicate of another. */
function rows(): string {
  const lines = Object.entries(words).flatMap(([label, [one, two, three]]) =>
    Array.from({ length: 14 }, (_, i) => {
      const order = [one, two, three, one, two].slice(i % 3, (i % 3) + 3).join(' and ');
      return `"Case ${i * 37} of ${label.length * 11 + i}: ${order}, number ${i * i}",${label}`;
    }),
  );
  return `text,label\n${lines.join('\n')}\n`;
}

function train(output: string, ...more: string[]): string[] {
  const data = [
    ...(more.includes('--train') ? [] : ['--train', 'topics.csv']),
    '--objective',
    'classification',
    '--validation',
    '0.2',
    '--test',
    '0.2',
  ];
  const settings = ['--model', 'model', '--precision', 'f32', '--learning-rate', '1e-2', '--max-steps', '20'];
  return ['train', ...data, ...settings, '--output-dir', output, ...more];
}

describe.skipIf(!existsSync('build/attune.node'))('a classifier', () => {
  beforeAll(async () => {
    bench = await BadInputBench.make();
    bench.write('topics.csv', rows());
    const { code, stderr } = bench.run(train('topics'));
    if (code !== 0) throw new Error(stderr);
  });
  afterAll(() => bench.remove());

  it('on a language model has a head of its own, which the adapter holds', () => {
    expect(JSON.parse(bench.text('topics/adapter/adapter_config.json'))).toMatchObject({
      task_type: 'SEQ_CLS',
      modules_to_save: ['score'],
    });
    expect(JSON.parse(bench.text('topics/adapter/attune.json'))).toMatchObject({
      labels: ['food', 'money', 'weather'],
    });
  });

  it('is measured by its classes, and proved by scoring and by training again', () => {
    const { document } = bench.run(['eval', 'topics']);
    expect(document.metrics).toMatchObject({ accuracy: expect.any(Number) });
    expect(bench.run(['runs', 'verify', 'topics']).document).toMatchObject({ ok: true, how: 'scored' });
    expect(bench.run(['runs', 'verify', 'topics', '--retrain']).document).toMatchObject({ ok: true, how: 'retrained' });
  });

  it('reads the beginnings of long texts in a comparison, where it was trained so', () => {
    const long = rows()
      .split('\n')
      .map((line) => line.replace(/number \d+/, (number) => `${number}${' and so on'.repeat(60)}`));
    bench.write('long.csv', long.join('\n'));
    const { code, stderr } = bench.run(
      train('cut', '--train', 'long.csv', '--long-rows', 'truncate', '--max-length', '48'),
    );
    expect(code, stderr).toBe(0);
    const {
      systems,
      systems: [tuned],
      leftOut,
    } = readAssessment(bench.path('cut'), 'comparison')!;
    expect([tuned.name, tuned.note]).toEqual(['tuned', 'long texts cut as in training']);
    expect([systems.length > 1, leftOut]).toEqual([true, undefined]);
  });

  it('is exported as one folder with its classes, which scores the same', () => {
    const { code, document } = bench.run(['export', 'topics']);
    expect(code).toBe(0);
    expect(document.after).toBeCloseTo(document.before as number, 5);
    expect(JSON.parse(bench.text('topics/merged/config.json'))).toMatchObject({
      architectures: ['LlamaForSequenceClassification'],
      id2label: { 0: 'food', 1: 'money', 2: 'weather' },
    });
  });

  it('goes on from its own classes where it is trained further, in their order', () => {
    bench.copy('topics/merged', 'start');
    const id2label = { 0: 'weather', 1: 'food', 2: 'money' };
    bench.edit('start/config.json', { id2label, label2id: { weather: 0, food: 1, money: 2 } });
    const further = train('further', '--tuning.method', 'full').map((word) => (word === 'model' ? 'start' : word));
    expect(bench.run(further).code).toBe(0);
    expect(JSON.parse(bench.text('further/model/config.json'))).toMatchObject({ id2label });
  });

  it('made for other classes is left out of the comparison, with the reason, in place of being wrong everywhere', () => {
    bench.copy('topics/merged', 'other');
    const id2label = { 0: 'red', 1: 'green', 2: 'blue' };
    bench.edit('other/config.json', { id2label, label2id: { red: 0, green: 1, blue: 2 } });
    const argv = train('recoloured', '--tuning.method', 'full').map((word) => (word === 'model' ? 'other' : word));
    expect(bench.run(argv).code).toBe(0);
    const { skipped, systems } = readAssessment(bench.path('recoloured'), 'comparison')!;
    expect(systems.map(({ name }) => name)).not.toContain('base');
    expect(skipped[0]).toEqual({
      name: 'base',
      reason: 'The classifier of base has none of the classes in these rows: red, green, blue',
    });
    expect(bench.failure(['eval', 'other', '--data', 'topics.csv']).code).toBe('E_CLASSES_FOREIGN');
  });

  it('does not chat, which is said', () => {
    expect(bench.failure(['chat', 'topics'], { input: 'Rain?\n' })).toMatchObject({
      code: 'E_TASK_UNSUPPORTED',
      fix: expect.stringContaining('attune predict topics'),
    });
  });
});
