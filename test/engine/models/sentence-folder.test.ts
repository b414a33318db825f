import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeFolders } from '../../../src/files/make-folder.ts';
import { readJson, writeJson } from '../../../src/files/json.ts';
import { CheckpointFiles } from '../../../src/models/checkpoint-files.ts';
import { poolings } from '../../../src/models/heads/pooling.ts';
import { createModel, loadModel } from '../../../src/models/load-model.ts';
import { saveModel } from '../../../src/models/save.ts';
import { layoutOfRows } from '../../../src/engine/nn/index.ts';
import { aten, backward, scope, writeSafetensors } from '../../../src/engine/tensor/index.ts';
import { keyedNormal } from '../../../src/models/initialise.ts';
import { tunings } from '../../../src/methods/tunings/index.ts';
import { refuseOtherPooling } from '../../../src/answering/embed/own-pooling.ts';
import { tinyConfigs } from '../tiny-configs.ts';

const fixture = fileURLToPath(new URL('../../../fixtures/models/minilm_embed', import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), 'attune-sentence-'));
afterAll(() => rmSync(temporary, { recursive: true }));

/** Files as in sentence-transformers/all-MiniLM-L6-v2, around the fixture's small model. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(temporary, 'minilm-'));
  for (const name of ['config.json', 'model.safetensors']) cpSync(join(fixture, name), join(folder, name));
  makeFolders(join(folder, '1_Pooling'));
  write('modules.json', modulesOf('Transformer', 'Pooling', 'Normalize'));
  write('1_Pooling/config.json', pooling('pooling_mode_mean_tokens'));
  write('sentence_bert_config.json', { max_seq_length: 256, do_lower_case: false });
  write('config_sentence_transformers.json', {
    __version__: { sentence_transformers: '2.0.0', transformers: '4.6.1', pytorch: '1.8.1' },
  });
});

function write(name: string, value: unknown): void {
  writeJson(join(folder, name), value);
}

function modulesOf(...kinds: string[]): unknown[] {
  return kinds.map((kind, idx) => ({
    idx,
    name: String(idx),
    path: idx === 0 ? '' : `${idx}_${kind}`,
    type: `sentence_transformers.models.${kind}`,
  }));
}

function pooling(...modes: string[]): Record<string, unknown> {
  const all = ['cls_token', 'mean_tokens', 'max_tokens', 'mean_sqrt_len_tokens', 'weightedmean_tokens', 'lasttoken'];
  const keys = all.map((name) => `pooling_mode_${name}`);
  return {
    word_embedding_dimension: 48,
    ...Object.fromEntries(keys.map((key) => [key, modes.includes(key)])),
    include_prompt: true,
  };
}

it('is read and saved back as it was', async () => {
  const { model } = await loadModel(folder);
  expect([model.task, model.sentence?.maxLength]).toEqual(['embedding', 256]);
  const copy = mkdtempSync(join(temporary, 'copy-'));
  saveModel(model, copy);
  for (const name of ['modules.json', '1_Pooling/config.json', 'sentence_bert_config.json', 'config.json']) {
    expect(readJson(join(copy, name)), name).toEqual(readJson(join(folder, name)));
  }
  const settings = 'config_sentence_transformers.json';
  expect(readJson(join(copy, settings))).toEqual(readJson(join(folder, settings)));
  expect(existsSync(join(copy, '2_Normalize'))).toBe(true);
  model.dispose();
});

it.each([
  ['pooling_mode_cls_token', 'first'],
  ['pooling_mode_max_tokens', 'max'],
  ['pooling_mode_lasttoken', 'last'],
] as const)('%s without a norm gives the %s state of each row', async (mode, name) => {
  write('modules.json', modulesOf('Transformer', 'Pooling'));
  write('1_Pooling/config.json', pooling(mode));
  const { model } = await loadModel(folder, { dtype: 'f32' });
  scope(() => {
    const layout = layoutOfRows([3, 2], { causal: false });
    const hidden = model.hidden({ layout, ids: BigInt64Array.of(1n, 2n, 3n, 4n, 5n) });
    const vectors = model.embeddingHead.embed(hidden, layout).toNumbers();
    expect(vectors).toEqual(poolings[name](hidden, layout).toNumbers());
  });
  model.dispose();
});

/** EmbeddingGemma's two dense layers, the first of which widens. */
function addDense(): void {
  write('modules.json', modulesOf('Transformer', 'Pooling', 'Dense', 'Dense', 'Normalize'));
  const shapes = [
    { in_features: 48, out_features: 6, bias: false, activation_function: 'torch.nn.modules.linear.Identity' },
    { in_features: 6, out_features: 4, bias: true, activation_function: 'torch.nn.modules.activation.Tanh' },
  ];
  scope(() => {
    for (const [i, shape] of shapes.entries()) {
      makeFolders(join(folder, `${i + 2}_Dense`));
      write(`${i + 2}_Dense/config.json`, shape);
      const size = [shape.out_features, shape.in_features];
      const weights = new Map([['linear.weight', keyedNormal(size, { seed: i, path: 'w' }, 1)]]);
      if (shape.bias) weights.set('linear.bias', keyedNormal([4], { seed: i, path: 'b' }, 1));
      writeSafetensors(join(folder, `${i + 2}_Dense`, 'model.safetensors'), weights);
    }
  });
}

