// N tokens, D width, H heads, d head size
import { z } from 'zod';
import { attention, Dropout, Embedding, LayerNorm, Linear, linearGroup, Module, Sublayer } from '../nn/index.ts';
import type { Tensor } from '../tensor/index.ts';
import type { Architecture, Trunk, TrunkContext } from './architecture.ts';
import { bertSchema, Dense, Output } from './bert-layers.ts';
import { parseConfig, type RawConfig } from './config.ts';
import { encoderHeads } from './encoder-heads.ts';
import { Block, idsOf, Stack, type Pass, type StackInput } from './stack.ts';
import { RelativeBias } from './relative-bias.ts';

/** Where HF MPNetConfig differs from BertConfig. */
const schema = bertSchema.extend({
  vocab_size: z.int().positive().default(30527),
  relative_attention_num_buckets: z.int().min(4).default(32),
  pad_token_id: z.int().nonnegative().default(1),
});

type MpnetConfig = z.output<typeof schema>;

/** MPNetConfig cannot change it. */
const FARTHEST = 128;

class Embeddings extends Module {
  readonly word_embeddings: Embedding;
  readonly position_embeddings: Embedding;
  readonly LayerNorm: LayerNorm;
  readonly #dropout: Dropout;
  readonly #firstPosition: number;

  constructor(config: MpnetConfig) {
    super();
    const { hidden_size: width } = config;
    this.word_embeddings = new Embedding(config.vocab_size, width);
    this.position_embeddings = new Embedding(config.max_position_embeddings, width);
    this.LayerNorm = new LayerNorm(width, config.layer_norm_eps);
    this.#dropout = new Dropout(config.hidden_dropout_prob, 'embeddings');
    this.#firstPosition = config.pad_token_id + 1;
  }

  forward(input: StackInput, pass: Pass): Tensor {
    const words = input.embeddings ?? this.word_embeddings.forward(idsOf(input, pass), pass.dtype);
    const places = pass.positions.add(this.#firstPosition);
    return this.#dropout.forward(
      this.LayerNorm.forward(words.add(this.position_embeddings.forward(places, pass.dtype))),
    );
  }
}

class SelfAttention extends Module {
  readonly q: Linear;
  readonly k: Linear;
  readonly v: Linear;
  readonly o: Linear;
  readonly #heads: number;
  readonly #dropout: Dropout;

  constructor(config: MpnetConfig, layer: number) {
    super();
    const { hidden_size: width } = config;
    const linear = () => new Linear(width, width, { bias: true });
    [this.q, this.k, this.v, this.o] = [linear(), linear(), linear(), linear()];
    this.#heads = config.num_attention_heads;
    this.#dropout = new Dropout(config.attention_probs_dropout_prob, `encoder.layer.${layer}.attention.attn`);
  }

