// LoRA on a token table that is also the output head; fixtures/tunings has one on a model with a separate head.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { openTuning, readAdapterConfig } from '../../../src/methods/tunings/adapter-config.ts';
import { tunings } from '../../../src/methods/tunings/index.ts';
import { loadModel } from '../../../src/models/load-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { aten, noGrad, SafetensorsFile, scope } from '../../../src/engine/tensor/index.ts';
import { inputOf } from '../../../tools/parity/input.ts';
import { outputOf, runForward } from '../../../tools/parity/outputs.ts';

const base = fileURLToPath(new URL('../../../fixtures/models/gpt2', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'attune-lora-embedding-'));
afterAll(() => rmSync(folder, { recursive: true }));

const options = { r: 2, target_modules: ['wte', 'c_attn'] };

function outputs(model: Model): number[] {
  using file = new SafetensorsFile(join(base, 'expected.safetensors'));
  const batch = new Map(file.names.map((name) => [name, file.get(name)]));
  const logits = () => outputOf(runForward(model, batch, inputOf(model, batch)), 'logits')!.values;
  return noGrad(() => scope(() => [...logits().toNumbers()]));
}

it('begins at the base, is saved and opened, leaves a shared head as it is, and is not merged into it', async () => {
  const { model } = await loadModel(base, { dtype: 'f32' });
  const before = outputs(model);
  const tuning = await (await tunings.load('lora')).create(model, options, { seed: 3 });
  expect(outputs(model)).toEqual(before);
  noGrad(() => scope(() => tuning.trainables.forEach(({ parameter }) => aten.add_.Scalar(parameter.tensor, 0.01))));
  const tuned = outputs(model);
  expect(tuned).not.toEqual(before);
  tuning.save(folder, { baseModel: base, task: 'causal-lm' });

  const other = await loadModel(base, { dtype: 'f32' });
  const opened = await openTuning(other.model, await readAdapterConfig(folder));
  using file = new SafetensorsFile(join(folder, 'adapter_model.safetensors'));
  expect(file.names).toContain('base_model.model.transformer.wte.lora_embedding_A');
  scope(() => opened.load(new Map(file.names.map((name) => [name, file.get(name)]))));
  expect(outputs(other.model)).toEqual(tuned);
  expect(opened.disabled(() => outputs(other.model))).toEqual(before);
  expect(() => opened.merge()).toThrow(expect.objectContaining({ code: 'E_NOT_MERGEABLE' }));
  expect(outputs(other.model)).toEqual(tuned);
});

it('refuses rows of single tokens and biases on the same table', async () => {
  const { model } = await loadModel(base, { dtype: 'f32' });
  const lora = await tunings.load('lora');
  const create = (more: object, tokens?: number[]) => lora.create(model, { ...options, ...more }, { seed: 3, tokens });
  await expect(create({ trainable_tokens: [3] }, [3])).rejects.toThrow(
    expect.objectContaining({ code: 'E_TOKENS_TWICE' }),
  );
  await expect(create({ lora_bias: true })).rejects.toThrow(expect.objectContaining({ code: 'E_DROPOUT_UNSUPPORTED' }));
});
