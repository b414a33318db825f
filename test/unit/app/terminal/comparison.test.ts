import { describe, expect, test } from 'vitest';
import { describeComparison } from '../../../../src/app/use-cases/text/comparison.ts';
import { createTerminal } from '../../../../src/app/terminal/terminal.ts';
import type { ComparedMetric, Comparison, Difference } from '../../../../src/store/results.ts';

const terminal = createTerminal({ isTTY: true, columns: 80, write: () => true }, { NO_COLOR: '1' });

const metrics: ComparedMetric[] = [
  { name: 'phoneme_error_rate', title: 'phoneme error rate', better: 'lower', best: 0, reads: 'text' },
  { name: 'exact_match', title: 'exact match', better: 'higher', best: 1, reads: 'text' },
];

function difference(metric: string, against: string, estimate: number): Difference {
  const verdict = estimate > 0 ? 'better' : 'worse';
  const [low, high] = [estimate - Math.abs(estimate) / 3, estimate + Math.abs(estimate) / 3];
  return { metric, against, estimate, low, high, p: 0, pAdjusted: 0, test: 'z', minimalDetectable: 0.1, verdict };
}

function comparison(factor: number, title = 'nearest training row'): Comparison {
  const value = (size: number) => ({ value: size * factor, low: 0.9123 * size * factor, high: 1.1123 * size * factor });
  return {
    version: 2,
    split: 'test',
    rows: 300,
    available: 400,
    confidence: 0.95,
    seed: 0,
    metric: 'phoneme_error_rate',
    metrics,
    subject: 'tuned',
    systems: [
      {
        name: 'tuned',
        title: 'tuned',
        kind: 'tuned',
        values: { phoneme_error_rate: value(0.158), exact_match: value(0.4) },
      },
      { name: 'nearest', title, kind: 'cheap', values: { phoneme_error_rate: value(0.399), exact_match: value(0.5) } },
    ],
    rivals: ['nearest'],
    differences: [
      difference('phoneme_error_rate', 'nearest', 0.241 * factor),
      difference('exact_match', 'nearest', -0.1 * factor),
    ],
    verdict: 'better',
    sentence: `phoneme error rate 0.158 against 0.399 of ${title} (better by 0.241, 95 % interval +0.22 to +0.262) on 300 rows of test.`,
    flips: { against: 'nearest', worse: ['a'], better: ['b', 'c'] },
    skipped: [{ name: 'logistic_regression', reason: 'the answers are texts: 19371 different ones in 20000 rows' }],
  };
}

describe('a comparison in the terminal', () => {
  test('names the metric, every system with its interval, and by how much the result is better', () => {
    const [advice, more, , head, tuned, nearest] = describeComparison(comparison(1), terminal).split('\n');
    expect(`${advice} ${more}`).toBe(
      'Better. Use the tuned model: it has phoneme error rate 0.158, nearest training row 0.399, where lower is better.',
    );
    expect(head).toMatch(/^phoneme error rate +value +95 % interval +better by$/);
    expect(tuned).toMatch(/^tuned +0\.158 +0\.144 to 0\.176$/);
    expect(nearest).toMatch(/^nearest training row +0\.399 +0\.364 to 0\.444 +▲ 0\.24 \(0\.16 to 0\.32\)$/);
  });

  test('tells answers that were cut and those that are no numbers', () => {
    const { systems, ...rest } = comparison(1);
    const [tuned, nearest] = systems;
    const values = { ...nearest.values, exact_match: { value: 1, details: { notNumbers: 1 } } };
    const shown = describeComparison(
      {
        ...rest,
        systems: [
          { ...tuned, cutAnswers: 2 },
          { ...nearest, values, cutAnswers: 0 },
        ],
      },
      terminal,
    );
    expect(shown).toContain('tuned: 2 of 300 answers were cut off at the token limit');
    expect(shown.replaceAll(/\s+/g, ' ')).toContain(
      'nearest training row: 1 answer is not a number and counts as the mean of the true ones',
    );
    expect(shown).not.toContain('nearest training row: 0');
  });

  test('says where the result loses, whatever the verdict is, and what was left out', () => {
    const text = describeComparison(comparison(1), terminal);
    expect(text).toContain('phoneme error rate 0.158 against 0.399 of nearest training row');
    expect(text).toContain('worse than nearest training row by exact match: −0.1');
    expect(text).toContain('rows answered better than by nearest training row: 2, worse: 1');
    expect(text).toContain('a sample of 300 of 400 rows: --max-rows uses more');
    expect(text).toContain('logistic_regression left out: the answers are texts');
  });

  test('explains what is probable beside an interval without 0 by what p is corrected for', () => {
    const known = comparison(1);
    const [one, other] = known.differences;
    const second = { ...one, against: 'base', p: 0.001, pAdjusted: 0.002 };
    const differences = [{ ...one, p: 0.04, pAdjusted: 0.08, verdict: 'no-evidence' as const }, second, other];
    const text = describeComparison({ ...known, rivals: ['nearest', 'base'], differences }, terminal);
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      'probably better than nearest training row, but not certainly: its interval excludes 0, but p 0.08, corrected for 2 comparisons (0.04 alone)',
    );
    expect(describeComparison(known, terminal)).not.toContain('probably');
  });

  test('leaves a dash where a system has no value of a metric', () => {
    const known = comparison(1);
    const [tuned, nearest] = known.systems;
    const { phoneme_error_rate } = nearest.values;
    const systems = [tuned, { ...nearest, values: { phoneme_error_rate } }];
    expect(describeComparison({ ...known, systems }, terminal)).toMatch(/^nearest training row +–$/m);
  });

  test('says where there is no interval, and shows no table as a figure', () => {
    const known = comparison(1);
    const { low: _low, high: _high, ...without } = known.differences[0];
    const table: ComparedMetric = { ...metrics[1], name: 'confusion', title: 'confusion table', isTable: true };
    const text = describeComparison({ ...known, differences: [without], metrics: [...metrics, table] }, terminal);
    expect(text).toContain('▲ 0.24 (no interval)');
    expect(text).not.toContain('confusion');
    expect(describeComparison({ ...known, leftOut: { rows: 1, reason: 'too long' } }, terminal)).toContain(
      '1 row left out: too long',
    );
  });

  test.each([1, -1e-9, 12.345678e-7, 98_765_432.1, 1e20])('fits 80 columns, with values of about %s', (factor) => {
    for (const title of ['tuned', 'a system with a title that is far too long for any table'.repeat(2)]) {
      for (const line of describeComparison(comparison(factor, title), terminal).split('\n')) {
        expect(line.length, line).toBeLessThanOrEqual(80);
      }
    }
  });
});
