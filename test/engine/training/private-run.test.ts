// The key of a private run's noise is kept for resuming, and deleted at the end.
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { verifyRun } from '../../../src/app/verify.ts';
import { runJob } from '../../../src/jobs/worker/index.ts';
import type { Recipe } from '../../../src/training/recipe/recipe.ts';
import { matrixFolder } from '../matrix-folder.ts';
import { prepare, recipeOf } from '../method-matrix.ts';

const folder = matrixFolder('private', ['llama']);

async function privateRecipe(name: string): Promise<Recipe> {
  const recipe = await recipeOf({ objective: 'sft', tuning: 'lora', model: 'llama' }, folder);
  const optimizer = { name: 'dp_sgd', noise_multiplier: 1 } as never;
  return { ...recipe, training: { ...recipe.training, optimizer }, output_dir: join(folder, name) };
}

const weights = (run: string) => readFileSync(join(folder, run, 'checkpoints', 'step-3', 'weights.safetensors'));

function filesOf(path: string): string[] {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

it('is resumed to the bytes of one that was left alone, by a secret that only its user can read', async () => {
  const recipe = await privateRecipe('resumed');
  const ignore = () => undefined;
  const whole = await prepare(recipe, ignore);
  await whole.trainer.run();
  whole.dispose();
  const wanted = weights('resumed');
  rmSync(join(folder, 'resumed', 'checkpoints', 'step-3'), { recursive: true });
  expect(statSync(join(folder, 'resumed', 'secret.json')).mode & 0o777).toBe(0o600);
  const again = await prepare(recipe, ignore, {
    from: join(folder, 'resumed', 'checkpoints', 'step-2'),
  });
  again.resume();
  await again.trainer.run();
  again.dispose();
  expect(weights('resumed').equals(wanted)).toBe(true);
  const secret = String(again.constants.secret);
  const telling = filesOf(join(folder, 'resumed')).filter((path) => readFileSync(path, 'latin1').includes(secret));
  expect(telling).toEqual([join(folder, 'resumed', 'secret.json')]);
});

it('leaves no secret, and every run has another one', async () => {
  vi.stubEnv('ATTUNE_IN_PROCESS', '1');
  const results: string[] = [];
  for (const name of ['first', 'second']) {
    const recipe = await privateRecipe(name);
    const { outcome } = await runJob({ job: 'train', input: { recipe }, folder: recipe.output_dir });
    expect([outcome, existsSync(join(folder, name, 'secret.json'))]).toEqual(['finished', false]);
    results.push(weights(name).toString('hex'));
  }
  expect(results[0]).not.toBe(results[1]);
  const repeated = verifyRun(join(folder, 'first'), { retrain: true });
  await expect(repeated).rejects.toMatchObject({ code: 'E_PRIVACY_UNSUPPORTED' });
});
