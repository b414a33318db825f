// Options of PEFT's methods one by one, on the tiny models of the fixtures; expected values are from
// test/engine/peft/options.py.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { readJson } from '../../../src/files/json.ts';
import { openTuning, readAdapterConfig } from '../../../src/methods/tunings/adapter-config.ts';
import { tunings } from '../../../src/methods/tunings/index.ts';
import { refuseUnmatched } from '../../../src/methods/tunings/targets.ts';
import { updates } from '../../../src/training/optimizers/index.ts';
import { loadModel } from '../../../src/models/load-model.ts';
import { fromArray, noGrad, SafetensorsFile, scope, type Tensor } from '../../../src/engine/tensor/index.ts';
import { inputOf } from '../../../tools/parity/input.ts';
import { outputOf, runForward } from '../../../tools/parity/outputs.ts';
import { ONE_ROW, trainOnBatch } from '../../../tools/parity/train.ts';

interface Case {
  config: { peft_type: string };
  tensors: Readonly<Record<string, { shape: number[]; values?: number[] }>>;
  logits: number[];
  loss: number;
  gradient_norm: number;
}

const fixtures = fileURLToPath(new URL('../../../fixtures', import.meta.url));
const cases = readJson<Readonly<Record<string, Readonly<Record<string, Case>>>>>(
  join(fixtures, 'tunings-options.json'),
);
const folder = mkdtempSync(join(tmpdir(), 'attune-tuning-options-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Same values as `rule` in options.py. */
function byRule(name: string, shape: readonly number[]): Tensor {
  const offset = /ia3_l|road_alpha|boft_s$|norm|ln_|LayerNorm|lambda|magnitude|gate/.test(name) ? 1 : 0;
  const phase = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 97;
  const size = shape.reduce((product, side) => product * side, 1);
  const values = Float32Array.from({ length: size }, (_, i) =>
    name.endsWith('_topk_weights') ? 0.3 : Math.sin(0.9 * i + phase) * 0.1 + offset,
  );
  return fromArray(values, shape);
}

function tensorsOf({ tensors }: Case): Map<string, Tensor> {
  return new Map(
    Object.entries(tensors).map(([name, { shape, values }]) => [
      name,
      values === undefined ? byRule(name, shape) : fromArray(BigInt64Array.from(values, BigInt), shape),
    ]),
  );
}

async function opened(kind: string, place: string, tensors: () => Map<string, Tensor>) {
  const description = await readAdapterConfig(place);
  const { model } = await loadModel(join(fixtures, 'models', kind), { dtype: 'f32', task: description.task });
  const tuning = await openTuning(model, description);
  scope(() => tuning.load(tensors()));
  return { model, tuning, task: description.task! };
}

/** Eight logits: of the first row's last token, or of all rows. */
function logitsOf(kind: string, { model }: Awaited<ReturnType<typeof opened>>): number[] {
  using file = new SafetensorsFile(join(fixtures, 'models', kind, 'expected.safetensors'));
  return noGrad(() =>
    scope(() => {
      const batch = new Map(file.names.map((name) => [name, file.get(name)]));
      const input = inputOf(model, batch);
      const { values, grid } = outputOf(runForward(model, batch, input), 'logits')!;
      const row = grid === undefined ? values : values.select(0, grid.layout.offsets[1] - 1);
      return [...row.flatten().toNumbers()].slice(0, 8);
    }),
  );
}

async function step(kind: string, { model, tuning }: Awaited<ReturnType<typeof opened>>) {
  using batch = new SafetensorsFile(join(fixtures, 'models', kind, 'train_batch.safetensors'));
  const update = await (await updates.load('adamw')).create(tuning.trainables, {}, ONE_ROW);
  const options = { step: 0, learningRate: 0, weightDecay: 0, maxGradNorm: 0 };
  const { losses, gradNorms, gradients } = await trainOnBatch({ model, update, tuning }, batch, { steps: 0, options });
  for (const gradient of gradients.values()) gradient.dispose();
  return { loss: losses[0], gradientNorm: gradNorms[0] };
}

function farthest(values: readonly number[], others: readonly number[]): number {
  return values.reduce((most, value, i) => Math.max(most, Math.abs(value - others[i])), 0);
}

function saved({ tuning, task }: Awaited<ReturnType<typeof opened>>, name: string): string {
  const place = join(folder, `${name}-again`);
  mkdirSync(place);
  tuning.save(place, { baseModel: 'base', task });
  return place;
}

const all = Object.entries(cases).flatMap(([kind, own]) => Object.keys(own).map((name) => [kind, name] as const));

describe('an adapter of PEFT', () => {
  it.each(all)('on %s: %s', async (kind, name) => {
    const one = cases[kind][name];
    const place = join(folder, `${kind}-${name}`);
    mkdirSync(place);
    writeFileSync(join(place, 'adapter_config.json'), JSON.stringify(one.config));
    const parts = await opened(kind, place, () => tensorsOf(one));
    expect(farthest(logitsOf(kind, parts), one.logits)).toBeLessThan(1e-4);
    const { loss, gradientNorm } = await step(kind, parts);
    expect(Math.abs(loss / one.loss - 1)).toBeLessThan(1e-5);
    expect(Math.abs(gradientNorm / one.gradient_norm - 1)).toBeLessThan(1e-4);

    const again = saved(parts, `${kind}-${name}`);
    using file = new SafetensorsFile(join(again, 'adapter_model.safetensors'));
    const copy = await opened(kind, again, () => new Map(file.names.map((tensor) => [tensor, file.get(tensor)])));
    expect(farthest(logitsOf(kind, copy), one.logits)).toBeLessThan(1e-4);

    const isMerged = one.config.peft_type !== 'ADAPTION_PROMPT' && !name.endsWith('without its head');
    if (isMerged) parts.tuning.merge();
    expect(farthest(logitsOf(kind, parts), one.logits)).toBeLessThan(1e-4);
    for (const { model, tuning } of [parts, copy]) {
      tuning.dispose();
      model.dispose();
    }
  });

  it.each([
    ['blocks of no size', 'BOFT', { boft_block_size: 0, boft_block_num: 0, boft_n_butterfly_factor: 1 }],
    ['blocks that do not divide the inputs', 'BOFT', { boft_block_size: 3, boft_n_butterfly_factor: 1 }],
    ['vectors that are not there', 'VBLORA', { r: 2, num_vectors: 4, vector_length: 16, topk: 2 }],
  ])('with %s is refused', async (name, peft_type, own) => {
    const place = join(folder, name);
    mkdirSync(place);
    writeFileSync(
      join(place, 'adapter_config.json'),
      JSON.stringify({ peft_type, target_modules: ['q_proj'], ...own }),
    );
    const layer = 'base_model.model.model.layers.0.self_attn.q_proj.vblora_logits_A';
    const tensors = () =>
      new Map([
        [`${layer}_topk_indices`, fromArray(new BigInt64Array(16).fill(99n), [2, 4, 2])],
        [`${layer}_topk_weights`, fromArray(new Float32Array(8), [2, 4, 1])],
      ]);
    await expect(opened('llama', place, tensors)).rejects.toMatchObject({ code: 'E_ADAPTER_MISMATCH' });
  });
});

it('lists of layers are refused where no layers are named', () => {
  const targets = [{ path: 'model.layers.0.self_attn.q_proj' }];
  const asked = { target_modules: ['q_proj'], layers_pattern: ['layers'] };
  const problems = [expect.objectContaining({ field: 'tuning.layers_pattern' })];
  expect(() => refuseUnmatched(targets, asked)).toThrow(expect.objectContaining({ code: 'E_NO_TARGETS', problems }));
  refuseUnmatched(targets, { ...asked, layers_to_transform: [0] });
  refuseUnmatched(targets, { ...asked, layers_pattern: [] });
});

it('a number of blocks that does not divide the inputs is refused', async () => {
  const { model } = await loadModel(join(fixtures, 'models', 'llama'), { dtype: 'f32' });
  const options = { target_modules: ['q_proj'], boft_block_size: 0, boft_block_num: 30 };
  const made = async () => (await tunings.load('boft')).create(model, options, { seed: 0 });
  await expect(made()).rejects.toMatchObject({ code: 'E_RECIPE' });
  model.dispose();
});
