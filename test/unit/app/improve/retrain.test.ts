import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { DataVersion } from '../../../../src/app/improve/data-version.ts';
import { readPlan } from '../../../../src/app/improve/improvement-plan.ts';
import { retrainingRecipe } from '../../../../src/app/improve/retrain.ts';
import { resolveRecipe } from '../../../../src/app/recipe/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-retrain-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function recipeOf(gate: string): Promise<Record<string, unknown>> {
  const file = join(folder, 'loop.yaml');
  writeFileSync(file, `continuous:\n  model: m\n  retrain: {recipe: r.yaml, when: rows >= 2}\n  gate: ${gate}\n`);
  const recipe = await resolveRecipe({ model: 'attune-base', data: { train: 'rows.jsonl', test: 'test.jsonl' } });
  const version: DataVersion = { version: 1, form: 'sft', train: [], holdout: [], files: [] };
  return retrainingRecipe(recipe, { plan: readPlan(file), folder, version, run: join(folder, 'run') });
}

it('what the gate of a plan asks about is measured in training', async () => {
  const asked = { gate: { forgetting: 0.1 }, evaluation: { general: true } };
  expect(await recipeOf('{max_forgetting: 0.1}')).toMatchObject(asked);
  expect(await recipeOf('{}')).toMatchObject({ gate: { forgetting: null }, evaluation: { general: false } });
});
