// N tokens, H heads, d head size
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadGguf, planGguf, writeModelGguf } from '../../../src/models/gguf/index.ts';
import { toHalves, toNeighbours } from '../../../src/models/gguf/layouts.ts';
import { createModel, loadModel, readConfig } from '../../../src/models/load-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { layoutOfRows, Rope, rotate } from '../../../src/engine/nn/index.ts';
import { GgufFile } from '../../../src/engine/tensor/gguf/index.ts';
import { aten, fromArray, noGrad, scope, type DType } from '../../../src/engine/tensor/index.ts';
import { run as exportModel } from '../../../src/jobs/export/export.ts';
import { tinyGguf, tinyGgufTypes } from './tiny-gguf.ts';
import { writeTinyModel } from '../../system/cli-tiny-model.ts';

const fixtures = join(import.meta.dirname, '../../../fixtures/models');
const folder = mkdtempSync(join(tmpdir(), 'attune-gguf-'));
const at = (name: string): string => join(folder, name);

beforeAll(() => writeTinyModel(at('tiny'), 'the parcel is in the house of the parcel\n'.repeat(40)));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LENGTH = 24;

function logProbs(model: Model): number[] {
  return noGrad(() =>
    scope(() => {
      const ids = BigInt64Array.from({ length: LENGTH }, (_, i) => BigInt((i * 37 + 11) % 256));
      const hidden = model.hidden({ ids, layout: layoutOfRows([LENGTH], { causal: true }) });
      return model.tokenHead.tokenLogProbs(hidden, fromArray(ids)).logProbs.toNumbers();
    }),
  );
}

/** Writes the model and loads it again. */
async function again(model: Model, dtype: DType, name: string): Promise<Model> {
  writeModelGguf(at(name), planGguf(model, dtype), new Map());
  return loadGguf(at(name), model.config);
}

