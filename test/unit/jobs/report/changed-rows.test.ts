import { expect, test } from 'vitest';
import { samplesSection } from '../../../../src/jobs/report/sections/samples.ts';
import type { Comparison, Samples, SystemKind } from '../../../../src/store/results.ts';

/** Badges of a row that the judged system answers worse than its strongest rival. */
function badges(kind: SystemKind, [mine, theirs]: [number, number]): string {
  const rival = { name: 'other', title: 'tf-idf', kind, values: {} };
  const metric = { name: 'accuracy', title: 'accuracy', better: 'higher' as const, reads: 'label' };
  const comparison = {
    subject: 'tuned',
    systems: [{ name: 'tuned', title: 'tuned', kind: 'tuned' as const, values: {} }, rival],
    flips: { against: 'other', worse: ['a'], better: [] },
    metric: 'accuracy',
    metrics: [metric],
    rows: 1,
  } as unknown as Comparison;
  const answers = {
    tuned: { text: 'x', scores: { accuracy: mine } },
    other: { text: 'y', scores: { accuracy: theirs } },
  };
  const samples: Samples = {
    version: 2,
    systems: [comparison.systems[0], rival],
    rows: [{ id: 'a', prompt: 'p', expected: 'y', answers, change: mine < theirs ? 'worse' : 'better' }],
  };
  const { text } = samplesSection({ samples, comparison, rows: true })!;
  return [...text.matchAll(/<span class="badge[^>]*>([^<]*)</g)].map(([, words]) => words).join();
}

test('a row "got worse" only against the model that was tuned; else it says who is right', () => {
  expect(badges('base', [0, 1])).toBe('▼ got worse');
  expect(badges('base', [1, 0])).toBe('▲ got better');
  expect(badges('cheap', [0, 1])).toBe('▼ wrong, tf-idf right');
  expect(badges('cheap', [1, 0])).toBe('▲ right, tf-idf wrong');
  expect(badges('endpoint', [0.3, 0.5])).toBe('▼ worse than tf-idf');
});
