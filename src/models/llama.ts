// N tokens, D width, H heads, K key-value heads, d head size
import { z } from 'zod';
import {
  activations,
  attention,
  Dropout,
  Embedding,
  gatedLinear,
  gateOf,
  Linear,
  linearGroup,
  Module,
  RMSNorm,
  Rope,
  ropeTypes,
  rotate,
  type Gate,
  type RopeScaling,
} from '../nn/index.ts';
import type { Tensor } from '../tensor/index.ts';
import type { Architecture, Trunk } from './architecture.ts';
import { parseConfig, type RawConfig } from './config.ts';
import { Block, idsOf, Stack, type Pass, type StackInput } from './stack.ts';

const ropeSchema = z
  .looseObject({
    rope_type: z.string().optional(),
    type: z.string().optional(),
    rope_theta: z.number().optional(),
    factor: z.number().optional(),
    low_freq_factor: z.number().optional(),
    high_freq_factor: z.number().optional(),
    original_max_position_embeddings: z.number().optional(),
  })
  .refine((value) => ropeTypes.includes(value.rope_type ?? value.type ?? 'default'), {
    error: `rope_type must be one of ${ropeTypes.join(', ')}`,
  });

const count = z.int().positive();

/** The keys that all decoders of this family share (HF LlamaConfig). */
export const decoderSchema = z.looseObject({
  vocab_size: count,
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  hidden_act: z.enum(Object.keys(activations) as [string, ...string[]]).default('silu'),
  max_position_embeddings: count.default(2048),
  rms_norm_eps: z.number().default(1e-6),
  rope_theta: z.number().default(10000),
  rope_scaling: ropeSchema.nullish(),
  rope_parameters: ropeSchema.nullish(),
  tie_word_embeddings: z.boolean().default(false),
  attention_bias: z.boolean().default(false),
  attention_dropout: z.number().min(0).max(1).default(0),
  mlp_bias: z.boolean().default(false),
});

export type DecoderConfig = z.output<typeof decoderSchema>;

/** Rotary positions as a configuration has them, under its newer or its older names. */
export function ropeOf(config: DecoderConfig): { headSize: number; theta: number; scaling: RopeScaling } {
  const scaling = config.rope_parameters ?? config.rope_scaling;
  return {
    headSize: config.head_dim ?? config.hidden_size / config.num_attention_heads,
    theta: scaling?.rope_theta ?? config.rope_theta,
    scaling: { ...scaling, rope_type: scaling?.rope_type ?? scaling?.type ?? 'default' },
  };
}

/** Where the members of the family differ. */
export interface DecoderTraits {
  /** Bias of q, k and v; of the output projection. */
  projectionBias: { qkv: boolean; output: boolean };
  mlpBias: boolean;
  /** RMSNorm over each head of q and k (Qwen3). */
  headNorm: boolean;
  /** Sliding window of a layer, undefined for none. */
  window: (layer: number) => number | undefined;
}

class Attention extends Module {
  readonly q_proj: Linear;
  readonly k_proj: Linear;
  readonly v_proj: Linear;
  readonly o_proj: Linear;
  readonly q_norm?: RMSNorm;
  readonly k_norm?: RMSNorm;
  readonly #layer: number;
  readonly #headSize: number;
  readonly #window: number | undefined;
  readonly #dropout: Dropout;

