import { describe, expect, test } from 'vitest';
import type { Example, MultiLabelExample, RegressionExample } from '../../../../src/data/example.ts';
import { baselines, type BaselineName } from '../../../../src/answering/baselines/index.ts';

const animals = ['cats purr and meow', 'dogs bark and fetch', 'a cat may meow', 'the dog will bark'];

async function answers(name: BaselineName, train: readonly Example[], examples: readonly Example[]) {
  return (await (await baselines.load(name)).fit(train)).predict(examples);
}

const about = (text: string, index: number) => ({
  id: `${index}`,
  source: { file: 'rows.jsonl', line: index + 1 },
  text,
});

describe('numbers and several labels', () => {
  test('are found by the words that go with them', async () => {
    const texts = Array.from({ length: 60 }, (_, i) => `${animals[i % 4]} in the year ${i}`);
    const numbers = texts.map((text, i): RegressionExample => {
      return { ...about(text, i), kind: 'regression', value: 500 + 20 * (i % 2) };
    });
    const predicted = await answers('ridge_regression', numbers, numbers.slice(0, 4));
    for (const [i, { text }] of predicted.entries())
      expect(Math.abs(Number(text) - 500 - 20 * (i % 2))).toBeLessThan(3);
    const sets = texts.map((text, i): MultiLabelExample => {
      return {
        ...about(text, i),
        kind: 'multilabel',
        labels: i % 4 === 0 ? ['cat', 'purrs'] : i % 2 === 0 ? ['cat'] : [],
      };
    });
    const labelled = await answers('logistic_per_label', sets, sets.slice(0, 4));
    expect(labelled.map(({ labels }) => labels)).toEqual([['cat', 'purrs'], [], ['cat'], []]);
  });
});
