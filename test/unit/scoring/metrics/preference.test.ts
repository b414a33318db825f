import { describe, expect, it } from 'vitest';
import type { Example } from '../../../../src/data/example.ts';
import { preferenceAccuracy } from '../../../../src/scoring/metrics/preference-accuracy.ts';

const example = {} as Example;

describe('preference accuracy', () => {
  it('of a reward model has a reliability diagram: the share that is right by how sure it is', () => {
    const metric = preferenceAccuracy.create();
    for (const margin of [3, 3, 3, -3, 0.1, -0.1]) {
      const chosen = 1 / (1 + Math.exp(-margin));
      metric.add({ id: 'a', margin, scores: { chosen, rejected: 1 - chosen } }, example);
    }
    const { value, details } = metric.result();
    expect(value).toBeCloseTo(4 / 6, 9);
    expect(details?.bins).toMatchObject([
      { rows: 2, accuracy: 0.5 },
      { rows: 4, accuracy: 0.75 },
    ]);
  });

  it('of a language model, whose margins are no probabilities, has none', () => {
    const metric = preferenceAccuracy.create();
    metric.add({ id: 'a', margin: 12 }, example);
    expect(metric.result()).toEqual({ value: 1, details: { rows: 1 } });
    expect(() => preferenceAccuracy.create().result()).toThrow('E_NO_ROWS');
  });
});
