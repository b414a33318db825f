import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { storages } from '../../../src/methods/storages/index.ts';
import { tunings } from '../../../src/methods/tunings/index.ts';
import { notingLosses } from '../../../src/methods/tunings/loftq.ts';
import { fromPattern, wantedPaths } from '../../../src/methods/tunings/targets.ts';
import { loadModel } from '../../../src/models/load-model.ts';

const base = fileURLToPath(new URL('../../../fixtures/models/llama', import.meta.url));

it('begins layers of another rank with as much of what quantising lost, and looks at no others', async () => {
  const ranks = { q_proj: 4 };
  const keep = await (await storages.load('nf4')).keep({});
  const isWanted = wantedPaths({ target_modules: ['q_proj', 'v_proj'] });
  const noted = notingLosses(keep, (path) => (isWanted(path) ? (fromPattern(ranks, path) ?? 2) : undefined));
  const { model } = await loadModel(base, { dtype: 'f32', keep: noted.keep });
  const options = { r: 2, rank_pattern: ranks, init_lora_weights: 'loftq', target_modules: ['q_proj', 'v_proj'] };
  const { residuals } = noted;
  expect([...residuals.keys()].every((path) => /[qv]_proj$/.test(path))).toBe(true);
  const tuning = await (await tunings.load('lora')).create(model, options, { seed: 1, residuals });
  const shapes = tuning.trainables.map(({ name, parameter }) => [
    /[qv]_proj\.lora_A/.exec(name)?.[0],
    parameter.shape[0],
  ]);
  expect(Object.fromEntries(shapes.filter(([name]) => name !== undefined))).toEqual({
    'q_proj.lora_A': 4,
    'v_proj.lora_A': 2,
  });
  tuning.dispose();
  model.dispose();
});
