// A user's adapter, trained on rows in memory: same result as without precomputed blocks, and nothing on disk.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { resolveRecipe } from '../../../src/app/recipe/index.ts';
import { attuneCache } from '../../../src/base/home.ts';
import { loadData } from '../../../src/data/index.ts';
import { expectSameRows } from '../row-bits.ts';
import { prepareRun } from '../../../src/jobs/train/training-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-personal-'));
const home = process.env.ATTUNE_HOME;
beforeAll(() => {
  process.env.ATTUNE_HOME = folder;
});
afterAll(() => {
  if (home === undefined) delete process.env.ATTUNE_HOME;
  else process.env.ATTUNE_HOME = home;
  rmSync(folder, { recursive: true, force: true });
});

const rows = Array.from({ length: 12 }, (_, i) => ({
  prompt: `parcel ${i * 37} to ${['bern', 'oslo', 'cork'][i % 3]} ${'now '.repeat(i % 4)}`,
  completion: ` it leaves on day ${i}`,
}));

/** Relative distance of weights after nine steps of Adam, which amplifies rounding. */
const WITHIN = { f32: 1e-3, bf16: 3e-2 };

/** Weights after training, and the phases of preparation. */
async function trained(
  precision: 'f32' | 'bf16',
  cached: 'auto' | false,
): Promise<{ weights: readonly (readonly number[])[]; told: string[] }> {
  const recipe = await resolveRecipe({
    model: 'attune-base',
    data: { train: 'rows', validation: 0, test: 0 },
    objective: 'sft',
    tuning: { method: 'lora', r: 4, layers_to_transform: [5] },
    training: { epochs: 3, batch_size: 4, learning_rate: 1e-3, precision, cache_frozen: cached },
    checkpoints: { every: 'never', best: false },
    output_dir: join(folder, 'run'),
  });
  const given = await loadData({ train: [{ path: 'rows', rows }], seed: 1, allowOverlap: true });
  const told: string[] = [];
  const signal = new AbortController().signal;
  const emit = (event: { type: string; activity?: string; unit?: string }) => void told.push(event.unit ?? event.type);
  const run = await prepareRun({ recipe, folder: join(folder, 'run'), emit, signal, now: new Date(0), given });
  const { collate } = run.parts.objective;
  const { input } = collate([run.parts.train[0]]);
  told.push(`begins at block ${input.resumed?.blocks ?? 0}`);
  await run.trainer.run();
  const weights = [...run.parts.tuning.state().values()].map((tensor) => tensor.toNumbers());
  run.dispose();
  rmSync(join(folder, 'run'), { recursive: true });
  return { weights, told };
}

it.each(['f32', 'bf16'] as const)(
  'equals training that computes the frozen blocks in every step, in %s',
  async (precision) => {
    const [once, always] = [await trained(precision, 'auto'), await trained(precision, false)];
    expect(once.told).toContain('begins at block 5');
    expect(always.told).toContain('begins at block 0');
    for (const [i, weight] of once.weights.entries()) expectSameRows(weight, always.weights[i], WITHIN[precision]);
    expect(once.weights.flat().some((value) => value !== 0)).toBe(true);
  },
);

it('leaves no tokens and no hidden states in the caches', () => {
  const names = ['rows', 'frozen'].filter((name) => existsSync(join(attuneCache(), name)));
  expect(names.flatMap((name) => readdirSync(join(attuneCache(), name)))).toEqual([]);
});
