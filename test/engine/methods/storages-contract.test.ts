// Contract of every storage, on a decoder, an encoder, an image model and a speech model.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { storages, type StorageName } from '../../../src/methods/storages/index.ts';
import { tunings } from '../../../src/methods/tunings/index.ts';
import { loadModel } from '../../../src/models/load-model.ts';
import { isLinear } from '../../../src/engine/nn/index.ts';
import { backward, noGrad, SafetensorsFile, scope, zeros, type Tensor } from '../../../src/engine/tensor/index.ts';
import { inputOf } from '../../../tools/parity/input.ts';
import { outputOf, runForward } from '../../../tools/parity/outputs.ts';

const fixtures = fileURLToPath(new URL('../../../fixtures/models', import.meta.url));
const models = ['llama', 'bert_cls', 'vit', 'wav2vec2'] as const;

/** Maximum root-mean-square distance of logits from those with dense weights: the cost of rounding for these models. */
const error: Record<StorageName, number> = { dense: 0, nf4: 0.6, fp4: 0.8, int8_forward: 0.05, int8_switchback: 0.05 };

async function load(name: string, storage: StorageName) {
  const method = await storages.load(storage);
  const { model } = await loadModel(join(fixtures, name), { dtype: 'f32', keep: await method.keep({}) });
  const created = await method.create(model, {}, 'always');
  using file = new SafetensorsFile(join(fixtures, name, 'expected.safetensors'));
  const batch = new Map(file.names.map((one) => [one, file.get(one)]));
  const logits = (): Tensor => outputOf(runForward(model, batch, inputOf(model, batch)), 'logits')!.values;
  const numbers = () => noGrad(() => scope(() => [...logits().toNumbers()]));
  return { model, storage: created, logits, numbers };
}

function rootMeanSquare(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
}

describe.each(storages.names.flatMap((name) => models.map((model) => [name, model] as const)))(
  '%s on %s',
  (name, on) => {
    it('gives about what dense weights give, the same each time, and gradients to adapters', async () => {
      const dense = await load(on, 'dense');
      const wanted = dense.numbers();
      const loaded = await load(on, name);
      const got = loaded.numbers();
      const off = rootMeanSquare(got.map((value, i) => value - wanted[i])) / rootMeanSquare(wanted);
      expect(off).toBeLessThanOrEqual(error[name]);
      expect(off > 0).toBe(name !== 'dense');
      const again = await load(on, name);
      expect(again.numbers()).toEqual(got);

      const tuning = await (await tunings.load('lora')).create(loaded.model, { r: 2 }, { seed: 1 });
      expect(loaded.numbers()).toEqual(got);
      const [{ parameter }] = tuning.trainables.filter((one) => one.name.includes('lora_B'));
      scope(() => {
        backward([loaded.logits().pow(2).mean().reshape(1)], [zeros([1], { device: loaded.model.device }).add(1)]);
        expect((parameter.tensor.grad as Tensor).toNumbers().some((value) => value !== 0)).toBe(true);
      });
      for (const one of [dense, loaded, again]) {
        one.storage.dispose();
        one.model.dispose();
      }
    });
  },
);

it.each(['nf4', 'fp4'] as const)(
  '%s takes an eighth of f32, and what is trained whole stays as it is',
  async (name) => {
    const { model } = await load('llama', name);
    const layers = [...model.modules()].flatMap(([path, module]) => (isLinear(module) ? [{ path, module }] : []));
    const packed = layers.filter(({ module }) => module.weight.form !== undefined);
    expect(layers.filter((one) => !packed.includes(one)).map(({ path }) => path)).toEqual(['lm_head']);
    // The tables of code values take a kilobyte, whatever the size of the weight.
    for (const { module } of packed) expect(module.weight.bytes - 1100).toBeLessThan(0.16 * 4 * module.weight.size);
    const keep = (await (await storages.load(name)).keep({}))!;
    const except = (path: string) => path.endsWith('q_proj');
    const { model: other } = await loadModel(join(fixtures, 'llama'), { dtype: 'f32', keep: { ...keep, except } });
    const whole = [...other.modules()].flatMap(([path, module]) => (except(path) && isLinear(module) ? [module] : []));
    expect(whole.map(({ weight }) => weight.form)).toEqual([undefined, undefined]);
    for (const one of [model, other]) one.dispose();
  },
);
