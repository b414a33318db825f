import { expect, it } from 'vitest';
import { resolveRecipe } from '../../../../src/app/recipe/index.ts';

const minimal = { model: 'base', data: { train: 'tickets.jsonl' } };

it('four-bit weights have their blocks computed twice unless the recipe says otherwise', async () => {
  const checkpointing = async (more: object) =>
    (await resolveRecipe({ ...minimal, ...more })).training.gradient_checkpointing;
  expect(await checkpointing({})).toBe('auto');
  expect(await checkpointing({ storage: 'int8_forward' })).toBe('auto');
  for (const storage of ['nf4', 'fp4'] as const) {
    expect(await checkpointing({ storage })).toBe(true);
    for (const gradient_checkpointing of ['auto', 'least', false] as const)
      expect(await checkpointing({ storage, training: { gradient_checkpointing } })).toBe(gradient_checkpointing);
  }
});