describe('a model in GGUF', () => {
  it.each(['llama', 'llama_rope3', 'llama_tied_bias', 'phi3', 'qwen2', 'qwen3'])(
    '%s holds every tensor and scores the same when it is read again',
    async (name) => {
      const { model } = await loadModel(join(fixtures, name), { task: 'causal-lm' });
      const read = await again(model, 'f32', `${name}.gguf`);
      const paths = [...model.parameters()].map(([path]) => path);
      expect([...read.parameters()].map(([path]) => path)).toEqual(paths);
      const tensors = new Map(read.parameters());
      for (const [path, { tensor }] of model.parameters())
        expect(aten.equal.default(tensors.get(path)!.tensor, tensor), path).toBe(true);
      const after = logProbs(read);
      for (const [i, value] of logProbs(model).entries()) expect(after[i]).toBeCloseTo(value, 5);
    },
  );

  const gemma = {
    vocab_size: 256,
    hidden_size: 64,
    intermediate_size: 96,
    head_dim: 16,
    sliding_window: 8,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    max_position_embeddings: 64,
    query_pre_attn_scalar: 16,
    hidden_activation: 'gelu_pytorch_tanh',
    tie_word_embeddings: true,
    rope_theta: 1e6,
  };

  it.each([
    ['gemma2', 2],
    ['gemma3_text', 6],
  ] as const)('%s holds norms as factors, and scores the same when it is read again', async (type, layers) => {
    const raw = { ...gemma, model_type: type, num_hidden_layers: layers };
    const model = await createModel(raw, { task: 'causal-lm', dtype: 'f32', seed: 2 });
    const read = await again(model, 'f32', `${type}.gguf`);
    using file = new GgufFile(at(`${type}.gguf`));
    expect(file.get('blk.0.post_attention_norm.weight').toNumbers()).toEqual(Array.from({ length: 64 }, () => 1));
    const after = logProbs(read);
    for (const [i, value] of logProbs(model).entries()) expect(after[i]).toBeCloseTo(value, 5);
  });

  const small = {
    vocab_size: 256,
    hidden_size: 64,
    intermediate_size: 96,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 4,
    max_position_embeddings: 64,
    initializer_range: 0.2,
    tie_word_embeddings: false,
  };
  const routed = { num_experts: 4, num_experts_per_tok: 2, moe_intermediate_size: 32, norm_topk_prob: false };
  it.each(Object.entries(tinyGgufTypes))('%s is read back as it was written', async (type, own) => {
    const raw = { ...tinyGguf(256), model_type: type, ...own };
    const model = await createModel(raw, { task: 'causal-lm', dtype: 'f32', seed: 2 });
    const read = await again(model, 'f32', `${type}.gguf`);
    const tensors = new Map(read.parameters());
    for (const [path, { tensor }] of model.parameters())
      expect(aten.equal.default(tensors.get(path)!.tensor, tensor), path).toBe(true);
    const after = logProbs(read);
    for (const [i, value] of logProbs(model).entries()) expect(after[i]).toBeCloseTo(value, 5);
  });

  it.each([
    ['qwen3_moe', 'norm_topk_prob', { head_dim: 16, norm_topk_prob: false }],
    ['qwen2_moe', 'mlp_only_layers', { shared_expert_intermediate_size: 48, mlp_only_layers: [0] }],
    ['olmoe', 'clip_qkv', { clip_qkv: 2 }],
    ['olmo2', 'tie_word_embeddings', { tie_word_embeddings: true }],
    ['smollm3', 'no_rope_layers', { no_rope_layers: [0, 1] }],
  ])('%s with another %s than llama.cpp has is refused', async (type, field, change) => {
    const experts = type.endsWith('moe') ? routed : {};
    const raw = { ...small, ...experts, model_type: type, ...change };
    const model = await createModel(raw, { task: 'causal-lm', dtype: 'f32', seed: 2 });
    const problems = expect.arrayContaining([expect.objectContaining({ field })]);
    expect(() => planGguf(model, 'f32')).toThrow(expect.objectContaining({ code: 'E_GGUF_UNSUPPORTED', problems }));
  });

  it.each([
    ['deepseek_v3', 'rms_norm_eps', { rms_norm_eps: 1e-5 }],
    ['deepseek_v3', 'rope_scaling.mscale', { rope_parameters: { rope_type: 'yarn', rope_theta: 1e4, factor: 4 } }],
    ['deepseek_v2', 'topk_method', { topk_method: 'group_limited_greedy', n_group: 2, topk_group: 1 }],
    ['ernie4_5_moe', 'moe_layer_interval', { moe_layer_interval: 2 }],
    ['hunyuan_v1_moe', 'num_experts', { num_experts: [2, 4] }],
    ['lfm2_moe', 'norm_topk_prob', { norm_topk_prob: false }],
    ['granitemoehybrid', 'mamba_n_groups', { mamba_n_groups: 2 }],
    ['nemotron_h', 'time_step_min', { time_step_min: 0.01 }],
    ['qwen3_next', 'linear_value_head_dim', { linear_value_head_dim: 8 }],
    ['olmo3', 'rope_parameters', { rope_parameters: { rope_type: 'yarn', rope_theta: 1e4, factor: 4 } }],
    ['cohere2', 'tie_word_embeddings', { tie_word_embeddings: false }],
    ['ministral3', 'sliding_window', { sliding_window: 8 }],
    ['starcoder2', 'use_bias', { use_bias: false }],
    ['llama4_text', 'attention_chunk_size', { attention_chunk_size: 16 }],
  ])('%s with another %s than llama.cpp has is refused', async (type, field, change) => {
    const raw = { ...tinyGguf(256), model_type: type, ...tinyGgufTypes[type], ...change };
    const model = await createModel(raw, { task: 'causal-lm', dtype: 'f32', seed: 2 });
    const problems = expect.arrayContaining([expect.objectContaining({ field })]);
    expect(() => planGguf(model, 'f32')).toThrow(expect.objectContaining({ code: 'E_GGUF_UNSUPPORTED', problems }));
  });

  it('says why a type that llama.cpp computes otherwise is refused', async () => {
    const raw = { ...tinyGguf(256), model_type: 'phimoe', num_local_experts: 2 };
    const model = await createModel(raw, { task: 'causal-lm', dtype: 'f32', seed: 2 });
    expect(() => planGguf(model, 'f32')).toThrow(/phimoe model cannot be written as GGUF: llama.cpp weights/);
  });

  it('Gemma 3 with the positions of transformers 5 is written as with the older keys', async () => {
    const { rope_theta: theta, ...plain } = gemma;
    const rope_parameters = {
      full_attention: { rope_type: 'linear', factor: 8, rope_theta: theta },
      sliding_attention: { rope_type: 'default', rope_theta: 10_000 },
    };
    const raw = { ...plain, model_type: 'gemma3_text', num_hidden_layers: 6 };
    const model = await createModel({ ...raw, rope_parameters }, { task: 'causal-lm', dtype: 'f32', seed: 2 });
    const read = await again(model, 'f32', 'gemma3-renewed.gguf');
    using file = new GgufFile(at('gemma3-renewed.gguf'));
    expect(file.header.metadata.get('gemma3.rope.freq_base')?.value).toBe(theta);
    expect(file.header.metadata.get('gemma3.rope.scaling.factor')?.value).toBe(8);
    const after = logProbs(read);
    for (const [i, value] of logProbs(model).entries()) expect(after[i]).toBeCloseTo(value, 5);
    const scaled = { ...rope_parameters, sliding_attention: { rope_type: 'linear', factor: 2, rope_theta: 10_000 } };
    const other = await createModel({ ...raw, rope_parameters: scaled }, { task: 'causal-lm', dtype: 'f32', seed: 2 });
    expect(() => planGguf(other, 'f32')).toThrow(expect.objectContaining({ code: 'E_GGUF_UNSUPPORTED' }));
  });

  it.each([
    ['layer_types', { layer_types: ['full_attention', 'sliding_attention'] }],
    ['query_pre_attn_scalar', { query_pre_attn_scalar: 64 }],
    ['attn_logit_softcapping', { attn_logit_softcapping: null }],
    ['hidden_act', { hidden_activation: 'gelu' }],
  ])('Gemma with another %s than llama.cpp has is refused', async (field, change) => {
    const raw = { ...gemma, model_type: 'gemma2', num_hidden_layers: 2, ...change };
    const model = await createModel(raw, { task: 'causal-lm', dtype: 'f32', seed: 2 });
    const problems = [expect.objectContaining({ field })];
    expect(() => planGguf(model, 'f32')).toThrow(expect.objectContaining({ code: 'E_GGUF_UNSUPPORTED', problems }));
  });

  it.each(['f16', 'bf16'] as const)('in %s keeps vectors in f32 and rounds matrices once', async (dtype) => {
    const { model } = await loadModel(join(fixtures, 'qwen2'), { task: 'causal-lm' });
    const read = await again(model, dtype, `qwen2-${dtype}.gguf`);
    const tensors = new Map(read.parameters());
    for (const [path, { tensor }] of model.parameters()) {
      const expected = tensor.shape.length === 1 ? tensor : tensor.to(dtype).to('f32');
      expect(aten.equal.default(tensors.get(path)!.tensor, expected), path).toBe(true);
    }
  });

  it('slows frequencies down by the factors that Llama 3.1 has', async () => {
    const { model } = await loadModel(join(fixtures, 'llama_rope3'), { task: 'causal-lm' });
    await again(model, 'f32', 'factors.gguf');
    using file = new GgufFile(at('factors.gguf'));
    const factors = file.get('rope_freqs.weight').toNumbers();
    // High frequencies remain, low ones are slowed by the full factor of 8, those in between by less.
    expect(factors).toHaveLength(8);
    expect([factors[0], factors.at(-1)]).toEqual([1, 8]);
    expect(factors.toSorted((a, b) => a - b)).toEqual(factors);
  });

  it('has q and k in the order in which neighbours are rotated: the same scores at every pair of places', () => {
    const [N, H, d] = [5, 2, 8];
    const { halves, neighbours, back } = scope(() => {
      const draw = (seed: number) =>
        fromArray(Float32Array.from({ length: N * H * d }, (_, i) => Math.sin(i * seed))).reshape(N, H, d);
      const [q, k] = [draw(1.3), draw(2.7)];
      const positions = fromArray(BigInt64Array.from({ length: N }, (_, i) => BigInt(i)));
      const rope = new Rope({ size: d, theta: 10000, scaling: { rope_type: 'default' }, maxPositions: 64 });
      const rotation = rope.rotation(positions, layoutOfRows([positions.size], { causal: true }), 'f32');
      const scores = (a: typeof q, b: typeof q) =>
        a
          .transpose(0, 1)
          .matmul(b.permute(1, 2, 0))
          .toNumbers();
      // Rows of a weight correspond to output features, so both are reordered alike.
      const reordered = (x: typeof q) => toNeighbours(x.reshape(N, H * d).transpose(0, 1), H).transpose(0, 1);
      const ours = scores(rotate(q, rotation), rotate(k, rotation));
      const theirs = scores(rotateNeighbours(reordered(q).toNumbers()), rotateNeighbours(reordered(k).toNumbers()));
      return {
        halves: ours,
        neighbours: theirs,
        back: toHalves(toNeighbours(q.reshape(N * H * d, 1), H), H).toNumbers(),
      };
    });
    for (const [i, value] of halves.entries()) expect(neighbours[i]).toBeCloseTo(value, 5);
    expect(back).toEqual([...Float32Array.from({ length: N * H * d }, (_, i) => Math.sin(i * 1.3))]);

    /** ggml's GGML_ROPE_TYPE_NORMAL: features 2i and 2i + 1 are rotated by position · theta^(-2i/d). */
    function rotateNeighbours(flat: number[]) {
      const turned = flat.map((value, i) => {
        const [position, pair] = [Math.floor(i / (H * d)), Math.floor((i % d) / 2)];
        const angle = position * 10000 ** ((-2 * pair) / d);
        const other = i % 2 === 0 ? -flat[i + 1] : flat[i - 1];
        return value * Math.cos(angle) + other * Math.sin(angle);
      });
      return fromArray(Float32Array.from(turned)).reshape(N, H, d);
    }
  });

  it('is refused with every reason where llama.cpp would compute something else', async () => {
    const mistral = await loadModel(join(fixtures, 'mistral'), { task: 'causal-lm' });
    expect(() => planGguf(mistral.model, 'f32')).toThrow(/sliding_window.*8 of 128/s);
    const raw = { ...readConfig(join(fixtures, 'qwen3')), hidden_act: 'gelu', attention_bias: true };
    const other = await createModel(raw, { dtype: 'f32', seed: 1 });
    expect(() => planGguf(other, 'f32')).toThrow(/hidden_act[\s\S]*q_proj\.bias/);
    const turned = { ...readConfig(join(fixtures, 'llama')), rope_scaling: { rope_type: 'dynamic', factor: 2 } };
    const stretched = await createModel({ ...turned, partial_rotary_factor: 0.5 }, { dtype: 'f32', seed: 1 });
    expect(() => planGguf(stretched, 'f32')).toThrow(/rope_scaling.*dynamic[\s\S]*partial_rotary_factor/);
    const gpt2 = await loadModel(join(fixtures, 'gpt2'));
    expect(() => planGguf(gpt2.model, 'f32')).toThrow(/E_GGUF_UNSUPPORTED/);
    const encoder = await loadModel(join(fixtures, 'bert_mlm'));
    expect(() => planGguf(encoder.model, 'f32')).toThrow(/E_GGUF_UNSUPPORTED/);
  });

  it('is refused where a weight is beyond the range of f16', async () => {
    const { model } = await loadModel(join(fixtures, 'llama'), { task: 'causal-lm' });
    const [, { tensor }] = [...model.parameters()].find(([path]) => path.endsWith('down_proj.weight'))!;
    noGrad(() => scope(() => void tensor.add_(1e5)));
    expect(() => writeModelGguf(at('wide.gguf'), planGguf(model, 'f16'), new Map())).toThrow(/E_WEIGHT_RANGE/);
    expect(() => writeModelGguf(at('wide.gguf'), planGguf(model, 'bf16'), new Map())).not.toThrow();
  });
});