it('reads dense modules behind the pooling, trains them and saves them back', async () => {
  addDense();
  const { model, initialised, unused } = await loadModel(folder, { dtype: 'f32' });
  expect([initialised, unused]).toEqual([[], []]);
  const layout = layoutOfRows([3, 2], { causal: false });
  const input = { layout, ids: BigInt64Array.of(1n, 2n, 3n, 4n, 5n) };
  const vectors = (one: typeof model) => one.embeddingHead.embed(one.hidden(input), layout);
  scope(() => {
    const [first, second] = model.embeddingHead.dense_modules.map(({ linear }) => linear);
    const mean = poolings.mean(model.hidden(input), layout);
    const wide = mean.matmul(first.weight.tensor.transpose(0, 1));
    const made = aten.tanh.default(wide.matmul(second.weight.tensor.transpose(0, 1)).add(second.bias!.tensor));
    const wanted = made.div(made.pow(2).sum(1, { keepdim: true }).pow(0.5)).toNumbers();
    for (const [i, value] of vectors(model).toNumbers().entries()) expect(value).toBeCloseTo(wanted[i], 5);
  });
  const copy = mkdtempSync(join(temporary, 'dense-'));
  saveModel(model, copy);
  for (const name of ['modules.json', '2_Dense/config.json', '3_Dense/config.json'])
    expect(readJson(join(copy, name)), name).toEqual(readJson(join(folder, name)));
  for (const name of ['model.safetensors', '2_Dense/model.safetensors', '3_Dense/model.safetensors'])
    expect(readFileSync(join(copy, name)).equals(readFileSync(join(folder, name))), name).toBe(true);
  const method = await tunings.load('full');
  const tuning = await method.create(model, method.settle({}), { seed: 1 });
  scope(() => backward([vectors(model).sum()]));
  const moved = tuning.trainables.filter(({ parameter }) => parameter.tensor.grad !== undefined);
  expect(moved.map(({ name }) => name)).toEqual(expect.arrayContaining(['dense_modules.0.linear.weight']));
  tuning.dispose();
  model.dispose();
});

it('refuses dense modules without a weight, or with an activation that it does not know', async () => {
  addDense();
  scope(() => writeSafetensors(join(folder, '3_Dense', 'model.safetensors'), new Map()));
  const closed = vi.spyOn(CheckpointFiles.prototype, Symbol.dispose);
  await expect(loadModel(folder)).rejects.toThrow(/linear.weight/);
  expect(new Set((closed.mock.contexts as CheckpointFiles[]).map((files) => files.folder))).toEqual(
    new Set([folder, join(folder, '2_Dense'), join(folder, '3_Dense')]),
  );
  closed.mockClear();
  rmSync(join(folder, '3_Dense', 'model.safetensors'));
  await expect(loadModel(folder)).rejects.toThrow(/has no weights/);
  expect(closed).toHaveBeenCalledTimes(2);
  closed.mockRestore();
  write('3_Dense/config.json', { in_features: 6, out_features: 4, activation_function: 'my.Own' });
  await expect(loadModel(folder)).rejects.toThrow(/activation_function/);
});

it('keeps its own pooling: another is refused, and so is one of vectors that no folder could say', async () => {
  const { model } = await loadModel(folder);
  expect(() => refuseOtherPooling(model, folder, undefined)).not.toThrow();
  expect(() => refuseOtherPooling(model, folder, { pooling: 'mean' })).not.toThrow();
  expect(() => refuseOtherPooling(model, folder, { pooling: 'first' })).toThrow(
    /E_POOLING[^]*pooling_mode_mean_tokens/,
  );
  expect(() => refuseOtherPooling(model, temporary, { pooling: 'first' })).not.toThrow();
  model.dispose();
  const own = await createModel(tinyConfigs.use_lite[0], { dtype: 'f32', seed: 1, task: 'embedding' });
  expect(() => refuseOtherPooling(own, temporary, { pooling: 'mean' })).toThrow(
    /use_lite model has a fixed pooling of its own/,
  );
  own.dispose();
});

it('is an encoder like any other for another task', async () => {
  write('modules.json', modulesOf('Transformer', 'Pooling', 'Dense'));
  const { model } = await loadModel(folder, { task: 'sequence', labels: ['a', 'b'] });
  expect([model.task, model.sentence]).toEqual(['sequence', undefined]);
  model.dispose();
});

describe('refuses', () => {
  it.each([
    ['modules that it does not know', 'modules.json', () => modulesOf('Transformer', 'Pooling', 'CNN'), /CNN/],
    [
      'modules outside of the folder',
      'modules.json',
      () => modulesOf('Transformer', 'Pooling').map((one) => ({ ...(one as object), path: '../1_Pooling' })),
      /folder next to it/,
    ],
    [
      'two ways of pooling',
      '1_Pooling/config.json',
      () => pooling('pooling_mode_cls_token', 'pooling_mode_max_tokens'),
      /cls_token, pooling_mode_max/,
    ],
    ['a mean that weighs', '1_Pooling/config.json', () => pooling('pooling_mode_weightedmean_tokens'), /weightedmean/],
    ['a list of nothing', 'modules.json', () => ({}), /list of modules/],
  ])('%s', async (_, name, value, message) => {
    write(name, value());
    await expect(loadModel(folder)).rejects.toMatchObject({ code: 'E_SENTENCE_MODULES' });
    await expect(loadModel(folder)).rejects.toThrow(message);
  });
});
