import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tunings, type TuningName } from '../../../src/methods/tunings/index.ts';
import { loadModel } from '../../../src/models/load-model.ts';
import { liveTensors } from '../../../src/engine/tensor/index.ts';

/** Options that suit the size of the tiny model. */
const options: Partial<Record<TuningName, object>> = {
  road: { group_size: 8 },
  c3a: { block_size: 8 },
  fourierft: { n_frequency: 60 },
  vblora: { num_vectors: 16, vector_length: 8 },
};

// The tiny model has no biases, and gets no new tokens.
const names = tunings.names.filter((name) => name !== 'bitfit' && name !== 'trainable_tokens');

it.each(names)('%s leaves no tensor behind once it is disposed', async (name) => {
  const before = liveTensors();
  const { model } = await loadModel(join('fixtures', 'models', 'llama'), { dtype: 'f32' });
  const tuning = await (await tunings.load(name)).create(model, options[name] ?? {}, { seed: 5 });
  tuning.dispose();
  model.dispose();
  expect(liveTensors()).toBe(before);
});