  constructor(config: DecoderConfig, traits: DecoderTraits, layer: number) {
    super();
    const { hidden_size: width, num_attention_heads: heads } = config;
    const size = config.head_dim ?? width / heads;
    const keyHeads = config.num_key_value_heads ?? heads;
    const { qkv, output } = traits.projectionBias;
    this.q_proj = new Linear(width, heads * size, { bias: qkv });
    this.k_proj = new Linear(width, keyHeads * size, { bias: qkv });
    this.v_proj = new Linear(width, keyHeads * size, { bias: qkv });
    this.o_proj = new Linear(heads * size, width, { bias: output });
    if (traits.headNorm) {
      this.q_norm = new RMSNorm(size, config.rms_norm_eps);
      this.k_norm = new RMSNorm(size, config.rms_norm_eps);
    }
    this.#layer = layer;
    this.#headSize = size;
    this.#window = traits.window(layer);
    this.#dropout = new Dropout(config.attention_dropout, `layers.${layer}.self_attn`);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const [N] = x.shape;
    const byHead = (flat: Tensor) => flat.reshape(N, -1, this.#headSize); // [N, H, d]
    const [queries, keys, v] = linearGroup([this.q_proj, this.k_proj, this.v_proj], x).map(byHead);
    let q = this.q_norm?.forward(queries) ?? queries;
    let k = this.k_norm?.forward(keys) ?? keys;
    if (pass.rotation !== undefined) [q, k] = [rotate(q, pass.rotation), rotate(k, pass.rotation)];
    const request = { layout: pass.layout, window: this.#window, dropout: this.#dropout };
    const y = pass.cache?.attend(this.#layer, { q, k, v }, request) ?? attention(q, k, v, request);
    return this.o_proj.forward(y.flatten(1));
  }
}

/** Gated feed-forward layer (SwiGLU where the activation is silu). */
class FeedForward extends Module {
  readonly gate_proj: Linear;
  readonly up_proj: Linear;
  readonly down_proj: Linear;
  readonly #gate: Gate;

  constructor(config: DecoderConfig, traits: DecoderTraits) {
    super();
    const { hidden_size: width, intermediate_size: inner } = config;
    this.gate_proj = new Linear(width, inner, { bias: traits.mlpBias });
    this.up_proj = new Linear(width, inner, { bias: traits.mlpBias });
    this.down_proj = new Linear(inner, width, { bias: traits.mlpBias });
    this.#gate = gateOf(config.hidden_act);
  }

  forward(x: Tensor): Tensor {
    const [gate, up] = linearGroup([this.gate_proj, this.up_proj], x);
    return gatedLinear(this.down_proj, this.#gate, { gate, up });
  }
}

class Layer extends Block {
  readonly self_attn: Attention;
  readonly mlp: FeedForward;
  readonly input_layernorm: RMSNorm;
  readonly post_attention_layernorm: RMSNorm;

  constructor(config: DecoderConfig, traits: DecoderTraits, layer: number) {
    super();
    this.self_attn = new Attention(config, traits, layer);
    this.mlp = new FeedForward(config, traits);
    this.input_layernorm = new RMSNorm(config.hidden_size, config.rms_norm_eps);
    this.post_attention_layernorm = new RMSNorm(config.hidden_size, config.rms_norm_eps);
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const attended = x.add(this.self_attn.forward(this.input_layernorm.forward(x), pass));
    return attended.add(this.mlp.forward(this.post_attention_layernorm.forward(attended)));
  }
}

/** A decoder with pre-norm, rotary positions and gated feed-forward layers (Touvron et al., 2023). */
export class Decoder extends Stack implements Trunk {
  readonly embed_tokens: Embedding;
  readonly layers: readonly Layer[];
  readonly norm: RMSNorm;
  readonly #rope: Rope;

  constructor(config: DecoderConfig, traits: DecoderTraits) {
    super();
    this.embed_tokens = new Embedding(config.vocab_size, config.hidden_size);
    this.layers = Array.from({ length: config.num_hidden_layers }, (_, layer) => new Layer(config, traits, layer));
    this.norm = new RMSNorm(config.hidden_size, config.rms_norm_eps);
    const { headSize, theta, scaling } = ropeOf(config);
    this.#rope = new Rope(headSize, theta, scaling);
  }

  get stack(): Stack {
    return this;
  }
  get width(): number {
    return this.embed_tokens.width;
  }
  get tokenTable(): Embedding {
    return this.embed_tokens;
  }
  override get blockList(): readonly Block[] {
    return this.layers;
  }

  override prepare(pass: Pass): void {
    pass.rotation = this.#rope.rotation(pass.positions, pass.dtype);
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    return input.embeddings ?? this.embed_tokens.forward(idsOf(input, pass), pass.dtype);
  }
  override finish(x: Tensor): Tensor {
    return this.norm.forward(x);
  }
}

/** An architecture of the family: its traits are all that it has to say. */
export function defineDecoder(
  modelType: string,
  className: string,
  traitsOf: (config: DecoderConfig) => DecoderTraits,
): Architecture {
  return {
    modelType,
    prefix: 'model',
    build(raw: RawConfig) {
      const config = parseConfig(decoderSchema, raw);
      return new Decoder(config, traitsOf(config));
    },
    heads(raw) {
      const tied = parseConfig(decoderSchema, raw).tie_word_embeddings;
      return {
        'causal-lm': { head: 'causal-lm', className: `${className}ForCausalLM`, options: { name: 'lm_head', tied } },
        sequence: {
          head: 'sequence',
          className: `${className}ForSequenceClassification`,
          options: { name: 'score', pool: 'last', bias: false },
        },
      };
    },
    limits(raw) {
      const config = parseConfig(decoderSchema, raw);
      return { vocabularySize: config.vocab_size, maxPositions: config.max_position_embeddings };
    },
  };
}

export const architecture = defineDecoder('llama', 'Llama', (config) => ({
  projectionBias: { qkv: config.attention_bias, output: config.attention_bias },
  mlpBias: config.mlp_bias,
  headNorm: false,
  window: () => undefined,
}));
