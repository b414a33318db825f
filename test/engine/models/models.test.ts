import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { AttuneError } from '../../../src/base/errors.ts';
import { readJson, writeJson } from '../../../src/files/json.ts';
import { createModel, loadModel, type LoadedModel } from '../../../src/models/load-model.ts';
import type { ModelOptions } from '../../../src/models/skeleton.ts';
import { saveModel } from '../../../src/models/save.ts';
import {
  liveTensors,
  SafetensorsFile,
  scope,
  writeSafetensors,
  zeros,
  type Tensor,
} from '../../../src/engine/tensor/index.ts';
import { headOutput, tinyConfigs, tinyInput } from '../tiny-models.ts';

const models = fileURLToPath(new URL('../../../fixtures/models', import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), 'attune-load-'));
afterAll(() => rmSync(temporary, { recursive: true }));

type Change = (tensors: Map<string, Tensor>) => void;

/** A folder with a fixture's config.json and (optionally changed) weights. */
function folderOf(fixture: string, change: Change = () => undefined, config: Record<string, unknown> = {}): string {
  const folder = mkdtempSync(join(temporary, `${fixture}-`));
  writeJson(join(folder, 'config.json'), { ...readJson<object>(join(models, fixture, 'config.json')), ...config });
  using file = new SafetensorsFile(join(models, fixture, 'model.safetensors'));
  scope(() => {
    const tensors = new Map(file.names.map((name) => [name, file.get(name)]));
    change(tensors);
    writeSafetensors(join(folder, 'model.safetensors'), tensors);
  });
  return folder;
}

function renamed(tensors: Map<string, Tensor>, rename: (name: string) => string): void {
  const entries = [...tensors];
  tensors.clear();
  for (const [name, tensor] of entries) tensors.set(rename(name), tensor);
}

async function failure(folder: string, options?: ModelOptions): Promise<AttuneError> {
  const before = liveTensors();
  const error: unknown = await loadModel(folder, options).then(
    () => new Error('it loaded'),
    (reason: unknown) => reason,
  );
  expect(liveTensors()).toBe(before);
  if (!(error instanceof AttuneError)) throw error;
  return error;
}

/** Output of the head for fixed input. */
function outputs({ model }: LoadedModel): number[] {
  return scope(() => {
    const input = tinyInput(model, [4, 7]);
    return { values: headOutput(model, model.hidden(input), input).toNumbers() };
  }).values;
}

