// N tokens, D width, I width of the feed-forward half, H heads, d head size
import { z } from 'zod';
import {
  activations,
  attention,
  Dropout,
  Embedding,
  gateOf,
  LayerNorm,
  Linear,
  Module,
  Sublayer,
  Rope,
  rotate,
  type Gate,
} from '../nn/index.ts';
import type { Tensor } from '../tensor/index.ts';
import type { Architecture, Trunk } from './architecture.ts';
import { parseConfig } from './config.ts';
import { encoderHeads } from './encoder-heads.ts';
import type { TransformPlan } from './heads/transform.ts';
import { Block, idsOf, Stack, type Pass, type StackInput } from './stack.ts';

const count = z.int().positive();
const probability = z.number().min(0).max(1);
const activation = z.enum(Object.keys(activations) as [string, ...string[]]).default('gelu');
const layerType = z.enum(['full_attention', 'sliding_attention']);
const ropeSchema = z.looseObject({
  rope_theta: z.number().positive().optional(),
  rope_type: z.literal('default', { error: 'only unscaled rotary positions are supported' }).optional(),
});

/** The keys of HF ModernBertConfig that change what is computed. */
const schema = z
  .looseObject({
    vocab_size: count.default(50368),
    hidden_size: count.default(768),
    intermediate_size: count.default(1152),
    num_hidden_layers: count.default(22),
    num_attention_heads: count.default(12),
    hidden_activation: activation,
    max_position_embeddings: count.default(8192),
    norm_eps: z.number().default(1e-5),
    norm_bias: z.boolean().default(false),
    global_rope_theta: z.number().positive().default(160_000),
    local_rope_theta: z.number().positive().nullable().default(10_000),
    rope_parameters: z.partialRecord(layerType, ropeSchema).nullish(),
    attention_bias: z.boolean().default(false),
    attention_dropout: probability.default(0),
    global_attn_every_n_layers: count.default(3),
    layer_types: z.array(layerType).nullish(),
    local_attention: count.default(128),
    embedding_dropout: probability.default(0),
    mlp_bias: z.boolean().default(false),
    mlp_dropout: probability.default(0),
    decoder_bias: z.boolean().default(true),
    classifier_pooling: z.enum(['cls', 'mean']).default('cls'),
    classifier_dropout: probability.default(0),
    classifier_bias: z.boolean().default(false),
    classifier_activation: activation,
    tie_word_embeddings: z.boolean().default(true),
  })
  .refine((config) => config.layer_types == null || config.layer_types.length === config.num_hidden_layers, {
    error: 'names another number of layers than num_hidden_layers',
    path: ['layer_types'],
  });

type ModernBertConfig = z.output<typeof schema>;

function newNorm(config: ModernBertConfig): LayerNorm {
  return new LayerNorm(config.hidden_size, config.norm_eps, { bias: config.norm_bias });
}

class Embeddings extends Module {
  readonly tok_embeddings: Embedding;
  readonly norm: LayerNorm;
  readonly #dropout: Dropout;

  constructor(config: ModernBertConfig) {
    super();
    this.tok_embeddings = new Embedding(config.vocab_size, config.hidden_size);
    this.norm = newNorm(config);
    this.#dropout = new Dropout(config.embedding_dropout, 'embeddings');
  }

  forward(input: StackInput, pass: Pass): Tensor {
    const words = input.embeddings ?? this.tok_embeddings.forward(idsOf(input, pass), pass.dtype);
    return this.#dropout.forward(this.norm.forward(words));
  }
}

/** How a layer looks around: at all tokens, or at its neighbours, each with rotary positions of its own. */
interface View {
  rope: Rope;
  window?: number;
}

class Attention extends Module {
  readonly Wqkv: Linear;
  readonly Wo: Linear;
  readonly #view: View;
  readonly #heads: number;
  readonly #dropout: Dropout;
  readonly #outputDropout: Dropout;

