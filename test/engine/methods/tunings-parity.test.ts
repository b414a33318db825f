import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readJson, writeJson } from '../../../src/files/json.ts';
import { openTuning, readAdapterConfig } from '../../../src/methods/tunings/adapter-config.ts';
import { loadModel } from '../../../src/models/load-model.ts';
import { SafetensorsFile, scope } from '../../../src/engine/tensor/index.ts';
import { checkFolder } from '../../../tools/parity/folder.ts';

const root = fileURLToPath(new URL('../../../fixtures/tunings', import.meta.url));
const cases = readdirSync(root).flatMap((base) => readdirSync(join(root, base)).map((name) => join(base, name)));

it.each(cases)('%s gives the logits, merged weights and ten-step curve of the reference', async (name) => {
  const report = await checkFolder(join(root, name));
  expect(report.problems).toEqual([]);
  expect(report.outputs.every(({ compared }) => compared > 0)).toBe(true);
  expect(report.curves.map((curve) => curve.name)).toEqual(['loss', 'gradient norm']);
});

it('LoRA on a checkpoint in nf4 gives the logits and the ten-step curve of PEFT on bitsandbytes', async () => {
  const report = await checkFolder(fileURLToPath(new URL('../../../fixtures/quantisation/llama_nf4', import.meta.url)));
  expect(report.problems).toEqual([]);
  expect(report.curves.map((curve) => curve.name)).toEqual(['loss', 'gradient norm']);
});

it('reads what LoRA+ decays by, and what bitsandbytes’ AdamW is set to', async () => {
  const temporary = mkdtempSync(join(tmpdir(), 'attune-parity-'));
  const changed = (from: string, file: string, keys: object): string => {
    const folder = join(temporary, basename(from));
    cpSync(from, folder, { recursive: true });
    const about = readJson<{ train?: { optimizer: object }; options?: object }>(join(folder, file));
    Object.assign(about.train?.optimizer ?? about.options!, keys);
    writeJson(join(folder, file), about);
    return folder;
  };
  cpSync(join(root, '../models/llama'), join(temporary, 'models/llama'), { recursive: true });
  const plus = changed(join(root, 'llama/lora_dora'), 'case.json', {
    loraplus_lr_ratio: 1,
    loraplus_weight_decay: 5,
  });
  expect((await checkFolder(plus)).problems).toContainEqual(expect.stringContaining('loss at step 9 is'));
  for (const keys of [{ betas: [0.5, 0.999] }, { eps: 0.1 }]) {
    const { problems } = await checkFolder(changed(join(root, '../quantisation'), 'adamw8bit.json', keys));
    expect(problems).toContainEqual(expect.stringContaining('adamw_8bit big.step'));
  }
  rmSync(temporary, { recursive: true });
});

it("PEFT's adapter without the biases that it trained is refused with the reason", async () => {
  const { model } = await loadModel(fileURLToPath(new URL('../../../fixtures/models/bert_cls', import.meta.url)), {
    task: 'sequence',
  });
  const folder = join(root, 'bert_cls', 'lora_bias_lora_only');
  const tuning = await openTuning(model, await readAdapterConfig(folder));
  using file = new SafetensorsFile(join(folder, 'adapter_model.safetensors'));
  const load = () => scope(() => tuning.load(new Map(file.names.map((name) => [name, file.get(name)]))));
  expect(load).toThrow(/base_layer\.bias: is needed .* with bias: lora_only, PEFT trains it but does not save it/);
});
