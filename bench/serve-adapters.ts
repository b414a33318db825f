/**
 * `node bench/serve-adapters.ts MODEL FOLDER COUNT RANK` writes LoRA adapters with random weights on all linear layers,
 * in PEFT's format.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { create as createLora } from '../src/methods/tunings/lora.ts';
import { complete, options as loraOptions } from '../src/methods/tunings/lora.options.ts';
import { keyedNormal } from '../src/models/initialise.ts';
import { loadModel } from '../src/models/load-model.ts';
import { noGrad, scope, type Tensor } from '../src/engine/tensor/index.ts';

const [base, folder, count, rank] = process.argv.slice(2);
const { model } = await loadModel(base, { dtype: 'stored' });
const tuning = createLora(model, complete(loraOptions.parse({ r: Number(rank) })), { seed: 1 });

function randomWeights(seed: number): Map<string, Tensor> {
  return new Map(
    [...tuning.state()].map(([path, { shape }]) => [path, keyedNormal(shape, { seed, path }, 0.01)] as const),
  );
}

for (let seed = 0; seed < Number(count); seed++) {
  const own = join(folder, `adapter-${seed}`);
  mkdirSync(own, { recursive: true });
  noGrad(() => scope(() => tuning.load(randomWeights(seed))));
  tuning.save(own, { baseModel: base, task: 'causal-lm' });
}