  constructor(config: ModernBertConfig, view: View, layer: number) {
    super();
    const { hidden_size: width, attention_bias: bias, attention_dropout: dropout } = config;
    this.Wqkv = new Linear(width, 3 * width, { bias });
    this.Wo = new Linear(width, width, { bias });
    this.#view = view;
    this.#heads = config.num_attention_heads;
    this.#dropout = new Dropout(dropout, `layers.${layer}.attn`);
    this.#outputDropout = new Dropout(dropout, `layers.${layer}.attn.Wo`);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const [N, D] = x.shape;
    const parts = this.Wqkv.forward(x).split([D, D, D], 1);
    const [q, k, v] = parts.map((part) => part.reshape(N, this.#heads, -1)); // [N, H, d]
    const { rope, window } = this.#view;
    const rotation = pass.rotations?.get(rope);
    if (rotation === undefined) throw new Error('the rotations of this pass were not prepared');
    const options = { layout: pass.layout, causal: false, window, dropout: this.#dropout };
    const y = attention(rotate(q, rotation), rotate(k, rotation), v, options);
    return this.#outputDropout.forward(this.Wo.forward(y.flatten(1)));
  }
}

/** GeGLU: one projection makes gate and value. */
class FeedForward extends Module {
  readonly Wi: Linear;
  readonly Wo: Linear;
  readonly #gate: Gate;
  readonly #dropout: Dropout;

  constructor(config: ModernBertConfig, layer: number) {
    super();
    const { hidden_size: width, intermediate_size: inner, mlp_bias: bias } = config;
    this.Wi = new Linear(width, 2 * inner, { bias });
    this.Wo = new Linear(inner, width, { bias });
    this.#gate = gateOf(config.hidden_activation);
    this.#dropout = new Dropout(config.mlp_dropout, `layers.${layer}.mlp`);
  }

  forward(x: Tensor): Tensor {
    const inner = this.Wo.inFeatures;
    const [gate, value] = this.Wi.forward(x).split([inner, inner], 1); // [N, I]
    return this.Wo.forward(this.#dropout.forward(this.#gate(gate, value)));
  }
}

class Layer extends Block {
  /** Not of the first layer: the embedding ends in a norm. */
  readonly attn_norm?: LayerNorm;
  readonly attn: Attention;
  readonly mlp_norm: LayerNorm;
  readonly mlp: FeedForward;
  readonly attention_sublayer: Sublayer;
  readonly mlp_sublayer: Sublayer;

  constructor(config: ModernBertConfig, view: View, layer: number) {
    super();
    if (layer > 0) this.attn_norm = newNorm(config);
    this.attn = new Attention(config, view, layer);
    this.mlp_norm = newNorm(config);
    this.mlp = new FeedForward(config, layer);
    this.attention_sublayer = new Sublayer('attention', config.hidden_size);
    this.mlp_sublayer = new Sublayer('mlp', config.hidden_size);
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const read = this.attn_norm?.forward(x) ?? x;
    const attended = x.add(this.attention_sublayer.change(read, this.attn.forward(read, pass)));
    const again = this.mlp_norm.forward(attended);
    return attended.add(this.mlp_sublayer.change(again, this.mlp.forward(again)));
  }
}

/** The two views of a configuration, by the names of `layer_types`. */
function viewsOf(config: ModernBertConfig): Record<z.output<typeof layerType>, View> {
  const headSize = config.hidden_size / config.num_attention_heads;
  const { rope_parameters: ropes, global_rope_theta: wide } = config;
  const near = config.local_rope_theta ?? wide;
  const ropeOf = (theta: number) => {
    const scaling = { rope_type: 'default' };
    return new Rope({ size: headSize, theta, scaling, maxPositions: config.max_position_embeddings });
  };
  return {
    full_attention: { rope: ropeOf(ropes?.full_attention?.rope_theta ?? wide) },
    sliding_attention: {
      rope: ropeOf(ropes?.sliding_attention?.rope_theta ?? near),
      // `local_attention` counts both sides.
      window: Math.floor(config.local_attention / 2) + 1,
    },
  };
}

/** An encoder with rotary positions whose layers mostly look at their neighbours (Warner et al., 2024). */
class ModernBert extends Stack implements Trunk {
  readonly embeddings: Embeddings;
  readonly layers: readonly Layer[];
  readonly final_norm: LayerNorm;
  /** As in the reference, whose last hidden state is not the normed one. */
  override readonly watchesNorm = false;
  readonly #ropes: readonly Rope[];

  constructor(config: ModernBertConfig) {
    super();
    const views = viewsOf(config);
    const typeOf = (layer: number) =>
      config.layer_types?.[layer] ??
      (layer % config.global_attn_every_n_layers === 0 ? 'full_attention' : 'sliding_attention');
    this.embeddings = new Embeddings(config);
    this.layers = Array.from(
      { length: config.num_hidden_layers },
      (_, layer) => new Layer(config, views[typeOf(layer)], layer),
    );
    this.final_norm = newNorm(config);
    this.#ropes = Object.values(views).map(({ rope }) => rope);
  }

  get stack(): Stack {
    return this;
  }
  get width(): number {
    return this.tokenTable.width;
  }
  get tokenTable(): Embedding {
    return this.embeddings.tok_embeddings;
  }
  override get blockList(): readonly Block[] {
    return this.layers;
  }
  override prepare(pass: Pass): void {
    const { positions, layout, dtype } = pass;
    pass.rotations = new Map(this.#ropes.map((rope) => [rope, rope.rotation(positions, layout, dtype)]));
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    return this.embeddings.forward(input, pass);
  }
  override finish(x: Tensor): Tensor {
    return this.final_norm.forward(x);
  }
}

export const architecture: Architecture = {
  modelType: 'modernbert',
  prefix: 'model',
  build: (raw) => new ModernBert(parseConfig(schema, raw)),
  heads(raw) {
    const config = parseConfig(schema, raw);
    const transform: TransformPlan = {
      dense: 'head.dense',
      bias: config.classifier_bias,
      activation: config.classifier_activation,
      norm: { name: 'head.norm', epsilon: config.norm_eps, bias: config.norm_bias },
    };
    const { classifier_dropout: dropout } = config;
    return encoderHeads('ModernBert', {
      masked: {
        transform,
        decoder: 'decoder',
        bias: config.decoder_bias ? 'decoder.bias' : undefined,
        tied: config.tie_word_embeddings,
      },
      sequence: { pool: config.classifier_pooling === 'mean' ? 'mean' : 'first', transform, dropout },
      token: { transform, dropout },
      question: { name: 'classifier', transform, dropout },
    });
  },
  limits(raw) {
    const config = parseConfig(schema, raw);
    return { vocabularySize: config.vocab_size, maxPositions: config.max_position_embeddings };
  },
};
