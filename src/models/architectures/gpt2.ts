// N tokens, D width, H heads, d head size
import { z } from 'zod';
import {
  activations,
  Conv1D,
  Dropout,
  Embedding,
  LayerNorm,
  Module,
  Sublayer,
  type Activation,
} from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { Architecture, Trunk } from '../architecture.ts';
import { parseConfig } from '../raw-config.ts';
import { activation, count, probability } from '../config-keys.ts';
import { decoderClasses, decoderHeads, tokenDropout } from '../decoder/define.ts';
import { AdaptableAttention } from '../attention-adapters.ts';
import { attendSelf } from './self-attention.ts';
import { Block, idsOf, Stack, type Heads, type Pass, type StackInput } from '../stack.ts';

/** HF GPT2Config keys that affect the computation. */
const schema = z
  .looseObject({
    vocab_size: count.default(50257),
    n_positions: count.default(1024),
    n_embd: count.default(768),
    n_layer: count.default(12),
    n_head: count.default(12),
    n_inner: count.nullish(),
    activation_function: activation.default('gelu_new'),
    resid_pdrop: probability.default(0.1),
    embd_pdrop: probability.default(0.1),
    attn_pdrop: probability.default(0.1),
    layer_norm_epsilon: z.number().default(1e-5),
    scale_attn_weights: z.boolean().default(true),
    scale_attn_by_inverse_layer_idx: z.boolean().default(false),
    tie_word_embeddings: z.boolean().default(true),
    add_cross_attention: z.literal(false, { error: 'only decoders without an encoder are supported' }).default(false),
  })
  .refine(({ n_embd: width, n_head: heads }) => width % heads === 0, {
    path: ['n_head'],
    error: 'must divide n_embd',
  });

type Gpt2Config = z.output<typeof schema>;

class Attention extends AdaptableAttention {
  readonly c_attn: Conv1D;
  readonly c_proj: Conv1D;
  override readonly shape: AdaptableAttention['shape'];
  override readonly width: number;
  readonly #layer: number;
  readonly #scale: number;
  readonly #dropout: Dropout;

  constructor(config: Gpt2Config, layer: number) {
    super();
    const { n_embd: width, n_head: heads } = config;
    this.c_attn = new Conv1D(width, 3 * width);
    this.c_proj = new Conv1D(width, width);
    this.#layer = layer;
    this.shape = { heads, keyHeads: heads, size: width / heads };
    this.width = width;
    const whole = config.scale_attn_weights ? Math.sqrt(heads / width) : 1;
    this.#scale = config.scale_attn_by_inverse_layer_idx ? whole / (layer + 1) : whole;
    this.#dropout = new Dropout(config.attn_pdrop, `h.${layer}.attn`);
  }

  /** [N, H, d] each */
  #heads(x: Tensor): Heads {
    const parts = this.c_attn.forward(x).chunk(3, 1);
    const [q, k, v] = parts.map((part) => part.reshape(x.shape[0], this.shape.heads, -1));
    return { q, k, v };
  }

  override keysAndValues(x: Tensor): Pick<Heads, 'k' | 'v'> {
    const { k, v } = this.#heads(x);
    return { k, v };
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const heads = this.adapted(this.#heads(x), pass);
    const options = { scale: this.#scale, dropout: this.#dropout };
    const y = this.c_proj.forward(attendSelf(pass, this.#layer, heads, options));
    // PEFT adds it after the output projection here, unlike in Llama.
    return this.withContext(y, heads.q);
  }
}

class FeedForward extends Module {
  readonly c_fc: Conv1D;
  readonly c_proj: Conv1D;
  readonly #activation: Activation;

  constructor(config: Gpt2Config) {
    super();
    const inner = config.n_inner ?? 4 * config.n_embd;
    this.c_fc = new Conv1D(config.n_embd, inner);
    this.c_proj = new Conv1D(inner, config.n_embd);
    this.#activation = activations[config.activation_function];
  }

  forward(x: Tensor): Tensor {
    return this.c_proj.forward(this.#activation(this.c_fc.forward(x)));
  }
}

class Layer extends Block {
  readonly ln_1: LayerNorm;
  readonly attn: Attention;
  readonly ln_2: LayerNorm;
  readonly mlp: FeedForward;
  readonly attention_sublayer: Sublayer;
  readonly mlp_sublayer: Sublayer;
  readonly #dropouts: readonly [Dropout, Dropout];

  constructor(config: Gpt2Config, layer: number) {
    super();
    this.ln_1 = new LayerNorm(config.n_embd, config.layer_norm_epsilon);
    this.attn = new Attention(config, layer);
    this.ln_2 = new LayerNorm(config.n_embd, config.layer_norm_epsilon);
    this.mlp = new FeedForward(config);
    this.attention_sublayer = new Sublayer('attention', config.n_embd);
    this.mlp_sublayer = new Sublayer('mlp', config.n_embd);
    const { resid_pdrop: p } = config;
    this.#dropouts = [new Dropout(p, `h.${layer}.attn.resid`), new Dropout(p, `h.${layer}.mlp`)];
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const [afterAttention, afterFeedForward] = this.#dropouts;
    const read = this.ln_1.forward(x);
    const result = afterAttention.forward(this.attn.forward(read, pass));
    const attended = x.add(this.attention_sublayer.change(read, result));
    const again = this.ln_2.forward(attended);
    return attended.add(this.mlp_sublayer.change(again, afterFeedForward.forward(this.mlp.forward(again))));
  }
}

/** Decoder with learned positions and pre-norm layers (Radford et al., 2019). */
class Gpt2 extends Stack implements Trunk {
  readonly wte: Embedding;
  readonly wpe: Embedding;
  readonly h: readonly Layer[];
  readonly ln_f: LayerNorm;
  readonly #dropout: Dropout;

  constructor(config: Gpt2Config) {
    super();
    this.wte = new Embedding(config.vocab_size, config.n_embd);
    this.wpe = new Embedding(config.n_positions, config.n_embd);
    this.h = Array.from({ length: config.n_layer }, (_, layer) => new Layer(config, layer));
    this.ln_f = new LayerNorm(config.n_embd, config.layer_norm_epsilon);
    this.#dropout = new Dropout(config.embd_pdrop, 'wte');
  }

  get stack(): Stack {
    return this;
  }
  get width(): number {
    return this.wte.width;
  }
  get tokenTable(): Embedding {
    return this.wte;
  }
  override get blockList(): readonly Block[] {
    return this.h;
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    const words = input.embeddings ?? this.wte.forward(idsOf(input, pass), pass.dtype);
    return this.#dropout.forward(words.add(this.wpe.forward(pass.positions, pass.dtype)));
  }
  override finish(x: Tensor): Tensor {
    return this.ln_f.forward(x);
  }
}

export const architecture: Architecture = {
  modelType: 'gpt2',
  prefix: 'transformer',
  build: (raw) => new Gpt2(parseConfig(schema, raw)),
  passedOver: () => [/(^|\.)h\.\d+\.attn\.(bias|masked_bias)$/],
  heads(raw) {
    const { tie_word_embeddings: tied } = parseConfig(schema, raw);
    return decoderHeads(
      { ...decoderClasses('GPT2'), causal: 'GPT2LMHeadModel' },
      { causal: { name: 'lm_head', tied }, token: { name: 'classifier', dropout: tokenDropout(raw) } },
    );
  },
  limits(raw) {
    const config = parseConfig(schema, raw);
    return { vocabularySize: config.vocab_size, maxPositions: config.n_positions };
  },
};
