import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { readJson, writeJson } from '../../../src/files/json.ts';
import { SafetensorsFile, scope, zeros, writeSafetensors, type Tensor } from '../../../src/engine/tensor/index.ts';
import { checkFolder } from '../../../tools/parity/folder.ts';
import type { FolderReport } from '../../../tools/parity/report.ts';

const models = fileURLToPath(new URL('../../../fixtures/models', import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), 'attune-parity-'));
afterAll(() => rmSync(temporary, { recursive: true }));

/** Copy of a fixture with some changed tensors in a file. */
function changed(fixture: string, file: string, change: (tensors: Map<string, Tensor>) => void): string {
  const folder = mkdtempSync(join(temporary, `${fixture}-`));
  cpSync(join(models, fixture), folder, { recursive: true });
  using before = new SafetensorsFile(join(models, fixture, file));
  scope(() => {
    const tensors = new Map(before.names.map((name) => [name, before.get(name).clone()]));
    change(tensors);
    writeSafetensors(join(folder, file), tensors);
  });
  return folder;
}

/** Without training curves, which leaves the forward pass. */
function withoutCurves(folder: string): string {
  rmSync(join(folder, 'train.json'), { force: true });
  return folder;
}

describe('parity with the reference', () => {
  it.each(readdirSync(models))('%s gives the reference outputs and curves', async (name) => {
    const report = await checkFolder(join(models, name));
    expect(report.problems).toEqual([]);
    expect(report.ok).toBe(true);
    expect(report.outputs.every((output) => output.compared > 0 && (output.maxAbs as number) < 1e-3)).toBe(true);
  });

  it('compares losses, first gradients and last weights, in f32 and in bf16', async () => {
    const { curves, outputs, generatedIdsEqual } = await checkFolder(join(models, 'llama'));
    const preferences = ['preference/dpo sigmoid', 'preference/orpo', 'preference/dapo'];
    expect(curves.map(({ name }) => name)).toEqual(['lora', 'lora.bf16', 'full', 'full.bf16', ...preferences]);
    expect(curves.slice(0, 4).every((curve) => curve.last < curve.first)).toBe(true);
    expect(outputs.map((output) => output.name)).toEqual(
      expect.arrayContaining([
        'logits',
        'loss',
        'hidden_states.0',
        'hidden_states.2',
        'lora/grads_step0',
        'lora/lora_final',
      ]),
    );
    expect(generatedIdsEqual).toBe(true);
  });
});

describe('a fixture that differs fails', () => {
  it.each([
    ['llama', 'model.layers.1.mlp.up_proj.weight'],
    ['bert_mlm', 'cls.predictions.bias'],
    ['whisper', 'model.encoder.conv1.weight'],
  ])('%s with one number of %s changed', async (fixture, name) => {
    const folder = changed(fixture, 'model.safetensors', (tensors) => {
      tensors.get(name)?.flatten().narrow(0, 7, 1).add_(0.5);
    });
    const report = await checkFolder(withoutCurves(folder));
    expect(report.ok).toBe(false);
    expect(report.problems.join()).toMatch(/differs by/);
  });

  it('names an output that nothing computes', async () => {
    const folder = changed('bert_cls', 'expected.safetensors', (tensors) =>
      tensors.set('cross_attentions.0', zeros([2, 4])),
    );
    const report = await checkFolder(withoutCurves(folder));
    expect(report.outputs).toContainEqual({ name: 'cross_attentions.0', maxAbs: null, compared: 0 });
    expect(report.problems).toEqual([expect.stringMatching(/^cross_attentions\.0: is not compared/)]);
  });

  it('does not take an output that is no number for an equal one', async () => {
    const folder = changed('bert_mlm', 'expected.safetensors', (tensors) => {
      tensors.get('logits')?.flatten().narrow(0, 3, 1).mul_(Number.NaN);
    });
    expect((await checkFolder(folder)).ok).toBe(false);
  });

  it('other generated ids', async () => {
    const folder = changed('qwen3', 'expected.safetensors', (tensors) => {
      tensors.get('generated_ids')?.narrow(1, 27, 1).add_(1);
    });
    const report = await checkFolder(folder);
    expect([report.ok, report.generatedIdsEqual]).toEqual([false, false]);
  });

  it('a loss of the curve that is two per thousand off', async () => {
    const folder = mkdtempSync(join(temporary, 'curve-'));
    cpSync(join(models, 'bert_cls'), folder, { recursive: true });
    const train = readJson<{ full: { losses: number[] } }>(join(folder, 'train.json'));
    train.full.losses[9] *= 1.002;
    writeJson(join(folder, 'train.json'), train);
    const report = await checkFolder(folder);
    expect(report.problems).toEqual([expect.stringMatching(/^full: the loss at step 9/)]);
  });

  it('a model type that is not known, and a broken config.json', async () => {
    const folder = mkdtempSync(join(temporary, 'type-'));
    cpSync(join(models, 'bert_mlm'), folder, { recursive: true });
    writeJson(join(folder, 'config.json'), { model_type: 'perceptron' });
    expect((await checkFolder(folder)).problems.join()).toMatch(/E_UNKNOWN_MODEL_TYPE/);
    writeFileSync(join(folder, 'config.json'), '{"model_type": ');
    expect((await checkFolder(folder)).problems.join()).toMatch(/E_BAD_JSON/);
  });
});

it('the command prints one JSON document and exits with 1 where a folder differs', () => {
  const script = fileURLToPath(new URL('../../../tools/parity.ts', import.meta.url));
  const { stdout, status } = spawnSync(process.execPath, [
    script,
    '--json',
    join(models, 'bert_mlm'),
    join(temporary, 'nowhere'),
  ]);
  const { folders } = JSON.parse(String(stdout)) as { folders: FolderReport[] };
  expect(status).toBe(1);
  expect(folders.map((report) => report.ok)).toEqual([true, false]);
  expect(folders[0]).toMatchObject({ model_type: 'bert', generatedIdsEqual: null, curves: [], problems: [] });
  expect(folders[1].problems.join()).toMatch(/E_CONFIG_MISSING/);
});
