import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { resolveRecipe } from '../../../src/app/recipe/index.ts';
import { train } from '../../../src/app/train.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-overwrite-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('overwrite goes with neither resume nor a dry run, which would lose the run that is there', async () => {
  const run = join(folder, 'run');
  mkdirSync(run);
  writeFileSync(join(run, 'kept.txt'), '');
  const recipe = await resolveRecipe({ model: 'm', data: { train: 'x.jsonl' }, output_dir: run });
  for (const other of ['resume', 'dryRun'])
    await expect(train(recipe, { overwrite: true, [other]: true })).rejects.toMatchObject({ code: 'E_USAGE' });
  expect(existsSync(join(run, 'kept.txt'))).toBe(true);
});

test('a run that was killed before it began is begun by resuming it', async () => {
  const run = join(folder, 'killed');
  mkdirSync(run);
  writeFileSync(join(run, 'events.jsonl'), '');
  const rows = Array.from({ length: 24 }, (_, i) => ({ text: `parcel ${i}`, label: i % 2 === 0 ? 'late' : 'lost' }));
  const recipe = await resolveRecipe({ model: 'tfidf', data: { train: rows }, output_dir: run });
  const { outcome } = await train(recipe, { resume: true, inProcess: true, handleSignals: false });
  expect(outcome).toBe('finished');
});
