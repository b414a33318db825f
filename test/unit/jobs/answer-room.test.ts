import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Example } from '../../../src/data/index.ts';
import { Tokenizer } from '../../../src/models/text/index.ts';
import { roomForAnswers } from '../../../src/jobs/compare/answer-lengths.ts';
import { rowsWithinBudget, type RowBudget } from '../../../src/jobs/compare/row-budget.ts';

const attuneBase = await Tokenizer.load(fileURLToPath(new URL('../../../assets/attune-base', import.meta.url)));

function rows(count: number, completion: (row: number) => string): Example[] {
  return Array.from({ length: count }, (_, row) => {
    const source = { file: 'rows.jsonl', line: row + 1 };
    return { kind: 'completion', id: `${row}`, source, prompt: 'question', completion: completion(row) };
  });
}

describe('room for an answer', () => {
  const answers = rows(200, (row) => (row === 7 ? 'word '.repeat(200) : 'word word'));

  test('is what the longest answer needs of a tuned model, and what all but a few need of another', async () => {
    expect(await roomForAnswers(attuneBase, answers)).toBeGreaterThan(200);
    expect(await roomForAnswers(attuneBase, answers, { isTrained: false })).toBeLessThan(20);
  });

  test('is the same for both where answers are of one length, or are none', async () => {
    for (const some of [rows(50, () => 'word'), []]) {
      expect(await roomForAnswers(attuneBase, some, { isTrained: false })).toBe(await roomForAnswers(attuneBase, some));
    }
  });
});

describe('rows of a comparison', () => {
  const training = { epochs: 1, max_steps: null, batch_size: 8 };
  const short = rows(1000, () => 'a short answer');
  const long = rows(1000, () => 'a long answer '.repeat(400));
  const budget = (more: Partial<RowBudget>) =>
    rowsWithinBudget({ training, train: short, test: short, parameters: 6e6, ...more });

  test('are as many as usual for small models and short answers', () => {
    expect(budget({})).toBe(500);
    expect(budget({ parameters: 0, test: long })).toBe(500);
  });

  test('are fewer where a large model writes much, and never too few for a verdict', () => {
    const large = { train: long.slice(0, 20), test: long, parameters: 1e9 };
    expect(budget(large)).toBe(100);
    expect(budget({ ...large, parameters: 5e7 })).toBeGreaterThan(100);
  });

  test('grow with what was spent on training', () => {
    const large = { train: long, test: long, parameters: 1e9 };
    const more = budget({ ...large, training: { ...training, epochs: 3 } });
    expect(more).toBeGreaterThan(budget({ ...large, train: long.slice(0, 20) }));
    expect(budget({ ...large, training: { ...training, max_steps: 1 } })).toBe(100);
  });
});
