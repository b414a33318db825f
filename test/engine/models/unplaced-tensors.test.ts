import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createModel, loadModel } from '../../../src/models/load-model.ts';
import { saveModel } from '../../../src/models/save.ts';
import { skeleton } from '../../../src/models/skeleton.ts';
import { togetherAmong } from '../../../src/models/architectures/patches.ts';
import { attention, layoutOfRows } from '../../../src/engine/nn/index.ts';
import {
  backward,
  fromArray,
  SafetensorsFile,
  scope,
  type Tensor,
  writeSafetensors,
  zeros,
} from '../../../src/engine/tensor/index.ts';

import { tinyConfigs } from '../tiny-configs.ts';

const LLAMA = 'fixtures/models/llama';
const work = mkdtempSync(join(tmpdir(), 'attune-unplaced-'));
afterAll(() => rmSync(work, { recursive: true }));
const floats = (numbers: readonly number[], shape: readonly number[]) => fromArray(Float32Array.from(numbers), shape);

describe('tensors without a place', () => {
  const folderWith = (name: string, extra: [string, Tensor][], config: object = {}): string => {
    const folder = join(work, name);
    cpSync(LLAMA, folder, { recursive: true });
    using files = new SafetensorsFile(join(LLAMA, 'model.safetensors'));
    writeSafetensors(
      join(folder, 'model.safetensors'),
      new Map([...files.names.map((path) => [path, files.get(path)] as const), ...extra]),
    );
    const raw = JSON.parse(readFileSync(join(LLAMA, 'config.json'), 'utf8')) as object;
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...raw, ...config }));
    return folder;
  };

  it.each([
    'model.layers.0.self_attn.q_proj.bias',
    'model.layers.7.input_layernorm.weight',
    'model.layers.0.mlp.up_proj.weight_scale',
  ])('%s refuses the load', async (path) => {
    const folder = folderWith(`extra-${path.length}`, [[path, floats([1, 2], [2])]]);
    await expect(loadModel(folder)).rejects.toMatchObject({ code: 'E_TENSORS_UNPLACED', problems: [{ field: path }] });
  });

  it('passes over what the reference does: frequencies, a copy of a tied head, another task’s head', async () => {
    const extra: [string, Tensor][] = [
      ['model.layers.0.self_attn.rotary_emb.inv_freq', floats([1, 2], [2])],
      ['score.weight', floats([0, 0], [2])],
    ];
    const { unused } = await loadModel(folderWith('known', extra));
    expect(unused).toEqual(extra.map(([path]) => path));
    const tied = await loadModel(folderWith('tied', [], { tie_word_embeddings: true }));
    expect(tied.unused).toEqual(['lm_head.weight']);
  });

  it('refuses a second version of a shared table where transformers 5 reads both', async () => {
    const [older, recent] = [{}, { transformers_version: '5.13.0' }].map((version) => ({
      ...tinyConfigs.bart[0],
      ...version,
    }));
    const at = join(work, 'copies');
    const model = await createModel(older, { dtype: 'f32', seed: 1 });
    saveModel(model, at);
    using files = new SafetensorsFile(join(at, 'model.safetensors'));
    const all = files.names.map((path): [string, Tensor] => [path, files.get(path).clone()]);
    const table = files.get('model.shared.weight');
    const write = (raw: object, copy: Tensor) => {
      writeSafetensors(join(at, 'model.safetensors'), new Map([...all, ['model.encoder.embed_tokens.weight', copy]]));
      writeFileSync(join(at, 'config.json'), JSON.stringify({ ...raw, architectures: model.config.architectures }));
      return loadModel(at);
    };
    const other = table.add(1);
    await expect(write(recent, other)).rejects.toMatchObject({
      code: 'E_TENSORS_UNPLACED',
      problems: [{ field: 'model.encoder.embed_tokens.weight' }],
    });
    expect((await write(recent, table.clone())).unused).toEqual(['model.encoder.embed_tokens.weight']);
    expect((await write(older, other)).unused).toEqual(['model.encoder.embed_tokens.weight']);
  });

  it('a language model without the matrix of its scores is incomplete, not one with random scores', async () => {
    const model = await createModel(tinyConfigs.llama[0], { task: 'causal-lm', dtype: 'f32', seed: 1 });
    const at = join(work, 'headless');
    saveModel(model, at);
    using files = new SafetensorsFile(join(at, 'model.safetensors'));
    const trunk = files.names.filter((path) => path !== 'lm_head.weight');
    const left = new Map(trunk.map((path): [string, Tensor] => [path, files.get(path).clone()]));
    writeSafetensors(join(at, 'model.safetensors'), left);
    await expect(loadModel(at)).rejects.toMatchObject({
      code: 'E_TENSORS_MISSING',
      problems: [{ field: 'lm_head.weight' }],
    });
    expect((await loadModel(at, { task: 'embedding' })).initialised).toEqual([]);
  });

  it('takes a head that differs from the tied table for one of its own, as transformers 5 does', async () => {
    const recent = { tie_word_embeddings: true, transformers_version: '5.3.0' };
    const { model, unused } = await loadModel(folderWith('own-head', [], recent));
    expect(unused).toEqual([]);
    expect(model.config.tie_word_embeddings).toBe(false);
    using files = new SafetensorsFile(join(LLAMA, 'model.safetensors'));
    const head = new Map(model.parameters()).get('lm_head.weight')!;
    expect(head.tensor.toNumbers()).toEqual(files.get('lm_head.weight').toNumbers());
    const copy: [string, Tensor] = ['lm_head.weight', files.get('model.embed_tokens.weight')];
    const tied = await loadModel(folderWith('copy', [copy], recent));
    expect([tied.unused, tied.model.config.tie_word_embeddings]).toEqual([['lm_head.weight'], true]);
  });

  it('integers in place of weights are refused', async () => {
    const path = 'model.layers.0.mlp.up_proj.weight';
    using files = new SafetensorsFile(join(LLAMA, 'model.safetensors'));
    const { shape } = files.get(path);
    const codes = fromArray(new Int8Array(shape[0] * shape[1]), shape);
    const folder = folderWith('integers', [[path, codes]]);
    await expect(loadModel(folder)).rejects.toMatchObject({ code: 'E_WEIGHT_SHAPE', problems: [{ field: path }] });
  });
});