describe.skipIf(!existsSync('build/attune.node'))('attune export --to gguf', () => {
  const quiet = { emit: () => undefined, signal: new AbortController().signal, requests: (async function* () {})() };

  it('writes weights, tokenizer and Modelfile of a model that belongs to no run', async () => {
    const input = { target: at('tiny'), to: 'gguf', folder: at('out'), dtype: 'auto' } as const;
    const { before, after, split, dtype } = await exportModel(input, quiet);
    expect({ split, dtype }).toEqual({ split: 'random', dtype: 'f32' });
    expect(after).toBeCloseTo(before, 5);
    expect(readdirSync(at('out')).toSorted()).toEqual(['Modelfile', 'model.gguf']);
    using file = new GgufFile(at('out/model.gguf'));
    const value = (key: string) => file.header.metadata.get(key)?.value;
    expect(value('tokenizer.ggml.pre')).toBe('qwen2');
    expect(value('tokenizer.ggml.tokens')).toHaveLength(file.get('token_embd.weight').shape[0]);
    // Generation ends at <|end|>, the end of the text, and at <|im_end|>, the end of the turn.
    expect([value('tokenizer.ggml.eos_token_id'), value('tokenizer.ggml.eot_token_id')]).toEqual([0, 2]);
    expect(value('tokenizer.chat_template')).toContain('<|im_start|>');
    const modelfile = readFileSync(at('out/Modelfile'), 'utf8');
    for (const token of ['<|end|>', '<|im_end|>']) expect(modelfile).toContain(`PARAMETER stop "${token}"`);
    expect(modelfile).toContain('{{ if eq .Role "user" }}<|im_start|>user\n{{ .Content }}<|im_end|>');
  });
});
