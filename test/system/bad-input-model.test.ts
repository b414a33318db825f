import { existsSync, readFileSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadInputBench } from './bad-input-bench.ts';

let bench: BadInputBench;
beforeAll(async () => {
  bench = await BadInputBench.make();
});
afterAll(() => bench.remove());

const hasEngine = existsSync('build/attune.node');

describe.skipIf(!hasEngine)('a bad model folder', () => {
  it('that does not exist is named, and a hub name is told apart', () => {
    expect(bench.failure(bench.train({ model: 'nowhere' })).code).toBe('E_MODEL_MISSING');
    const hub = bench.failure(bench.train({ model: 'someone/some-model' }));
    expect(hub).toMatchObject({
      code: 'E_HUB_OFFLINE',
      what: expect.stringContaining('someone/some-model'),
      fix: expect.stringContaining('HF_HUB_OFFLINE'),
    });
  });

  it('without config.json, or with one that is cut off, is refused', () => {
    const without = bench.spoiledModel('no-config', () => rmSync(bench.path('no-config/config.json')));
    expect(bench.failure(without).code).toBe('E_CONFIG_MISSING');
    const cut = bench.spoiledModel('cut-config', () => truncateSync(bench.path('cut-config/config.json'), 40));
    expect(bench.failure(cut).code).toBe('E_BAD_JSON');
  });

  it('of an unknown model_type is refused with the known ones', () => {
    const argv = bench.spoiledModel('unknown', () => bench.edit('unknown/config.json', { model_type: 'lama' }));
    const error = bench.failure(argv);
    expect(error.code).toBe('E_UNKNOWN_MODEL_TYPE');
    expect(JSON.stringify(error)).toContain('llama');
  });

  it('without weights, or without one of its shards, is refused', () => {
    const none = bench.spoiledModel('no-weights', () => rmSync(bench.path('no-weights/model.safetensors')));
    expect(bench.failure(none).code).toBe('E_WEIGHTS_MISSING');
    const shard = bench.spoiledModel('no-shard', () => {
      renameSync(bench.path('no-shard/model.safetensors'), bench.path('no-shard/model-00001-of-00002.safetensors'));
      const weight_map = {
        'model.norm.weight': 'model-00001-of-00002.safetensors',
        'model.embed_tokens.weight': 'model-00002-of-00002.safetensors',
      };
      bench.write('no-shard/model.safetensors.index.json', JSON.stringify({ weight_map }));
    });
    const error = bench.failure(shard);
    expect(error.code).toBe('E_WEIGHTS_MISSING');
    expect(error.problems.map(({ file }) => file)).toEqual([expect.stringContaining('00002-of-00002')]);
  });

  it('with pickle weights only is refused, and they are not read', () => {
    const argv = bench.spoiledModel('pickle', () => {
      rmSync(bench.path('pickle/model.safetensors'));
      bench.write('pickle/pytorch_model.bin', 'cos\nsystem\n(S"exit 1"\ntR.');
    });
    expect(bench.failure(argv)).toMatchObject({
      code: 'E_PICKLE_WEIGHTS',
      fix: expect.stringContaining('safetensors'),
    });
  });

  it('with weights that are cut off, at the end or in the header, is refused', () => {
    const bytes = readFileSync(bench.path('model/model.safetensors')).length;
    const short = bench.spoiledModel('short', () => truncateSync(bench.path('short/model.safetensors'), bytes - 100));
    expect(bench.failure(short).code).toBe('E_SAFETENSORS_TRUNCATED');
    const header = bench.spoiledModel('header', () => truncateSync(bench.path('header/model.safetensors'), 100));
    expect(bench.failure(header).code).toBe('E_SAFETENSORS_TRUNCATED');
  });

  it('with other bytes than safetensors is refused', () => {
    const argv = bench.spoiledModel('bytes', () =>
      bench.write(
        'bytes/model.safetensors',
        Buffer.concat([Buffer.from([4, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('[1]}0000')]),
      ),
    );
    expect(bench.failure(argv).code).toBe('E_SAFETENSORS_BAD');
  });

  it('with weights of other shapes than config.json says is refused with every tensor', () => {
    const argv = bench.spoiledModel('shapes', () => bench.edit('shapes/config.json', { intermediate_size: 80 }));
    const error = bench.failure(argv);
    expect(error.code).toBe('E_WEIGHT_SHAPE');
    expect(error.problems.map(({ field }) => field?.split('.').at(-2)).toSorted()).toEqual([
      'down_proj',
      'gate_proj',
      'up_proj',
    ]);
  });

  it('with fewer layers than config.json says is refused with what is missing', () => {
    const argv = bench.spoiledModel('layers', () => bench.edit('layers/config.json', { num_hidden_layers: 2 }));
    const error = bench.failure(argv);
    expect(error.code).toBe('E_TENSORS_MISSING');
    expect(error.problems).toHaveLength(9);
  });
});

describe.skipIf(!hasEngine)('a bad tokenizer', () => {
  it('that is missing or cut off is refused', () => {
    const missing = bench.spoiledModel('mute', () => rmSync(bench.path('mute/tokenizer.json')));
    expect(bench.failure(missing).code).toBe('E_TOKENIZER_MISSING');
    const cut = bench.spoiledModel('stutter', () => truncateSync(bench.path('stutter/tokenizer.json'), 500));
    expect(bench.failure(cut).code).toBe('E_TOKENIZER_INVALID');
  });

  it('that belongs to a model with another vocabulary is refused', () => {
    const argv = bench.spoiledModel('foreign', () => bench.edit('foreign/config.json', { vocab_size: 300 }));
    expect(bench.failure(argv)).toMatchObject({ code: 'E_VOCABULARY_MISMATCH', got: expect.stringContaining('300') });
  });
});