describe('settings of another model type', () => {
  const raw = JSON.parse(readFileSync(join(LLAMA, 'config.json'), 'utf8')) as Record<string, unknown>;

  it.each([
    ['logit_scale', 0.0625],
    ['residual_multiplier', 0.22],
    ['final_logit_softcapping', 30],
    ['no_rope_layers', [1, 1, 1, 0]],
  ])('%s refuses a llama', async (key, value) => {
    const problems = [{ field: key }];
    await expect(skeleton({ ...raw, [key]: value }, {})).rejects.toMatchObject({ code: 'E_CONFIG_FOREIGN', problems });
  });

  it('passes at values that change nothing', async () => {
    const neutral = { logit_scale: 1, final_logit_softcapping: null, no_rope_layers: [], use_qk_norm: false };
    await expect(skeleton({ ...raw, ...neutral }, {})).resolves.toBeDefined();
  });
});

describe('settings as transformers 5 writes or ignores them', () => {
  it('an EXAONE 4 without any window', async () => {
    const [raw] = tinyConfigs.exaone4;
    const model = (await skeleton({ ...raw, sliding_window: null, sliding_window_pattern: 0 }, {})).model;
    expect(model.trunk.stack.blockList).toHaveLength(Number(raw.num_hidden_layers));
  });

  it('rotary settings of layer types, next to those of the common form that they replace', async () => {
    const types = { full_attention: { rope_theta: 1e6 }, sliding_attention: { rope_type: 'default', rope_theta: 1e4 } };
    const raw = (more: object) => ({ ...tinyConfigs.olmo3[0], rope_parameters: { ...types, ...more } });
    await expect(skeleton(raw({ rope_theta: null, rope_type: 'yarn', factor: 8 }), {})).resolves.toBeDefined();
    const wrong = { full_attention: { rope_theta: 'large' } };
    await expect(skeleton(raw(wrong), {})).rejects.toMatchObject({
      code: 'E_CONFIG_BAD',
      problems: [{ field: 'rope_parameters.full_attention.rope_theta' }],
    });
  });

  it('a Gemma 3 with images caps no logits, and Gemma 4 does not train the row that images read', async () => {
    const [gemma3, gemma4] = [tinyConfigs.gemma3[0], tinyConfigs.gemma4[0]];
    const text = { ...(gemma3.text_config as object), final_logit_softcapping: 0.7 };
    const { model } = await skeleton({ ...gemma3, text_config: text }, { task: 'causal-lm' });
    expect(model.tokenHead.softcap).toBe(0);
    const pads = gemma4.text_config as { pad_token_id?: number };
    const other = await createModel(gemma4, { task: 'causal-lm', dtype: 'f32', seed: 1 });
    const table = [...other.parameters()].find(([path]) => path.endsWith('embed_tokens_per_layer.weight'))![1];
    table.setTrainable(true);
    const ids = BigInt64Array.of(1n, BigInt(pads.pad_token_id ?? 0), 2n);
    scope(() => {
      const hidden = other.hidden({ ids, layout: layoutOfRows([3], { causal: true }) });
      backward([hidden.pow(2).sum()]);
      const rows = table.tensor.grad!.pow(2).sum(1).toNumbers();
      expect(rows[1]).toBeGreaterThan(0);
      expect(rows[pads.pad_token_id ?? 0]).toBe(0);
    });
  });

  it('a window of Gemma hides what is far within an image as well, and later tokens of it are seen', () => {
    const layout = layoutOfRows([5], { causal: true });
    const seen = togetherAmong(layout, { places: BigInt64Array.of(1n, 2n, 3n, 4n) } as never);
    const tokens = scope(() => {
      // Each token has its own value, so that sums show what a query sees.
      const values = floats(
        Array.from({ length: 25 }, (_, i) => Number(i % 6 === 0)),
        [5, 1, 5],
      );
      const q = zeros([5, 1, 5]);
      return attention(q, q, values, { layout: seen, window: 2, causal: true }).reshape(5, 5).toNumbers();
    });
    const sees = Array.from({ length: 5 }, (_, row) =>
      tokens
        .slice(5 * row, 5 * row + 5)
        .map((share) => (share > 0 ? '#' : '.'))
        .join(''),
    );
    expect(sees).toEqual(['#....', '#####', '.####', '..###', '...##']);
  });

  it('Gemma 3 with images and bidirectional text is refused', async () => {
    const [gemma3] = tinyConfigs.gemma3;
    const text = { ...(gemma3.text_config as object), use_bidirectional_attention: true };
    await expect(skeleton({ ...gemma3, text_config: text }, {})).rejects.toMatchObject({
      code: 'E_CONFIG_BAD',
      problems: [{ field: 'text_config.use_bidirectional_attention' }],
    });
  });

  it('a Whisper whose embeddings would be scaled', async () => {
    const [raw] = tinyConfigs.whisper;
    const vectors = async (scale_embedding: boolean) => {
      const model = await createModel({ ...raw, scale_embedding }, { task: 'seq2seq', dtype: 'f32', seed: 1 });
      return scope(() => {
        const layout = layoutOfRows([2], { causal: true });
        const ids = BigInt64Array.of(1n, 2n);
        const positions = fromArray(BigInt64Array.of(0n, 1n));
        return model.trunk.stack
          .embed({ ids, layout } as never, { ids, positions, layout, dtype: 'f32', device: 'cpu' } as never)
          .toNumbers();
      });
    };
    expect(await vectors(true)).toEqual(await vectors(false));
  });

  it.each([
    ['bart', 'BartForCausalLM'],
    ['marian', 'MarianForCausalLM'],
  ] as const)('the decoder of a %s alone is refused', async (type, name) => {
    await expect(skeleton({ ...tinyConfigs[type][0], architectures: [name] }, {})).rejects.toMatchObject({
      code: 'E_TASK_UNSUPPORTED',
      what: expect.stringContaining(name),
    });
  });
});
