// Numbers in a model's files that would require excessive memory or time.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { audioProcessor } from '../../../src/engine/audio/index.ts';
import { imageProcessor } from '../../../src/engine/image/index.ts';
import { readJson } from '../../../src/files/json.ts';
import type { RawConfig } from '../../../src/models/raw-config.ts';
import { architectures } from '../../../src/models/index.ts';
import { byteToCharacter } from '../../../src/base/byte-alphabet.ts';
import { Tokenizer } from '../../../src/models/text/index.ts';

const temporary = mkdtempSync(join(tmpdir(), 'attune-numbers-'));
afterAll(() => rmSync(temporary, { recursive: true }));

function refused(field: string, code = 'E_CONFIG_BAD') {
  return expect.objectContaining({
    code,
    problems: expect.arrayContaining([expect.objectContaining({ field: expect.stringContaining(field) })]),
  });
}

describe('a preprocessor_config.json', () => {
  const image = { image_processor_type: 'ViTImageProcessor' };
  it.each([
    ['size', { height: 100_000, width: 100_000 }],
    ['size', 100_000],
    ['size', { shortest_edge: 100_000 }],
    ['size', [16, -1]],
    ['crop_size', { height: 16, width: 1e9 }],
    ['image_std', [0, 0.5, 0.5]],
    ['image_mean', [1e300, 0, 0]],
    ['rescale_factor', 1e300],
  ])('of images with %s %j is refused', (field, value) => {
    expect(() => imageProcessor({ ...image, [field]: value })).toThrow(refused(field));
  });

  const audio = { feature_extractor_type: 'WhisperFeatureExtractor' };
  it.each([
    ['n_fft', 1e6],
    ['n_fft', -400],
    ['feature_size', 100_000],
    ['feature_size', { hop_length: 1 }],
    ['chunk_length', 1e6],
    ['sampling_rate', 1e9],
    ['padding_value', 1e300],
  ])('of recordings with %s %j is refused', (field, value) => {
    const settings = typeof value === 'number' ? { [field]: value } : value;
    expect(() => audioProcessor({ ...audio, ...settings })).toThrow(refused(field));
  });

  it('as it is published is read', () => {
    expect(audioProcessor({ ...audio, feature_size: 128 }).longest).toBe(480_000);
    expect(() => imageProcessor({ ...image, size: { height: 1024, width: 1024 } })).not.toThrow();
  });
});

describe('a config.json', () => {
  const published = (type: string): RawConfig => {
    const path = resolve('fixtures/models', type === 'roberta' ? 'roberta_mlm' : type, 'config.json');
    return existsSync(path) ? readJson<RawConfig>(path) : { model_type: type };
  };

  it.each([
    ['llama', 'num_hidden_layers', 1e9],
    ['llama', 'num_attention_heads', 1e9],
    ['llama', 'head_dim', 2 ** 31],
    ['gpt2', 'n_embd', 1e9],
    ['distilbert', 'dim', 2 ** 31],
    ['wav2vec2', 'num_conv_pos_embedding_groups', 6],
    ['bert', 'num_hidden_layers', 100_000],
    ['resnet', 'depths', [1e9, 1, 1, 1]],
    ['qwen3_moe', 'num_experts', 1e7],
    ['roberta', 'pad_token_id', 1e9],
    ['roberta', 'pad_token_id', -1],
    ['wav2vec2', 'pad_token_id', 1e9],
    ['clip', 'text_config.eos_token_id', 1e9],
    ['clip', 'text_config.eos_token_id', -1],
  ])('of %s with %s %j is refused', async (type, field, value) => {
    const architecture = await architectures.load(type);
    const [outer, inner] = field.split('.');
    const raw = { ...published(type), [outer]: inner === undefined ? value : { [inner]: value } };
    const read = () => [
      architecture.limits(raw),
      architecture.heads(raw),
      architecture.tokensOfFeatures?.(raw, [1000]),
    ];
    expect(read).toThrow(refused(field));
  });
});

describe('a tokenizer', () => {
  const vocab = Object.fromEntries(byteToCharacter.map((character, id) => [character, id]));
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const added = [{ id: 256, content: '<eos>', ...flags }];
  const whole = {
    version: '1.0',
    added_tokens: added,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: true },
    decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: true },
    model: { type: 'BPE', vocab, merges: [] },
  };
  const load = (tokenizer: object, others: Record<string, object> = {}) => {
    const folder = mkdtempSync(join(temporary, 'tokenizer-'));
    for (const [name, value] of Object.entries({ 'tokenizer.json': { ...whole, ...tokenizer }, ...others }))
      writeFileSync(join(folder, name), JSON.stringify(value));
    return Tokenizer.load(folder);
  };

  it.each([-1, 1e9, 0.5, null])('with the id %j in its vocabulary is refused', async (id) => {
    const model = { type: 'BPE', vocab: { ...vocab, a: id }, merges: [] };
    await expect(load({ model })).rejects.toEqual(refused('model.vocab["a"]', 'E_TOKENIZER_INVALID'));
  });

  it.each([-1, 1e9, 0.5, undefined])('with the added id %j is refused', async (id) => {
    const tokens = [{ id, content: '<eos>', special: true }];
    await expect(load({ added_tokens: tokens })).rejects.toEqual(refused('added_tokens[0].id', 'E_TOKENIZER_INVALID'));
  });

  it.each([[{}], [[null]], [[{ id: 256 }]]])('with the added tokens %j is refused', async (tokens) => {
    await expect(load({ added_tokens: tokens })).rejects.toEqual(refused('added_tokens', 'E_TOKENIZER_INVALID'));
  });

  it.each([
    ['generation_config.json', 'eos_token_id', 1e9],
    ['generation_config.json', 'eos_token_id', [256, -2]],
    ['generation_config.json', 'suppress_tokens', [1e9]],
    ['generation_config.json', 'decoder_start_token_id', 0.5],
    ['generation_config.json', 'lang_to_id', { '<|en|>': 1e9 }],
    ['config.json', 'eos_token_id', 1e9],
  ])('beside a %s with %s %j is refused', async (file, field, value) => {
    await expect(load({}, { [file]: { [field]: value } })).rejects.toEqual(refused(field, 'E_TOKENIZER_INVALID'));
  });

  it('may say by −1 that there is no such token, as the first Llama models do', async () => {
    const tokenizer = await load({}, { 'config.json': { eos_token_id: 256, pad_token_id: -1, bos_token_id: -1 } });
    expect([tokenizer.padId, tokenizer.bosId, tokenizer.stopIds]).toEqual([undefined, undefined, [256]]);
  });
});
