// Senseless values are reported as problems of their fields.
import { expect, it } from 'vitest';
import { resolveRecipe } from '../../../../src/app/recipe/index.ts';
import type { AttuneError, Problem } from '../../../../src/base/errors.ts';

async function problemsOf(input: object): Promise<readonly Problem[]> {
  const given = { model: 'base', data: { train: 'tickets.jsonl' }, ...input };
  const error = await resolveRecipe(given as never).catch((refusal: AttuneError) => refusal);
  return (error as AttuneError).problems;
}

it('objects with a key toString', async () => {
  const name = { toString: 1 };
  const problems = await problemsOf({ objective: { name }, training: { optimizer: { name } } });
  const fields = problems.map(({ field }) => field);
  expect(fields).toEqual(expect.arrayContaining(['objective.name', 'training.optimizer.name']));
});

it('NUL in any text', async () => {
  const [problem] = await problemsOf({ data: { train: ['a.jsonl', 'b\0.jsonl'] } });
  expect(problem).toMatchObject({ field: 'data.train.1', message: expect.stringContaining('NUL') as string });
});
