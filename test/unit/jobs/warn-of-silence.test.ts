// Warning for base models that do not answer, trained with objectives that do not teach answers.
import { expect, test } from 'vitest';
import { resolveRecipe } from '../../../src/app/recipe/index.ts';
import { warnOfSilence } from '../../../src/jobs/train/warn-of-silence.ts';

async function warningsOf(model: string, objective: 'dpo' | 'kto' | 'orpo'): Promise<string[]> {
  const warnings: string[] = [];
  const recipe = await resolveRecipe({ model, objective, data: { train: 'rows.jsonl' } });
  await warnOfSilence(recipe, (event) => void (event.type === 'warning-raised' && warnings.push(event.message)));
  return warnings;
}

test.each(['dpo', 'kto'] as const)('%s on a base is warned of', async (objective) => {
  const [warning] = await warningsOf('attune-base', objective);
  expect(warning).toContain(`attune-base cannot answer yet, and ${objective} only teaches preferences`);
  expect(warning).toContain('orpo');
});

test.each([
  ['orpo learns the answers too', 'attune-base', 'orpo'],
  ['an instructed model answers', 'someone/model-1B-Instruct', 'dpo'],
] as const)('%s: no warning', async (_, model, objective) => {
  expect(await warningsOf(model, objective)).toEqual([]);
});