describe('loading and saving', () => {
  it.each(readdirSync(models))('%s is saved as it was: names, order, bytes', async (name) => {
    const loaded = await loadModel(join(models, name));
    expect([loaded.initialised, loaded.unused]).toEqual([[], []]);
    const folder = mkdtempSync(join(temporary, 'saved-'));
    saveModel(loaded.model, folder);
    const [before, after] = [join(models, name), folder].map((place) => readFileSync(join(place, 'model.safetensors')));
    expect(after.equals(before)).toBe(true);
    expect(readJson(join(folder, 'config.json'))).toEqual(readJson(join(models, name, 'config.json')));
    loaded.model.dispose();
  });

  it('shards are written and read, with an index, and give the same model', async () => {
    const whole = await loadModel(join(models, 'qwen3'));
    const folder = mkdtempSync(join(temporary, 'shards-'));
    saveModel(whole.model, folder, { shardBytes: 60_000 });
    const shards = readdirSync(folder).filter((file) => file.endsWith('.safetensors'));
    expect(shards.length).toBeGreaterThan(2);
    expect(shards.every((file) => /^model-0000\d-of-0000\d\.safetensors$/.test(file))).toBe(true);
    const index = readJson<{ metadata: { total_size: number } }>(join(folder, 'model.safetensors.index.json'));
    expect(index.metadata.total_size).toBe(
      [...whole.model.parameters()].reduce((sum, [, { size }]) => sum + 4 * size, 0),
    );
    const again = await loadModel(folder);
    expect(outputs(again)).toEqual(outputs(whole));
  });

  it('a checkpoint is cast on loading and on saving', async () => {
    const folder = mkdtempSync(join(temporary, 'bf16-'));
    const { model } = await loadModel(join(models, 'qwen2'));
    saveModel(model, folder, { dtype: 'bf16' });
    expect(readJson<{ dtype: string }>(join(folder, 'config.json')).dtype).toBe('bfloat16');
    const narrow = await loadModel(folder);
    expect(narrow.model.dtype).toBe('bf16');
    const wide = await loadModel(folder, { dtype: 'f32' });
    const types = (loaded: LoadedModel) =>
      new Set([...loaded.model.parameters()].map(([, { tensor }]) => tensor.dtype));
    expect([types(narrow), types(wide)]).toEqual([new Set(['bf16']), new Set(['f32'])]);
    expect(outputs(wide)[0]).toBeCloseTo(outputs(await loadModel(join(models, 'qwen2')))[0], 1);
  });

  it('a trunk without its prefix loads, and is saved without it where the head has no weights of its own', async () => {
    const bare = folderOf('qwen3', (tensors) => renamed(tensors, (name) => name.replace(/^model\./, '')));
    const loaded = await loadModel(bare);
    expect([loaded.initialised, loaded.unused]).toEqual([[], []]);
    expect(outputs(loaded)).toEqual(outputs(await loadModel(join(models, 'qwen3'))));
    const folder = mkdtempSync(join(temporary, 'bare-'));
    saveModel(loaded.model, folder);
    expect(readFileSync(join(folder, 'model.safetensors')).equals(readFileSync(join(bare, 'model.safetensors')))).toBe(
      true,
    );
  });

  it('a trunk without its prefix gets it back with a new head, so that the head is found again', async () => {
    const bare = folderOf('bert_mlm', (tensors) => {
      for (const name of tensors.keys()) if (name.startsWith('cls.')) tensors.delete(name);
      renamed(tensors, (name) => name.replace(/^bert\./, ''));
    });
    const loaded = await loadModel(bare, { task: 'sequence', labels: ['a', 'b'] });
    expect(loaded.initialised).toEqual([
      'bert.pooler.dense.weight',
      'bert.pooler.dense.bias',
      'classifier.weight',
      'classifier.bias',
    ]);
    const folder = mkdtempSync(join(temporary, 'prefixed-'));
    saveModel(loaded.model, folder);
    const again = await loadModel(folder);
    expect([again.initialised, again.model.task, again.model.sequenceHead.labels]).toEqual([
      [],
      'sequence',
      ['a', 'b'],
    ]);
    expect(outputs(again)).toEqual(outputs(loaded));
  });

  it.each(['bert_mlm', 'roberta_mlm'])("first checkpoints call a norm's weights gamma and beta: %s", async (name) => {
    const old = folderOf(name, (tensors) =>
      renamed(tensors, (path) =>
        path.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta'),
      ),
    );
    const loaded = await loadModel(old);
    expect([loaded.initialised, loaded.unused]).toEqual([[], []]);
    expect(outputs(loaded)).toEqual(outputs(await loadModel(join(models, name))));
  });

  it('an optional pooler is kept where the checkpoint has one', async () => {
    const folder = folderOf('bert_mlm', (tensors) => {
      tensors.set('bert.pooler.dense.weight', zeros([64, 64]));
      tensors.set('bert.pooler.dense.bias', zeros([64]));
    });
    const loaded = await loadModel(folder);
    expect([loaded.model.task, loaded.initialised, loaded.unused]).toEqual(['masked-lm', [], []]);
    const saved = mkdtempSync(join(temporary, 'pooler-'));
    saveModel(loaded.model, saved);
    expect(readFileSync(join(saved, 'model.safetensors')).equals(readFileSync(join(folder, 'model.safetensors')))).toBe(
      true,
    );
  });

  it('a masked-lm head may have a matrix of its own', async () => {
    const own = folderOf(
      'bert_mlm',
      (tensors) =>
        tensors.set(
          'cls.predictions.decoder.weight',
          (tensors.get('bert.embeddings.word_embeddings.weight') as Tensor).mul(2),
        ),
      { tie_word_embeddings: false },
    );
    const loaded = await loadModel(own);
    expect([loaded.initialised, loaded.unused]).toEqual([[], []]);
    expect(outputs(loaded)).not.toEqual(outputs(await loadModel(join(models, 'bert_mlm'))));
  });

  it('weights go to the device that is asked for', async () => {
    const { model, initialised } = await loadModel(join(models, 'bert_cls'), { device: 'meta' });
    expect(initialised).toEqual([]);
    expect(new Set([...model.parameters()].map(([, { tensor }]) => tensor.device))).toEqual(new Set(['meta']));
  });

  it('what the model has no place for is named', async () => {
    const folder = folderOf('llama', (tensors) => tensors.set('model.layers.0.rotary_emb.inv_freq', zeros([8])));
    expect((await loadModel(folder)).unused).toEqual(['model.layers.0.rotary_emb.inv_freq']);
  });
});