  forward(x: Tensor, pass: Pass, bias: RelativeBias): Tensor {
    const flat = linearGroup([this.q, this.k, this.v], x);
    const [q, k, v] = flat.map((one) => one.reshape(x.shape[0], this.#heads, -1)); // [N, H, d]
    const options = { layout: pass.layout, causal: false, bias, dropout: this.#dropout };
    return this.o.forward(attention(q, k, v, options).flatten(1));
  }
}

class Attention extends Module {
  readonly attn: SelfAttention;
  readonly LayerNorm: LayerNorm;
  readonly #dropout: Dropout;

  constructor(config: MpnetConfig, layer: number) {
    super();
    this.attn = new SelfAttention(config, layer);
    this.LayerNorm = new LayerNorm(config.hidden_size, config.layer_norm_eps);
    this.#dropout = new Dropout(config.hidden_dropout_prob, `encoder.layer.${layer}.attention.output`);
  }

  forward(x: Tensor, pass: Pass, { bias, sublayer }: { bias: RelativeBias; sublayer: Sublayer }): Tensor {
    const result = this.#dropout.forward(this.attn.forward(x, pass, bias));
    return this.LayerNorm.forward(sublayer.change(x, result).add(x));
  }
}

class Layer extends Block {
  readonly attention: Attention;
  readonly intermediate: Dense;
  readonly output: Output;
  readonly attention_sublayer: Sublayer;
  readonly mlp_sublayer: Sublayer;
  /** The encoder's: all layers share it. */
  readonly #bias: RelativeBias;

  constructor(config: MpnetConfig, layer: number, bias: RelativeBias) {
    super();
    this.attention_sublayer = new Sublayer('attention', config.hidden_size);
    this.mlp_sublayer = new Sublayer('mlp', config.hidden_size);
    this.attention = new Attention(config, layer);
    this.intermediate = new Dense(config.hidden_size, config.intermediate_size, config.hidden_act);
    this.output = new Output(config.intermediate_size, config, `encoder.layer.${layer}.output`);
    this.#bias = bias;
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const attended = this.attention.forward(x, pass, { bias: this.#bias, sublayer: this.attention_sublayer });
    return this.output.forward(this.intermediate.forward(attended), attended, this.mlp_sublayer);
  }
}

class Encoder extends Module {
  readonly relative_attention_bias: RelativeBias;
  readonly layer: readonly Layer[];

  constructor(config: MpnetConfig) {
    super();
    this.relative_attention_bias = new RelativeBias({
      buckets: config.relative_attention_num_buckets,
      heads: config.num_attention_heads,
      farthest: FARTHEST,
      isDecoder: false,
      deviation: 0.02,
    });
    this.layer = Array.from(
      { length: config.num_hidden_layers },
      (_, layer) => new Layer(config, layer, this.relative_attention_bias),
    );
  }
}

/** An encoder with learned positions and biases by distance (Song et al., 2020). */
class Mpnet extends Stack implements Trunk {
  readonly embeddings: Embeddings;
  readonly encoder: Encoder;
  /** Kept where a checkpoint has it; no head reads it. */
  readonly pooler?: Dense;
  readonly width: number;

  constructor(config: MpnetConfig, context: TrunkContext) {
    super();
    this.width = config.hidden_size;
    this.embeddings = new Embeddings(config);
    this.encoder = new Encoder(config);
    if (context.has('pooler.dense.weight')) this.pooler = new Dense(this.width, this.width, 'tanh');
  }

  get stack(): Stack {
    return this;
  }
  get tokenTable(): Embedding {
    return this.embeddings.word_embeddings;
  }
  get optional(): readonly string[] {
    return ['pooler'];
  }
  override get blockList(): readonly Block[] {
    return this.encoder.layer;
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    return this.embeddings.forward(input, pass);
  }
}

export const architecture: Architecture = {
  modelType: 'mpnet',
  prefix: 'mpnet',
  build: (raw, context) => new Mpnet(parseConfig(schema, raw), context),
  heads(raw: RawConfig) {
    const config = parseConfig(schema, raw);
    const dropout = config.hidden_dropout_prob;
    return encoderHeads('MPNet', {
      masked: {
        transform: {
          dense: 'lm_head.dense',
          activation: 'gelu', // whatever hidden_act says
          norm: { name: 'lm_head.layer_norm', epsilon: config.layer_norm_eps },
        },
        decoder: 'lm_head.decoder',
        bias: 'lm_head.bias',
        tied: config.tie_word_embeddings,
      },
      sequence: {
        name: 'classifier.out_proj',
        transform: { dense: 'classifier.dense', activation: 'tanh' },
        dropout,
        dropsInput: true,
      },
      token: { dropout },
    });
  },
  limits(raw) {
    const config = parseConfig(schema, raw);
    const maxPositions = config.max_position_embeddings - config.pad_token_id - 1;
    return { vocabularySize: config.vocab_size, maxPositions };
  },
  passedOver: () => [/^lm_head\.decoder\.bias$/],
};
