// Published checkpoints of models that also read images: their text part equals the text-only model.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readJson, writeJson } from '../../../src/files/json.ts';
import { parametersOf } from '../../../src/models/base-facts.ts';
import { loadModel, readWholeConfig } from '../../../src/models/load-model.ts';
import { saveModel } from '../../../src/models/save.ts';
import { leftOut } from '../../../src/models/text-part.ts';
import {
  cat,
  SafetensorsFile,
  scope,
  stack,
  writeSafetensors,
  zeros,
  type Tensor,
} from '../../../src/engine/tensor/index.ts';
import { tinyConfigs, tinyInput, tinyModel } from '../tiny-models.ts';

const temporary = mkdtempSync(join(tmpdir(), 'attune-text-part-'));
afterAll(() => rmSync(temporary, { recursive: true }));

/** Writes the same model as a part of a larger one: prefixed names, nested configuration, additional tensors. */
function asPart(folder: string, { type, rename, beside }: Published): string {
  const whole = mkdtempSync(join(temporary, 'whole-'));
  const {
    model_type: _,
    architectures: __,
    tie_word_embeddings: tied,
    ...text
  } = readJson<Record<string, unknown>>(join(folder, 'config.json'));
  writeJson(join(whole, 'config.json'), {
    model_type: type,
    architectures: [`${type}ForConditionalGeneration`],
    tie_word_embeddings: tied,
    text_config: text,
    vision_config: { hidden_size: 4 },
  });
  using file = new SafetensorsFile(join(folder, 'model.safetensors'));
  scope(() => {
    const own = [...file.names].map((name): [string, Tensor] => [rename(name), file.get(name)]);
    const others = beside.map((name): [string, Tensor] => [name, zeros([2, 3])]);
    writeSafetensors(join(whole, 'model.safetensors'), new Map([...own, ...others]));
  });
  return whole;
}

interface Published {
  type: string;
  rename(name: string): string;
  beside: readonly string[];
}

const inside = (name: string) => name.replace(/^model\./, 'model.language_model.');

it.each<[string, Published]>([
  [
    'qwen3_5_text',
    { type: 'qwen3_5', rename: inside, beside: ['model.visual.patch_embed.proj.weight', 'mtp.fc.weight'] },
  ],
  ['qwen3_5_moe_text', { type: 'qwen3_5_moe', rename: inside, beside: ['model.visual.merger.x'] }],
  ['gemma3n_text', { type: 'gemma3n', rename: inside, beside: ['model.audio_tower.x', 'model.embed_vision.y'] }],
])('%s is read out of a model that reads images too, and saved by itself (%#)', async (type, published) => {
  const raw = tinyConfigs[type as 'qwen3_5_text'][0];
  const model = await tinyModel({ raw, task: 'causal-lm' }, 'f32');
  const folder = mkdtempSync(join(temporary, 'text-'));
  saveModel(model, folder);
  const whole = asPart(folder, published);
  const { model: part, initialised, unused } = await loadModel(whole);
  expect([initialised, unused]).toEqual([[], published.beside.toSorted()]);
  const input = tinyInput(model, [3, 5]);
  scope(() => expect(part.hidden(input).toNumbers()).toEqual(model.hidden(input).toNumbers()));
  expect(await parametersOf(whole)).toBe(await parametersOf(folder));
  const again = mkdtempSync(join(temporary, 'again-'));
  saveModel(part, again);
  expect(readJson(join(again, 'config.json'))).toMatchObject({
    model_type: type,
    architectures: [model.plan.className],
  });
  expect(leftOut(readWholeConfig(whole))).toContain('images');
  expect(leftOut(readWholeConfig(again))).toBeUndefined();
  part.dispose();
  model.dispose();
});

it('a tensor beside it that no model of the kind has is refused', async () => {
  const model = await tinyModel({ raw: tinyConfigs.qwen3_5_text[0], task: 'causal-lm' }, 'f32');
  const folder = mkdtempSync(join(temporary, 'text-'));
  saveModel(model, folder);
  model.dispose();
  const whole = asPart(folder, { type: 'qwen3_5', rename: inside, beside: ['model.audio.weight'] });
  await expect(loadModel(whole)).rejects.toMatchObject({ code: 'E_TENSORS_UNPLACED' });
});

it('experts in one tensor are read and written as they are', async () => {
  const raw = tinyConfigs.qwen3_5_moe_text[0];
  const model = await tinyModel({ raw, task: 'causal-lm' }, 'f32');
  const folder = mkdtempSync(join(temporary, 'apart-'));
  saveModel(model, folder);
  const merged = mkdtempSync(join(temporary, 'merged-'));
  writeJson(join(merged, 'config.json'), model.config);
  using file = new SafetensorsFile(join(folder, 'model.safetensors'));
  const isExpert = (name: string) => name.includes('.experts.');
  scope(() => {
    const weightOf = (layer: number, expert: number, part: string) =>
      file.get(`model.layers.${layer}.mlp.experts.${expert}.${part}_proj.weight`);
    const stacked = (layer: number, parts: readonly string[]) =>
      stack([0, 1, 2].map((expert) => cat(parts.map((part) => weightOf(layer, expert, part)))));
    const experts = [0, 1].flatMap((layer): [string, Tensor][] => [
      [inside(`model.layers.${layer}.mlp.experts.gate_up_proj`), stacked(layer, ['gate', 'up'])],
      [inside(`model.layers.${layer}.mlp.experts.down_proj`), stacked(layer, ['down'])],
    ]);
    const others = [...file.names]
      .filter((name) => !isExpert(name))
      .map((name): [string, Tensor] => [name, file.get(name)]);
    writeSafetensors(join(merged, 'model.safetensors'), new Map([...others, ...experts]));
  });
  const { model: read, initialised } = await loadModel(merged);
  expect(initialised).toEqual([]);
  const input = tinyInput(model, [3, 5]);
  scope(() => expect(read.hidden(input).toNumbers()).toEqual(model.hidden(input).toNumbers()));
  const again = mkdtempSync(join(temporary, 'again-'));
  saveModel(read, again);
  using written = new SafetensorsFile(join(again, 'model.safetensors'));
  expect([...written.names].filter(isExpert)).toContain('model.layers.1.mlp.experts.gate_up_proj');
  read.dispose();
  model.dispose();
});