describe('new heads', () => {
  it('are initialised from the seed and the path alone, and reported', async () => {
    const options = { task: 'sequence', labels: ['x', 'y', 'z'] } as const;
    const loads = await Promise.all([1, 1, 2].map((seed) => loadModel(join(models, 'llama'), { ...options, seed })));
    expect(loads[0].initialised).toEqual(['score.weight']);
    const weights = loads.map(({ model }) => [...model.head.parameters()][0][1].tensor.toNumbers());
    expect(weights[1]).toEqual(weights[0]);
    expect(weights[2]).not.toEqual(weights[0]);
    expect(loads[0].model.config).toMatchObject({
      architectures: ['LlamaForSequenceClassification'],
      id2label: { 0: 'x', 1: 'y', 2: 'z' },
      label2id: { x: 0, y: 1, z: 2 },
    });
  });

  it('replace a classifier of other classes, and keep one of as many', async () => {
    const other = await loadModel(join(models, 'bert_cls'), { labels: ['a', 'b'] });
    expect(other.initialised).toEqual(['classifier.weight', 'classifier.bias']);
    const same = await loadModel(join(models, 'bert_cls'), { labels: ['a', 'b', 'c'] });
    expect([same.initialised, same.model.config.id2label]).toEqual([[], { 0: 'a', 1: 'b', 2: 'c' }]);
  });

  it('replace a classifier of as many classes by other names, or in another order', async () => {
    const id2label = { 0: 'red', 1: 'green', 2: 'blue' };
    const folder = folderOf('bert_cls', undefined, { id2label });
    const initialised = async (labels: string[]) => (await loadModel(folder, { labels })).initialised;
    expect(await initialised(['red', 'green', 'blue'])).toEqual([]);
    expect(await initialised(['food', 'money', 'weather'])).toEqual(['classifier.weight', 'classifier.bias']);
    expect(await initialised(['blue', 'green', 'red'])).toEqual(['classifier.weight', 'classifier.bias']);
  });

  it('an encoder of speech starts with sinusoidal positions', async () => {
    const model = await createModel(tinyConfigs.whisper[0], { dtype: 'f32', seed: 1 });
    const positions = [...model.parameters()].find(([path]) => path === 'model.encoder.embed_positions.weight')?.[1];
    const table = positions?.tensor.toNumbers() ?? [];
    expect(table.slice(0, 8)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect(table[8]).toBeCloseTo(Math.sin(1), 6);
    expect(table[8 + 3]).toBeCloseTo(Math.sin(1e-4), 6);
    expect(table[8 + 4]).toBeCloseTo(Math.cos(1), 6);
  });
});

describe('what cannot be loaded says why:', () => {
  it('no folder, no config.json, no weights, pickle weights', async () => {
    expect((await failure(join(temporary, 'nowhere'))).code).toBe('E_CONFIG_MISSING');
    const folder = mkdtempSync(join(temporary, 'empty-'));
    expect((await failure(folder)).code).toBe('E_CONFIG_MISSING');
    cpSync(join(models, 'llama', 'config.json'), join(folder, 'config.json'));
    expect((await failure(folder)).code).toBe('E_WEIGHTS_MISSING');
    writeFileSync(join(folder, 'pytorch_model.bin'), 'pickle');
    const pickled = await failure(folder);
    expect([pickled.code, pickled.message]).toEqual([
      'E_PICKLE_WEIGHTS',
      expect.stringMatching(/pytorch_model\.bin.*can run code/),
    ]);
  });

  it('an unknown model type, with the known ones', async () => {
    const error = await failure(folderOf('llama', undefined, { model_type: 'lama' }));
    expect([error.code, error.fix]).toEqual(['E_UNKNOWN_MODEL_TYPE', 'did you mean "llama"?']);
    expect((await failure(folderOf('llama', undefined, { model_type: undefined }))).code).toBe('E_UNKNOWN_MODEL_TYPE');
    expect((await failure(folderOf('llama', undefined, { model_type: 'toString' }))).code).toBe('E_UNKNOWN_MODEL_TYPE');
  });

  it('all bad keys of config.json at once', async () => {
    const error = await failure(
      folderOf('llama', undefined, { vocab_size: -3, hidden_act: 'swoosh', rope_scaling: { rope_type: 'spiral' } }),
    );
    expect(error.code).toBe('E_CONFIG_BAD');
    expect(error.problems.map((problem) => problem.field).toSorted()).toEqual([
      'hidden_act',
      'rope_scaling',
      'vocab_size',
    ]);
  });

  it('a BERT that is a decoder, or has other positions', async () => {
    const error = await failure(
      folderOf('bert_mlm', undefined, { is_decoder: true, position_embedding_type: 'relative_key' }),
    );
    expect(error.problems.map((problem) => problem.message)).toEqual([
      'only absolute positions are supported',
      'only encoders are supported',
    ]);
  });

  it('tensors of the trunk that are missing, all of them', async () => {
    const folder = folderOf('llama', (tensors) => {
      tensors.delete('model.norm.weight');
      tensors.delete('model.layers.1.mlp.up_proj.weight');
    });
    const error = await failure(folder);
    expect(error.code).toBe('E_TENSORS_MISSING');
    expect(error.problems.map((problem) => problem.field)).toEqual([
      'model.layers.1.mlp.up_proj.weight',
      'model.norm.weight',
    ]);
  });

  it('tensors of another shape, all of them', async () => {
    const error = await failure(folderOf('llama', undefined, { intermediate_size: 80 }));
    expect(error.code).toBe('E_WEIGHT_SHAPE');
    expect(error.problems).toHaveLength(6);
    expect(error.problems[0].message).toBe('has shape [96, 64], expected [80, 64]');
  });

  it('a file that is cut off', async () => {
    const folder = folderOf('llama');
    truncateSync(join(folder, 'model.safetensors'), 200_000);
    expect((await failure(folder)).code).toBe('E_SAFETENSORS_TRUNCATED');
  });

  it('a task that the architecture has no head for', async () => {
    const error = await failure(join(models, 'llama'), { task: 'masked-lm' });
    expect([error.code, error.expected]).toEqual([
      'E_TASK_UNSUPPORTED',
      'one of causal-lm, sequence, token, embedding',
    ]);
  });

  it('an index that names shards outside the folder, none, or missing ones', async () => {
    const folder = mkdtempSync(join(temporary, 'index-'));
    cpSync(join(models, 'llama', 'config.json'), join(folder, 'config.json'));
    const index = (weight_map: unknown) => writeJson(join(folder, 'model.safetensors.index.json'), { weight_map });
    mkdirSync(join(temporary, 'other'), { recursive: true });
    for (const name of ['../other/a.safetensors', '/etc/a.safetensors', 'weights.bin', 7]) {
      index({ 'lm_head.weight': name });
      expect([name, (await failure(folder)).code]).toEqual([name, 'E_INDEX_BAD']);
    }
    index({});
    expect((await failure(folder)).code).toBe('E_INDEX_BAD');
    index({ a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' });
    const error = await failure(folder);
    expect([error.code, error.problems.length]).toEqual(['E_WEIGHTS_MISSING', 2]);
  });
});
