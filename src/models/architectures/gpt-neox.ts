// N tokens, D width, H heads, d head size
import { z } from 'zod';
import {
  activations,
  Dropout,
  Embedding,
  LayerNorm,
  Linear,
  Module,
  Sublayer,
  Rope,
  rotate,
  type Activation,
} from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { Architecture, Trunk } from '../architecture.ts';
import { parseConfig } from '../raw-config.ts';
import { activation, count, probability } from '../config-keys.ts';
import { decoderClasses, decoderHeads, tokenDropout } from '../decoder/define.ts';
import { ropeKeys, ropeOptions, stretchedPositions } from '../decoder/rope-settings.ts';
import { attendSelf } from './self-attention.ts';
import { Block, idsOf, Stack, rotationsOf, type Pass, type StackInput } from '../stack.ts';

/** HF GPTNeoXConfig keys that affect the computation. */
const schema = z
  .looseObject({
    vocab_size: count,
    hidden_size: count,
    num_hidden_layers: count,
    num_attention_heads: count,
    intermediate_size: count,
    hidden_act: activation.default('gelu'),
    ...ropeKeys,
    rotary_pct: z.number().positive().max(1).default(0.25),
    rotary_emb_base: z.number().positive().default(10000),
    attention_dropout: probability.default(0),
    hidden_dropout: probability.default(0),
    layer_norm_eps: z.number().default(1e-5),
    tie_word_embeddings: z.boolean().default(false),
    use_parallel_residual: z.boolean().default(true),
    attention_bias: z.boolean().default(true),
  })
  .refine(({ hidden_size: width, num_attention_heads: heads }) => width % heads === 0, {
    path: ['num_attention_heads'],
    error: 'must divide hidden_size',
  });

type NeoxConfig = z.output<typeof schema>;

/** GPT-NeoX has its own keys for rotary base and share, which the reference prefers. */
function ropeOf(config: NeoxConfig) {
  const defaults = { theta: config.rotary_emb_base, share: config.rotary_pct };
  const own = { ...config, rope_theta: undefined, partial_rotary_factor: undefined };
  return ropeOptions(own, config.hidden_size / config.num_attention_heads, defaults);
}

class Attention extends Module {
  readonly query_key_value: Linear;
  readonly dense: Linear;
  readonly #layer: number;
  readonly #heads: number;
  readonly #rope: Rope;
  readonly #dropout: Dropout;

