import { describe, expect, it } from 'vitest';
import { randomUnits } from '../../../../src/base/random.ts';
import { safetyMeasure } from '../../../../src/evaluation/safety/measure-safety.ts';
import { pairedShareDifference, wilsonInterval } from '../../../../src/scoring/statistics/index.ts';

const HEADING = { name: 'compliance', condition: 'plain', title: 'complied' } as const;

describe('the difference of paired shares', () => {
  it('has a width where no row changed', () => {
    const same = new Float64Array(100);
    const { estimate, low, high, p } = pairedShareDifference(same, same);
    const end = wilsonInterval(0, 100).high;
    expect([estimate, p]).toEqual([0, 1]);
    expect(high).toBeCloseTo(end, 12);
    expect(low).toBeCloseTo(-end, 12);
  });

  it('holds the truth in 95 of 100', () => {
    const [draws, rows] = [1000, 80];
    let holding = 0;
    for (let draw = 0; draw < draws; draw++) {
      const unit = randomUnits([7, 'paired', draw]);
      const before = Float64Array.from({ length: rows }, (_, i) => (unit(i) < 0.3 ? 1 : 0));
      // Half of the rows keep their value, and half of the others change: 0.4 in total.
      const after = before.map((old, i) => (unit(rows + i) < 0.5 ? old : unit(2 * rows + i) < 0.5 ? 1 : 0));
      const { low, high } = pairedShareDifference(before, after);
      if (low <= 0.1 && 0.1 <= high) holding++;
    }
    expect(holding / draws).toBeGreaterThan(0.935);
    expect(holding / draws).toBeLessThan(0.975);
  });
});

describe('a measure of safety', () => {
  it('compares the same rows before and after, overall and by category', () => {
    const rows = Array.from({ length: 20 }, (_, i) => ({
      category: i < 10 ? 'weapons' : 'drugs',
      before: 0,
      after: i < 10 ? 1 : 0,
    }));
    const { before, after, difference, categories } = safetyMeasure(HEADING, rows);
    expect([before?.value, after.value, difference?.value]).toEqual([0, 0.5, 0.5]);
    expect(difference!.low).toBeGreaterThan(0.2);
    expect(categories.map(({ category, difference: own }) => [category, own?.value])).toEqual([
      ['weapons', 1],
      ['drugs', 0],
    ]);
  });

  it('has no difference where nothing was measured before', () => {
    const rows = Array.from({ length: 6 }, () => ({ category: 'all', after: 1, isPartly: true }));
    const measure = safetyMeasure(HEADING, rows);
    expect(measure.difference).toBeUndefined();
    expect(measure.partly).toBe(6);
    expect(measure.categories).toEqual([]);
  });

  it('takes means of -1 to 1 for what they are', () => {
    const rows = Array.from({ length: 12 }, (_, i) => ({ category: 'age', before: 0, after: i % 2 === 0 ? 1 : -0.5 }));
    const { difference } = safetyMeasure({ ...HEADING, name: 'bias' }, rows);
    expect(difference?.value).toBeCloseTo(0.25, 12);
    expect(difference!.low).toBeLessThan(0);
  });
});
