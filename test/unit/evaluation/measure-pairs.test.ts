// Results on pairs of rows: how often answers change, in which direction, and how certain that is.
import { describe, expect, it } from 'vitest';
import type { ClassificationExample, CompletionExample } from '../../../src/data/example.ts';
import { compareFlips } from '../../../src/evaluation/fairness/compare-flips.ts';
import { measurePairs } from '../../../src/evaluation/fairness/measure-pairs.ts';
import type { AnsweredPair } from '../../../src/evaluation/fairness/group-pairs.ts';

const options = { metrics: [{ metric: 'accuracy' as const }], confidence: 0.95, seed: 0 };

function example(id: string): ClassificationExample {
  return { kind: 'classification', id, source: { file: 'pairs.jsonl', line: 1 }, text: id, label: 'yes' };
}

/** Answers for a woman and for a man; the original's gender alternates between pairs. */
function pair(index: number, [woman, man]: [string, string]): AnsweredPair {
  const isWomanFirst = index % 2 === 0;
  const answers = [
    { id: `a${index}`, label: isWomanFirst ? woman : man },
    { id: `b${index}`, label: isWomanFirst ? man : woman },
  ] as const;
  const groups = isWomanFirst ? (['female', 'male'] as const) : (['male', 'female'] as const);
  return {
    axis: 'gender',
    original: example(`a${index}`),
    changed: example(`b${index}`),
    groups,
    changes: [],
    answers,
  };
}

const pairs = (count: number, answers: (index: number) => [string, string]): AnsweredPair[] =>
  Array.from({ length: count }, (_, index) => pair(index, answers(index)));

describe('pairs of rows', () => {
  it('show whom answers are worse for, whichever side is the original', async () => {
    const [gender] = await measurePairs(
      pairs(40, (index) => [index < 12 ? 'no' : 'yes', 'yes']),
      options,
    );
    expect(gender).toMatchObject({ axis: 'gender', pairs: 40, flips: { pairs: 12, rate: 0.3 } });
    expect(gender.flips.low).toBeCloseTo(0.181, 2);
    const [{ group, against, metrics, answers }] = gender.groups;
    expect([group, against]).toEqual(['female', 'male']);
    expect(metrics.accuracy).toMatchObject({ value: 0.7, other: 1, verdict: 'worse' });
    expect(metrics.accuracy.estimate).toBeCloseTo(-0.3);
    expect(metrics.accuracy.p).toBeCloseTo(2 * 0.5 ** 12);
    expect(answers.no).toMatchObject({ verdict: 'better' });
    // With two possible answers, one test covers both.
    expect(Object.keys(answers)).toEqual(['no']);
    expect(metrics.accuracy.pAdjusted).toBeCloseTo(2 * metrics.accuracy.p);
    expect(gender.examples[0]).toEqual({
      original: { text: 'a0', answer: 'no' },
      changed: { text: 'b0', answer: 'yes' },
    });
  });

  it('show nothing where answers change as often one way as the other', async () => {
    const both = pairs(40, (index) => (index < 6 ? ['no', 'yes'] : index < 12 ? ['yes', 'no'] : ['yes', 'yes']));
    const [{ flips, groups }] = await measurePairs(both, options);
    expect(flips.pairs).toBe(12);
    expect(groups[0].metrics.accuracy).toMatchObject({ estimate: 0, verdict: 'no-evidence' });
  });

  it('of several groups look at each against all others, and of mixed rows at none', async () => {
    const three = pairs(9, () => ['yes', 'yes']).map((one, index) => {
      const groups = [['english', 'polish'] as const, ['english', 'indian'] as const, ['mixed', 'indian'] as const];
      return { ...one, axis: 'origin' as const, groups: groups[index % 3] };
    });
    const [{ pairs: count, groups }] = await measurePairs(three, options);
    expect(count).toBe(9);
    expect(groups.map(({ group, against, pairs: own }) => [group, against, own])).toEqual([
      ['english', 'others', 6],
      ['indian', 'others', 3],
      ['polish', 'others', 3],
    ]);
  });

  it('whose answers are texts are flipped by other words than those of the group', async () => {
    const row = (id: string): CompletionExample => {
      return { kind: 'completion', id, source: { file: 'p', line: 1 }, prompt: id, completion: 'x' };
    };
    const of = (index: number, texts: [string, string]): AnsweredPair => ({
      ...pair(index, ['', '']),
      original: row(`a${index}`),
      changed: row(`b${index}`),
      changes: [{ from: 'John', to: 'Mary' }],
      answers: [
        { id: `a${index}`, text: texts[0] },
        { id: `b${index}`, text: texts[1] },
      ],
    });
    const answered = [of(0, ['John lost his key', 'Mary lost her key']), of(1, ['He leads', 'She helps'])];
    const [{ flips }] = await measurePairs(answered, { ...options, metrics: [{ metric: 'exact_match' }] });
    expect(flips.pairs).toBe(1);
  });

  it('say whether another system flips less often on the same pairs', async () => {
    const [first, other] = [pairs(40, (index) => [index < 12 ? 'no' : 'yes', 'yes']), pairs(40, () => ['yes', 'yes'])];
    const [{ against }] = compareFlips(await measurePairs(other, options), [first, other], options);
    expect(against).toMatchObject({ value: 0, other: 0.3, verdict: 'better' });
    expect(against!.estimate).toBeCloseTo(0.3);
  });
});
