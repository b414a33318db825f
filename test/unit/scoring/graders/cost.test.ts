import { describe, expect, it } from 'vitest';
import { compileGrader } from '../../../../src/scoring/graders/grade.ts';
import type { Grader } from '../../../../src/scoring/graders/grader.options.ts';
import { longestCommon } from '../../../../src/scoring/metrics/longest-common.ts';
import { randomUint32 } from '../../../../src/base/random.ts';

const similar = (name: string, metric: 'fuzzy_match' | 'rouge_l', length: number) => ({
  type: 'text_similarity' as const,
  name,
  input: 'ab '.repeat(length),
  reference: 'ba ab '.repeat(length),
  evaluation_metric: metric,
});

function slowCommon(a: readonly string[], b: readonly string[]): number {
  const row = new Int32Array(b.length + 1);
  for (const symbol of a)
    for (let j = 0, diagonal = 0; j < b.length; j++) {
      const above = row[j + 1];
      row[j + 1] = symbol === b[j] ? diagonal + 1 : Math.max(above, row[j]);
      diagonal = above;
    }
  return row[b.length];
}

describe('graders', () => {
  it('find the longest common subsequence of any texts', () => {
    for (let index = 0; index < 300; index++) {
      const text = (part: number) =>
        Array.from({ length: randomUint32([part, 'length'], index) % 100 }, (_, at) =>
          String(randomUint32([part, 'letter'], 100 * index + at) % (1 + (index % 9))),
        );
      expect(longestCommon(text(1), text(2))).toBe(slowCommon(text(1), text(2)));
    }
  });

  it.each(['fuzzy_match', 'rouge_l'] as const)('refuse texts that %s takes too long to compare', (metric) => {
    const grade = compileGrader(similar('t', metric, 2000) as Grader, 1_000_000);
    expect(() => grade({ item: {}, answer: '' })).toThrow('grader_comparisons');
    expect(
      compileGrader(similar('t', metric, 200) as Grader, 1_000_000)({ item: {}, answer: '' }).reward,
    ).toBeGreaterThan(0);
  });

  it('count the parts of a multi together', () => {
    const graders = Object.fromEntries(
      Array.from({ length: 5 }, (_, i) => [`g${i}`, similar(`g${i}`, 'fuzzy_match', 150)]),
    );
    const multi = { type: 'multi', name: 'm', graders, calculate_output: 'g0' } as unknown as Grader;
    expect(() => compileGrader(multi, 500_000)({ item: {}, answer: '' })).toThrow('E_GRADER_COST');
    // Each answer has its own budget.
    const grade = compileGrader(multi, 3_000_000);
    for (let times = 0; times < 3; times++) expect(grade({ item: {}, answer: '' }).reward).toBeGreaterThan(0);
  });
});
