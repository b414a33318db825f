import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parametersOf } from '../../../src/models/base-facts.ts';
import { createModel, loadModel } from '../../../src/models/load-model.ts';
import { saveModel } from '../../../src/models/save.ts';
import { fromArray, SafetensorsFile, writeSafetensors, type Tensor } from '../../../src/engine/tensor/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-mxfp4-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CONFIG = {
  model_type: 'gpt_oss',
  vocab_size: 11,
  hidden_size: 64,
  intermediate_size: 32,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  head_dim: 8,
  num_local_experts: 3,
  num_experts_per_tok: 2,
};
const MAGNITUDES = [0, 0.5, 1, 1.5, 2, 3, 4, 6];

/** Codes, exponents and the values that they represent, for a weight [E, I, O] packed along its output features. */
function pack(weight: Tensor): { blocks: Tensor; scales: Tensor; dense: number[] } {
  const [experts, inputs, outputs] = weight.shape;
  const values = weight.toNumbers();
  const groups = inputs / 32;
  const blocks = new Uint8Array(experts * outputs * groups * 16);
  const scales = new Uint8Array(experts * outputs * groups);
  const dense = values.map(() => 0);
  for (let block = 0; block < scales.length; block++) {
    const [expert, output, group] = [
      Math.floor(block / (outputs * groups)),
      Math.floor(block / groups) % outputs,
      block % groups,
    ];
    const placeOf = (i: number) => (expert * inputs + group * 32 + i) * outputs + output;
    const largest = Math.max(...Array.from({ length: 32 }, (_, i) => Math.abs(values[placeOf(i)])));
    const exponent = Math.floor(Math.log2(largest)) - 2;
    scales[block] = exponent + 127;
    for (let i = 0; i < 32; i++) {
      const scaled = values[placeOf(i)] / 2 ** exponent;
      const nearest = MAGNITUDES.reduce(
        (best, one, code) =>
          Math.abs(one - Math.abs(scaled)) < Math.abs(MAGNITUDES[best] - Math.abs(scaled)) ? code : best,
        0,
      );
      const code = scaled < 0 ? nearest + 8 : nearest;
      blocks[block * 16 + (i >> 1)] |= i % 2 === 0 ? code : code << 4;
      dense[placeOf(i)] = Math.sign(scaled) * MAGNITUDES[nearest] * 2 ** exponent;
    }
  }
  const shape = [experts, outputs, groups];
  return { blocks: fromArray(blocks, [...shape, 16]), scales: fromArray(scales, shape), dense };
}

describe('gpt-oss as it is published', () => {
  it('has experts in blocks of four-bit floats, which are read as the numbers that they stand for', async () => {
    const made = await createModel(CONFIG, { dtype: 'f32', seed: 3, task: 'causal-lm' });
    const parameters = parametersCount(made.parameters());
    saveModel(made, folder);
    made.dispose();
    const dense = new Map<string, number[]>();
    {
      using file = new SafetensorsFile(join(folder, 'model.safetensors'));
      const tensors = new Map<string, Tensor>();
      for (const name of file.names) {
        if (!/experts\.\w+_proj$/.test(name)) {
          tensors.set(name, file.get(name).clone());
          continue;
        }
        const packed = pack(file.get(name));
        tensors.set(`${name}_blocks`, packed.blocks).set(`${name}_scales`, packed.scales);
        dense.set(name, packed.dense);
      }
      rmSync(join(folder, 'model.safetensors'));
      writeSafetensors(join(folder, 'model.safetensors'), tensors);
    }
    const raw = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as object;
    const config = { ...raw, quantization_config: { quant_method: 'mxfp4', modules_to_not_convert: ['lm_head'] } };
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    const { model } = await loadModel(folder, { dtype: 'f32' });
    const loaded = new Map(model.parameters());
    expect(dense.size).toBe(2);
    for (const [name, numbers] of dense) {
      const found = loaded.get(name)!.tensor.toNumbers();
      expect(
        found.reduce((most, value, i) => Math.max(most, Math.abs(value - numbers[i])), 0),
        name,
      ).toBeLessThan(1e-7);
    }
    model.dispose();
    expect(await parametersOf(folder)).toBe(parameters);
  });
});

function parametersCount(parameters: Iterable<[string, { size: number }]>): number {
  return [...parameters].reduce((sum, [, { size }]) => sum + size, 0);
}
