// From files with several labels or a number per row to evaluated results, on the command line.
import { readAssessment } from '../../src/evaluation/assessments/assessment-files.ts';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadInputBench } from './bad-input-bench.ts';

let bench: BadInputBench;

const topics = { weather: ['rain', 'sun', 'storm'], money: ['price', 'coin', 'tax'], food: ['bread', 'soup', 'rice'] };
const names = Object.keys(topics) as (keyof typeof topics)[];

/** Each topic has its own word. */
const rows = Array.from({ length: 120 }, (_, i) => {
  const labels = names.filter((_name, k) => ((i * 7) >> k) & 1);
  const words = labels.map((label, k) => topics[label][(i + k) % 3]);
  return { text: `Case ${i * 37} of ${i * i}: ${words.join(' and ')}`, labels };
});

function train(output: string, data: string, objective: string, { test = '0.2' } = {}): string[] {
  const rows = ['--train', data, '--validation', '0.2', '--test', test, '--objective', objective];
  const settings = ['--model', 'model', '--precision', 'f32', '--learning-rate', '1e-2', '--max-steps', '12'];
  return ['train', ...rows, ...settings, '--output-dir', output];
}

describe.skipIf(!existsSync('build/attune.node'))('rows with labels', () => {
  beforeAll(async () => {
    bench = await BadInputBench.make();
    bench.write(
      'topics.csv',
      `text,labels\n${rows.map(({ text, labels }) => `"${text}",${labels.join('|')}`).join('\n')}\n`,
    );
    const prices = rows.map(({ text, labels }) => JSON.stringify({ text, label: 1000 + 100.5 * labels.length }));
    bench.write('prices.jsonl', prices.join('\n'));
  });
  afterAll(() => bench.remove());

  it('several a row: init, training with thresholds from validation, evaluation and comparison', () => {
    expect(bench.run(['init', 'topics.csv', '--yes', '--model', 'attune-base']).document).toMatchObject({
      objective: 'multilabel',
    });
    const { code, stderr } = bench.run(train('topics', 'topics.csv', 'multilabel'));
    expect(code, stderr).toBe(0);
    const { config } = JSON.parse(bench.text('topics/adapter/attune.json')) as { config: Record<string, unknown> };
    expect(config).toMatchObject({ problem_type: 'multi_label_classification' });
    expect(Object.keys(config.label_thresholds as object)).toEqual(['food', 'money', 'weather']);
    const { metric, systems } = readAssessment(bench.path('topics'), 'comparison')!;
    expect(metric).toBe('micro_f1');
    expect(systems.map(({ name }) => name)).toContain('logistic_per_label');
    expect(bench.run(['eval', 'topics']).document.metrics).toMatchObject({ micro_f1: expect.any(Number) });
    expect(bench.run(['export', 'topics']).code).toBe(0);
    expect(JSON.parse(bench.text('topics/merged/config.json'))).toMatchObject(config);
  });

  it('a number a row: read back in its own units by the adapter alone', () => {
    const { code, stderr } = bench.run(train('prices', 'prices.jsonl', 'regression'));
    expect(code, stderr).toBe(0);
    const { metric, systems } = readAssessment(bench.path('prices'), 'comparison')!;
    expect(metric).toBe('mae');
    const found = (name: string) => systems.find((system) => system.name === name)!.values.mae.value;
    expect(found('tuned')).toBeLessThan(300);
    expect(found('ridge_regression')).toBeLessThan(found('mean'));
  });

  it('that teach nothing, or that are not known, are refused with what to do', () => {
    bench.write('one.csv', 'text,label\none thing,a\nother thing,a\nthird thing,a\n');
    expect(bench.failure(train('one', 'one.csv', 'classification', { test: '0' }))).toMatchObject({
      code: 'E_ONE_CLASS',
      got: 'a',
    });
    bench.write('train.csv', 'text,label\none thing,a\nother things,b\nthird of all,a\nthe fourth row,b\n');
    bench.write('test.csv', 'text,label\nnew thing,c\n');
    const unseen = train('unseen', 'train.csv', 'classification', { test: 'test.csv' });
    const { code, problems } = bench.failure(unseen);
    expect([code, problems[0].file, problems[0].field]).toEqual(['E_BAD_ROWS', 'test.csv', 'label']);
    expect(problems[0].message).toContain('"c" is not among the trained labels: a, b');
    bench.write('commas.csv', 'text,labels\none thing,"a, b"\nother thing,a|b\n');
    const commas = bench.failure(train('commas', 'commas.csv', 'multilabel'));
    expect(commas.problems[0]).toMatchObject({ line: 2, field: 'labels' });
    bench.write('same.jsonl', '{"text":"one","label":1.5}\n{"text":"two","label":1.5}\n{"text":"six","label":1.5}\n');
    const same = bench.failure(train('same', 'same.jsonl', 'regression', { test: '0' }));
    expect(same.code).toBe('E_ONE_VALUE');
  });
});
