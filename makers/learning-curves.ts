/**
 * `node makers/learning-curves.ts` trains attune-base with forty settings to the end and writes their validation losses
 * to fixtures/learning-curves.json, on which the search's halving is replayed. Takes about ten minutes.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { resolveRecipe, train } from '../src/app/index.ts';
import { randomPoint } from '../src/app/search/tree-parzen.ts';
import { valuesAt, type Dimension } from '../src/app/search/space.ts';
import { temporaryFolder } from '../src/files/temporary.ts';
import { writeJson } from '../src/files/json.ts';
import { toys } from '../studies/rivals/toys.ts';

const SETTINGS = 40;
const STEPS = 32;
const EVERY = 2;
const SEED = 0;

const dimensions: readonly Dimension[] = [
  { path: 'training.learning_rate', stage: 1, values: [1e-4, 3e-2], isContinuous: true, usual: 1e-3 },
  { path: 'tuning.r', stage: 2, values: [2, 4, 8, 16, 32, 64], isContinuous: false, usual: 16 },
  { path: 'training.batch_size', stage: 3, values: [4, 8, 16], isContinuous: false, usual: 8 },
];
const axes = dimensions.map(() => ({ kind: 'line' }) as const);

const folder = temporaryFolder('learning-curves');
const rows = toys.style.draw(SEED, { rows: 400, test: 1 });
const curves = [];
try {
  for (let place = 0; place < SETTINGS; place++) {
    const settings = valuesAt(dimensions, randomPoint(axes, [SEED, 'learning curves', place]));
    const losses = await curveOf(settings, join(folder, String(place)));
    console.log(place, JSON.stringify(settings), losses.at(-1));
    curves.push({ settings, losses });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const about = { model: 'attune-base', task: 'studies/rivals: a style', steps: STEPS, every: EVERY, seed: SEED };
writeJson(join(import.meta.dirname, '..', 'fixtures', 'learning-curves.json'), { ...about, curves });

/** Validation losses of a whole training, every `EVERY` steps. */
async function curveOf(settings: Record<string, unknown>, output_dir: string): Promise<number[]> {
  const recipe = await resolveRecipe(
    {
      model: 'attune-base',
      data: { train: rows.train, validation: rows.validation, test: 0 },
      tuning: { method: 'lora' },
      training: { max_steps: STEPS, seed: SEED },
      evaluation: { every: EVERY, samples: 0, baselines: 'none' },
      checkpoints: { every: 'never' },
      report_to: [],
      output_dir,
    },
    { flags: settings },
  );
  const losses: number[] = [];
  await train(recipe, {
    onEvent(event) {
      if (event.type !== 'evaluation-finished' || event.step === 0) return;
      losses.push(Number(event.metrics.loss.toPrecision(6)));
    },
  });
  rmSync(output_dir, { recursive: true });
  return losses;
}
