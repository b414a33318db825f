// Adapters with random weights, in PEFT's format.
import { cpSync } from 'node:fs';
import { create as createLora } from '../../src/methods/tunings/lora.ts';
import { complete, options as loraOptions } from '../../src/methods/tunings/lora.options.ts';
import { keyedNormal } from '../../src/models/initialise.ts';
import { noGrad, scope, type Tensor } from '../../src/engine/tensor/index.ts';
import { openModel } from '../../src/answering/model/open-model.ts';

/** Writes an adapter for a model's folder, with the model's tokenizer. */
export async function writeRandomAdapter(
  folder: string,
  { seed, model: base, baseModel = base }: { seed: number; model: string; baseModel?: string },
): Promise<void> {
  const { model } = await openModel(base, { precision: 'f32' });
  const tuning = createLora(model, complete(loraOptions.parse({ r: 4 })), { seed });
  noGrad(() =>
    scope(() => {
      const noise = [...tuning.state()].map(([path, { shape }]): [string, Tensor] => [
        path,
        keyedNormal(shape, { seed, path }, 0.5),
      ]);
      tuning.load(new Map(noise));
    }),
  );
  cpSync(base, folder, { recursive: true, filter: (path) => !/[\\/](model\.safetensors|config\.json)$/.test(path) });
  tuning.save(folder, { baseModel, task: 'causal-lm' });
  tuning.dispose();
  model.dispose();
}
