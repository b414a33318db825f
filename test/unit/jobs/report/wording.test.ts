// The report on rephrased rows, and the systems shown next to a result.
import { expect, test } from 'vitest';
import { figuresOf } from '../../../../src/evaluation/assessments/index.ts';
import { figuresSection } from '../../../../src/jobs/report/sections/figures.ts';
import { tryPlan } from '../../../../src/app/page/try-plan.ts';
import type { RunReport } from '../../../../src/jobs/report/run-report.ts';
import { wordingLines } from '../../../../src/jobs/report/sections/wording.ts';
import type { Wording } from '../../../../src/evaluation/wording/wording-results.ts';

const wording: Wording = {
  version: 1,
  rows: 200,
  testedRows: 200,
  confidence: 0.95,
  metrics: [{ name: 'accuracy', title: 'accuracy', better: 'higher', best: 1 }],
  systems: [
    { name: 'tuned', title: 'tuned', values: { accuracy: { asTested: 0.99, reworded: 0.63, low: 0.55, high: 0.7 } } },
    { name: 'logistic_regression', title: 'tf-idf', values: { accuracy: { asTested: 0.98, reworded: 0.97 } } },
  ],
  against: { name: 'logistic_regression', verdict: 'worse' },
  examples: [{ id: 'a', text: 'how <reset> link work', expected: 'account', answer: 'billing' }],
};

test('the verdict says in a sentence what to use, and how rows of one’s own are tried', () => {
  const run = { folder: 'runs/tickets' } as RunReport['run'];
  const lines = wordingLines({ run, wording })!.text;
  expect(lines).toContain(
    '126 of 200 test rows in other words right, 198 as they are; tf-idf 194, 196 as they are: use tf-idf',
  );
  expect(lines).toContain('<code>attune compare runs/tickets --data own.csv</code>');
  expect(figuresSection(figuresOf('wording', wording)!).text).toMatch(
    /0\.63[^]*0\.55 to 0\.7[^]*how &lt;reset&gt; link work/,
  );
});

test('a classifier is tried next to the best system that was fitted on its rows, not next to an untrained head', () => {
  const system = (name: string, kind: string, value: number) => ({
    name,
    title: name,
    kind,
    values: { accuracy: { value } },
  });
  const comparison = {
    metric: 'accuracy',
    metrics: [{ name: 'accuracy', better: 'higher' }],
    systems: [
      system('tuned', 'tuned', 0.99),
      system('base', 'base', 0.2),
      system('majority', 'cheap', 0.995),
      system('nearest', 'cheap', 0.9),
      system('logistic_regression', 'cheap', 0.98),
    ],
  };
  const run = { objective: 'classification', result: 'runs/tickets/adapter', model: 'attune-base' };
  const plan = tryPlan({ run, comparison } as unknown as RunReport);
  expect(plan?.beside).toEqual({ title: 'logistic_regression', rival: 'logistic_regression' });
  const written = tryPlan({ run: { ...run, objective: 'sft' }, comparison } as unknown as RunReport);
  expect(written?.beside).toEqual({ title: 'attune-base' });
});
