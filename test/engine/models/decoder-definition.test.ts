import { describe, expect, it } from 'vitest';
import { Batcher } from '../../../src/answering/decoding/index.ts';
import type { RawConfig } from '../../../src/models/raw-config.ts';
import type { Model } from '../../../src/models/model.ts';
import { layoutOfRows } from '../../../src/engine/nn/index.ts';
import { noGrad, scope } from '../../../src/engine/tensor/index.ts';
import { DecoderDefinition, gelu, geluTanh, silu, type Description, type Weights } from '../decoder-definition.ts';
import { tinyConfigs, tinyModel } from '../tiny-models.ts';

const IDS = [3, 14, 1, 5, 9, 2, 6, 11];

/** 1, θ^(-2/r), θ^(-4/r), … */
const turnsOf = (theta: number, features: number, slow = 1): number[] =>
  Array.from({ length: features / 2 }, (_, i) => theta ** ((-2 * i) / features) / slow);

const llama: Description = {
  heads: 4,
  keyHeads: 2,
  size: 4,
  turns: () => turnsOf(10000, 4),
  scale: () => 0.5,
  norm: 'rms',
  epsilon: 1e-6,
  activation: silu,
  places: 'before',
};

const gemma: Description = {
  ...llama,
  norm: 'rms+1',
  activation: geluTanh,
  places: 'around',
  scale: () => 5 ** -0.5,
  embeddingScale: Math.sqrt(8),
};

const neox: Description = { ...llama, keyHeads: 4, norm: 'layer', epsilon: 1e-5, activation: gelu };

type Case = [name: string, raw: RawConfig, about: Description];

const at = (type: keyof typeof tinyConfigs, index = 0): RawConfig => tinyConfigs[type][index];

const cases: Case[] = [
  [
    'gpt2',
    at('gpt2'),
    { ...neox, heads: 2, keyHeads: 2, turns: () => [], activation: geluTanh, scale: (layer) => 0.5 / (layer + 1) },
  ],
  ['gpt_neox, side by side', at('gpt_neox'), { ...neox, turns: () => turnsOf(10000, 2), places: 'side by side' }],
  ['gpt_neox, one after the other', at('gpt_neox', 1), neox],
  [
    'phi3, long rows',
    at('phi3'),
    {
      ...llama,
      epsilon: 1e-5,
      turns: () => [1 / 2, 1 / (3 * Math.sqrt(5000))],
      amplitude: Math.sqrt(1 + Math.log(64 / 5) / Math.log(5)),
      window: () => 5,
    },
  ],
  ['phi3, a part of each head', at('phi3', 1), { ...llama, epsilon: 1e-5, turns: () => [1] }],
  ['gemma2', at('gemma2'), { ...gemma, scoreCap: 2, logitCap: 30, window: (layer) => (layer === 0 ? 3 : undefined) }],
  [
    'gemma3_text',
    at('gemma3_text'),
    {
      ...gemma,
      logitCap: 3,
      window: (layer) => (layer === 0 ? 3 : undefined),
      turns: (layer) => (layer === 0 ? turnsOf(10000, 4) : turnsOf(1e6, 4, 8)),
    },
  ],
  [
    'smollm3',
    at('smollm3'),
    {
      ...llama,
      turns: (layer) => (layer === 0 ? turnsOf(2e6, 4) : []),
      window: (layer) => (layer === 0 ? undefined : 3),
    },
  ],
  ['olmo2', { ...at('olmo2'), rope_scaling: null }, { ...llama, epsilon: 1e-5, places: 'after' }],
  ['granite', at('granite'), { ...llama, scale: () => 0.3, embeddingScale: 3, residualScale: 0.7, logitScale: 1 / 2 }],
  [
    'mixtral',
    at('mixtral'),
    { ...llama, epsilon: 1e-5, turns: () => turnsOf(1e6, 4), experts: { chosen: 2, normalises: true } },
  ],
  ['qwen3_moe', at('qwen3_moe'), { ...llama, experts: { chosen: 2, normalises: true } }],
  [
    'qwen3_moe, as transformers 5 names its experts',
    { ...at('qwen3_moe'), num_experts: undefined, num_local_experts: 3 },
    { ...llama, experts: { chosen: 2, normalises: true } },
  ],
  [
    'qwen3_moe, weights that do not add up to 1',
    { ...at('qwen3_moe'), norm_topk_prob: false, decoder_sparse_step: 1, mlp_only_layers: [0] },
    { ...llama, experts: { chosen: 2, normalises: false } },
  ],
];

function weightsOf(model: Model): Weights {
  const entries = [...model.parameters()].map(([path, { tensor }]) => {
    return [path, { shape: tensor.shape, values: scope(() => tensor.toNumbers()) }] as const;
  });
  return new Map(entries);
}

describe('decoders are what their definitions say, number by number:', () => {
  it.each(cases)('%s', async (_, raw, about) => {
    const model = await tinyModel({ raw, task: 'causal-lm' });
    const definition = new DecoderDefinition(weightsOf(model), about, raw);
    const wanted = definition.logits(IDS);
    expect(definition.unused).toEqual([]);
    const got = noGrad(() =>
      scope(() => {
        const layout = layoutOfRows([IDS.length], { causal: true });
        const hidden = model.hidden({ ids: BigInt64Array.from(IDS, BigInt), layout });
        return { values: model.tokenHead.logits(hidden).toNumbers() };
      }),
    ).values;
    const furthest = Math.max(...got.map((value, i) => Math.abs(value - wanted.flat()[i])));
    expect(furthest).toBeLessThan(1e-6); // frequencies are f32
    expect(Math.max(...got.map(Math.abs))).toBeGreaterThan(0.5);
    model.dispose();
  });
});

describe('positions whose base grows with the row ("dynamic")', () => {
  const [known, factor] = [6, 6];
  const raw = { ...at('mistral'), max_position_embeddings: known, sliding_window: null };
  const config = { ...raw, rope_scaling: { rope_type: 'dynamic', factor } };

  // As in the reference: a prompt is rotated for its length, each later token for the row's length at that point.
  it.each([3, 9, 20])('after a prompt of %i tokens keys stay as they were made', async (length) => {
    const model = await tinyModel({ raw: config, task: 'causal-lm' }, 'f32');
    const prompt = [...IDS, ...IDS, ...IDS].slice(0, length);
    const batcher = new Batcher({ model, tokenizer: { decode: () => '', stopIds: [] } }, { maxPassTokens: 16 });
    const [{ ids, logProbs = [] }] = await batcher.submit({ prompt, maxNewTokens: 8, logProbs: 1 });
    const turns = (_layer: number, position: number) => {
      const row = Math.max(known, length, position + 1);
      return turnsOf(10000 * ((factor * row) / known - (factor - 1)) ** (4 / 2), 4);
    };
    const definition = new DecoderDefinition(weightsOf(model), { ...llama, turns }, config);
    const logits = definition.logits([...prompt, ...ids]).slice(length - 1, -1);
    expect(ids).toHaveLength(8);
    for (const [i, row] of logits.entries()) {
      const total = Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0));
      expect(ids[i]).toBe(row.indexOf(Math.max(...row)));
      expect(logProbs[i].logProb).toBeCloseTo(row[ids[i]] - total, 4);
    }
    batcher[Symbol.dispose]();
    model.dispose();
  });
});