  constructor(config: NeoxConfig, layer: number, rope: Rope) {
    super();
    const { hidden_size: width, attention_bias: bias } = config;
    this.query_key_value = new Linear(width, 3 * width, { bias });
    this.dense = new Linear(width, width, { bias });
    this.#layer = layer;
    this.#heads = config.num_attention_heads;
    this.#rope = rope;
    this.#dropout = new Dropout(config.attention_dropout, `layers.${layer}.attention`);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    // Each head's query, key and value are adjacent.
    const byHead = this.query_key_value.forward(x).reshape(x.shape[0], this.#heads, -1); // [N, H, 3d]
    const [q, k, v] = byHead.chunk(3, 2);
    const rotation = pass.rotations?.get(this.#rope);
    const heads = rotation === undefined ? { q, k, v } : { q: rotate(q, rotation), k: rotate(k, rotation), v };
    return this.dense.forward(attendSelf(pass, this.#layer, heads, { dropout: this.#dropout }));
  }
}

class FeedForward extends Module {
  readonly dense_h_to_4h: Linear;
  readonly dense_4h_to_h: Linear;
  readonly #activation: Activation;

  constructor(config: NeoxConfig) {
    super();
    this.dense_h_to_4h = new Linear(config.hidden_size, config.intermediate_size, { bias: true });
    this.dense_4h_to_h = new Linear(config.intermediate_size, config.hidden_size, { bias: true });
    this.#activation = activations[config.hidden_act];
  }

  forward(x: Tensor): Tensor {
    return this.dense_4h_to_h.forward(this.#activation(this.dense_h_to_4h.forward(x)));
  }
}

class Layer extends Block {
  readonly input_layernorm: LayerNorm;
  readonly post_attention_layernorm: LayerNorm;
  readonly attention: Attention;
  readonly mlp: FeedForward;
  readonly attention_sublayer: Sublayer;
  readonly mlp_sublayer: Sublayer;
  readonly #isParallel: boolean;
  readonly #dropouts: readonly [Dropout, Dropout];

  constructor(config: NeoxConfig, layer: number, rope: Rope) {
    super();
    this.input_layernorm = new LayerNorm(config.hidden_size, config.layer_norm_eps);
    this.post_attention_layernorm = new LayerNorm(config.hidden_size, config.layer_norm_eps);
    this.attention = new Attention(config, layer, rope);
    this.mlp = new FeedForward(config);
    this.attention_sublayer = new Sublayer('attention', config.hidden_size);
    this.mlp_sublayer = new Sublayer('mlp', config.hidden_size);
    this.#isParallel = config.use_parallel_residual;
    const { hidden_dropout: p } = config;
    this.#dropouts = [new Dropout(p, `layers.${layer}.post_attention`), new Dropout(p, `layers.${layer}.post_mlp`)];
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const [afterAttention, afterFeedForward] = this.#dropouts;
    const read = this.input_layernorm.forward(x);
    const result = afterAttention.forward(this.attention.forward(read, pass));
    const attended = this.attention_sublayer.change(read, result);
    const feed = (stream: Tensor) => {
      const again = this.post_attention_layernorm.forward(stream);
      return this.mlp_sublayer.change(again, afterFeedForward.forward(this.mlp.forward(again)));
    };
    // With parallel residuals, both sublayers read the layer's input; otherwise the second reads the first one's sum.
    if (this.#isParallel) return feed(x).add(attended).add(x);
    const sum = attended.add(x);
    return feed(sum).add(sum);
  }
}

/** Decoder with parallel attention and feed-forward, and partial rotary positions (Black et al., 2022). */
class GptNeox extends Stack implements Trunk {
  readonly embed_in: Embedding;
  readonly layers: readonly Layer[];
  readonly final_layer_norm: LayerNorm;
  readonly #rope: Rope;
  readonly #dropout: Dropout;

  constructor(config: NeoxConfig) {
    super();
    this.#rope = new Rope(ropeOf(config));
    this.embed_in = new Embedding(config.vocab_size, config.hidden_size);
    this.layers = Array.from({ length: config.num_hidden_layers }, (_, layer) => new Layer(config, layer, this.#rope));
    this.final_layer_norm = new LayerNorm(config.hidden_size, config.layer_norm_eps);
    this.#dropout = new Dropout(config.hidden_dropout, 'embed_in');
  }

  get stack(): Stack {
    return this;
  }
  get width(): number {
    return this.embed_in.width;
  }
  get tokenTable(): Embedding {
    return this.embed_in;
  }
  override get blockList(): readonly Block[] {
    return this.layers;
  }
  override regimeOf(length: number): number {
    return this.#rope.regimeOf(length);
  }
  override outdates(from: number, to: number): boolean {
    return this.#rope.outdates(from, to);
  }
  override prepare(pass: Pass): void {
    pass.rotations = rotationsOf([this.#rope], pass);
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    return this.#dropout.forward(input.embeddings ?? this.embed_in.forward(idsOf(input, pass), pass.dtype));
  }
  override finish(x: Tensor): Tensor {
    return this.final_layer_norm.forward(x);
  }
}

export const architecture: Architecture = {
  modelType: 'gpt_neox',
  prefix: 'gpt_neox',
  build: (raw) => new GptNeox(parseConfig(schema, raw)),
  passedOver: () => [/\.attention\.(bias|masked_bias)$/],
  heads(raw) {
    const { tie_word_embeddings: tied } = parseConfig(schema, raw);
    return decoderHeads(decoderClasses('GPTNeoX'), {
      causal: { name: 'embed_out', tied },
      // `hidden_dropout` does not apply to this classifier.
      token: { name: 'classifier', dropout: tokenDropout({ classifier_dropout: raw.classifier_dropout }) },
    });
  },
  limits(raw) {
    const config = parseConfig(schema, raw);
    return { vocabularySize: config.vocab_size, maxPositions: stretchedPositions(ropeOf(config)) };
  },
};
