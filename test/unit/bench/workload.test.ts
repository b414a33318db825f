import { describe, expect, it } from 'vitest';
import { loadBetween, watchLoad } from '../../../bench/quiet.ts';
import { operationsOf, readWorkload, rowsOf } from '../../../bench/workload.ts';

describe('the workload w1', () => {
  const workload = readWorkload('w1');

  it('has 1,706 tokens, of which 1,027 carry loss, as its operations are counted', () => {
    const rows = rowsOf(workload);
    const { inputTokens, lossTokens } = operationsOf(workload, { full: false });
    expect(rows.reduce((sum, row) => sum + row.ids.length, 0)).toBe(inputTokens);
    expect([inputTokens, lossTokens]).toEqual([1706, 1027]);
    expect(rows.reduce((sum, row) => sum + row.trained.filter((one) => one === 1).length, 0)).toBe(lossTokens);
  });

  it('needs half a GFLOP for each input token with LoRA, and three quarters with all weights', () => {
    const perToken = (full: boolean) => operationsOf(workload, { full }).step / 1706 / 1e9;
    expect(perToken(false)).toBeCloseTo(0.53, 1);
    expect(perToken(true) / perToken(false)).toBeCloseTo(1.43, 1);
  });
});

describe('foreign load', () => {
  const start = { wall: 0, machine: 100, own: 10 };
  const machine = { processors: 2, loadAverage: 1.5 };

  it('is what the machine did beyond this process and its children', () => {
    const busy = loadBetween(start, { wall: 10, machine: 118, own: 24 }, machine);
    expect(busy).toEqual({ foreignShare: 0.2, loadAverage: 1.5, quiet: false });
    expect(loadBetween(start, { wall: 10, machine: 118, own: 28 }, machine).quiet).toBe(true);
  });

  it('is the load average where the system tells no more', () => {
    const unknown = { wall: 10, machine: Number.NaN, own: Number.NaN };
    expect(loadBetween(start, unknown, machine).foreignShare).toBe(0.75);
  });

  it('is read from this system', () => {
    expect(watchLoad()().foreignShare).not.toBeNaN();
  });
});
