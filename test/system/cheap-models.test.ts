// A recipe for a cheap system instead of a model: trained, stored, compared, evaluated, reproduced.
import { readAssessment } from '../../src/evaluation/assessments/assessment-files.ts';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadInputBench } from './bad-input-bench.ts';

let bench: BadInputBench;

const words = { weather: ['rain', 'sun', 'storm'], money: ['price', 'coin', 'tax'], food: ['bread', 'soup', 'rice'] };

function rows(): string {
  const lines = Object.entries(words).flatMap(([label, [one, two, three]]) =>
    Array.from({ length: 20 }, (_, i) => {
      const order = [one, two, three, one, two].slice(i % 3, (i % 3) + 3).join(' and ');
      return `"Case ${i * 37} of ${label.length * 11 + i}: ${order}, number ${i * i}",${label}`;
    }),
  );
  return `text,label\n${lines.join('\n')}\n`;
}

const OWN = `model: model
data: {train: topics-own.csv, test: 0.3, columns: {text: matter, label: queue}}
objective: classification
`;

describe.skipIf(!existsSync('build/attune.node'))('a cheap system that is kept', () => {
  beforeAll(async () => {
    bench = await BadInputBench.make();
    bench.write('topics.csv', rows());
    bench.write('topics-own.csv', rows().replace('text,label', 'matter,queue'));
    bench.write(
      'topics.yaml',
      'model: model\ndata: {train: topics.csv, test: 0.3}\nobjective: classification\ntuning: full\n',
    );
    const { code, stderr } = bench.run(['train', 'topics.yaml', '--model', 'tfidf']);
    if (code !== 0) throw new Error(stderr);
  });
  afterAll(() => bench.remove());

  it('has a run with a comparison that has no base, and a result with a card', () => {
    const { systems, subject } = readAssessment(bench.path('runs/topics-tfidf'), 'comparison')!;
    expect([subject, systems[0].title]).toEqual(['tuned', 'tf-idf + logistic regression']);
    const others = systems.slice(1).map(({ name, kind }) => `${kind} ${name}`);
    expect(others).toEqual(['cheap nearest', 'cheap majority']);
    expect(bench.text('runs/topics-tfidf/model/README.md')).toContain('attune predict FOLDER --input rows.csv');
    expect(bench.run(['runs', 'show', 'runs/topics-tfidf']).document).toMatchObject({
      status: 'finished',
      model: 'tfidf',
    });
    expect(bench.text('runs/topics-tfidf/report.html')).toContain('tf-idf + logistic regression');
  });

  it('has a plan before it is fitted', () => {
    const { document } = bench.run(['train', 'topics.yaml', '--model', 'tfidf', '--dry-run']);
    const { plan } = document as { plan: Record<string, unknown> & { seconds: number; disk: { bytes: number } } };
    expect(plan).toMatchObject({ rows: { train: 36, validation: 6, test: 18 }, steps: 0 });
    expect(plan.seconds).toBeGreaterThan(0);
    expect(plan.disk.bytes).toBeGreaterThan(100);
  });

  it('has rows to look at before, and no steps to go on from after', () => {
    const inspected = bench.run(['data', 'inspect', 'topics.yaml', '--model', 'tfidf']);
    expect(inspected.document).toMatchObject({ objective: 'classification', problems: [] });
    expect(bench.failure(['runs', 'continue', 'runs/topics-tfidf']).code).toBe('E_TASK_UNSUPPORTED');
  });

  it('is measured on rows of its own columns, where bad ones can be left out', () => {
    bench.write('own.csv', 'matter,queue\n"rain and storm",weather\n"coin and price",money\n"soup, bread",food\n');
    bench.write('own.yaml', OWN);
    expect(bench.run(['train', 'own.yaml', '--model', 'tfidf']).code).toBe(0);
    for (const words of [
      ['eval', 'runs/own-tfidf'],
      ['compare', 'runs/own-tfidf', 'majority'],
    ])
      expect(bench.run([...words, '--data', 'own.csv']).code).toBe(0);
    bench.write('bad.csv', 'matter,queue\n"rain and storm",weather\n"",money\n"soup, bread",food\n');
    expect(bench.failure(['eval', 'runs/own-tfidf', '--data', 'bad.csv']).code).toBe('E_BAD_ROWS');
    const { document, stderr } = bench.run(['eval', 'runs/own-tfidf', '--data', 'bad.csv', '--strict', 'false']);
    expect(document).toMatchObject({ rows: 2 });
    expect(stderr).toContain('1 bad row left out of bad.csv: line 3');
  });

  it('is measured, compared and proved by its bytes', () => {
    const { accuracy } = bench.run(['eval', 'runs/topics-tfidf']).document.metrics as { accuracy: number };
    expect(accuracy).toBeGreaterThan(0.9);
    const { document } = bench.run(['compare', 'runs/topics-tfidf', 'tfidf']);
    const { differences } = document.comparison as { differences: { estimate: number }[] };
    expect(differences[0].estimate).toBe(0);
    expect(bench.run(['runs', 'verify', 'runs/topics-tfidf']).document).toMatchObject({ ok: true, how: 'retrained' });
  });

  it('is refused where it makes no sense, before and after', () => {
    expect(bench.failure(['train', 'topics.yaml', '--model', 'pixels', '--output-dir', 'other'])).toMatchObject({
      code: 'E_CHEAP_UNFIT',
      got: 'it does not read texts',
    });
    expect(bench.failure(['chat', 'runs/topics-tfidf'], { input: 'Rain?\n' }).code).toBe('E_TASK_UNSUPPORTED');
    expect(bench.failure(['compare', 'runs/topics-tfidf', 'base:runs/topics-tfidf']).code).toBe('E_TASK_UNSUPPORTED');
  });
});
