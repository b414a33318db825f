// N tokens, D width
/** Encoder-decoders with absolute positions: BART and its descendants. */
import { z } from 'zod';
import { Dropout, Embedding, LayerNorm, Module } from '../../engine/nn/index.ts';
import { aten, cat, wideType, type Tensor } from '../../engine/tensor/index.ts';
import type { Architecture, Trunk } from '../architecture.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { DecoderLayer, EncoderLayer, NORM_EPSILON } from './pair-layers.ts';
import { idsOf, Stack, type Block, type Pass, type StackInput } from '../stack.ts';
import { activation, count, probability } from '../config-keys.ts';

/** HF BartConfig keys that affect the computation, shared by its descendants. */
const schema = z.looseObject({
  vocab_size: count,
  max_position_embeddings: count.default(1024),
  d_model: count.default(1024),
  encoder_layers: count.default(12),
  encoder_ffn_dim: count.default(4096),
  encoder_attention_heads: count.default(16),
  decoder_layers: count.default(12),
  decoder_ffn_dim: count.default(4096),
  decoder_attention_heads: count.default(16),
  activation_function: activation.default('gelu'),
  dropout: probability.default(0.1),
  attention_dropout: probability.default(0),
  activation_dropout: probability.default(0),
  scale_embedding: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(true),
  pad_token_id: z.int().nonnegative().default(1),
  decoder_vocab_size: count.nullish(),
  share_encoder_decoder_embeddings: z
    .literal(true, { error: 'only one embedding table for both sides is supported' })
    .default(true),
});

export type PairConfig = z.output<typeof schema>;

/** Position embeddings: int64 [N] → [N, D] */
export interface Positions {
  /** The learned table, if positions are learned. */
  table?: Embedding;
  of(positions: Tensor, pass: Pass): Tensor;
}

/** Differences within the family. */
export interface PairDefinition {
  modelType: string;
  /** Class with a head: `BartForConditionalGeneration`. */
  className: string;
  norms: 'before' | 'after';
  /** Norm on the first layer's input. */
  hasEmbeddingNorm: boolean;
  positions(config: PairConfig): Positions;
  /** Bias on the logits of the output tokens. */
  hasLogitsBias: boolean;
  startsWithLast?: Architecture['startsWithLast'];
  defaults?: RawConfig;
}

/** Base class of encoder and decoder: everything around the layers. */
abstract class Side extends Stack {
  readonly embed_positions?: Embedding;
  readonly layernorm_embedding?: LayerNorm;
  /** Final norm of pre-norm stacks. */
  readonly layer_norm?: LayerNorm;
  readonly #tokens: Embedding;
  readonly #positions: Positions;
  readonly #scale: number;
  readonly #dropout: Dropout;

  constructor(config: PairConfig, { tokens, name, about }: { tokens: Embedding; name: string; about: PairDefinition }) {
    super();
    const { d_model: width } = config;
    this.#tokens = tokens;
    this.#positions = about.positions(config);
    if (this.#positions.table !== undefined) this.embed_positions = this.#positions.table;
    if (about.hasEmbeddingNorm) this.layernorm_embedding = new LayerNorm(width, NORM_EPSILON);
    if (about.norms === 'before') this.layer_norm = new LayerNorm(width, NORM_EPSILON);
    this.#scale = config.scale_embedding ? Math.sqrt(width) : 1;
    this.#dropout = new Dropout(config.dropout, `${name}.embed_tokens`);
  }

  override embed(input: StackInput, pass: Pass): Tensor {
    const words = input.embeddings ?? this.#tokens.forward(idsOf(input, pass), pass.dtype);
    const scaled = this.#scale === 1 ? words : words.mul(this.#scale);
    const placed = scaled.add(this.#positions.of(pass.positions, pass));
    return this.#dropout.forward(this.layernorm_embedding?.forward(placed) ?? placed);
  }
  override finish(x: Tensor): Tensor {
    // A stage must return a new tensor, hence the copy.
    return this.layer_norm?.forward(x) ?? x.clone();
  }
}

class Encoder extends Side {
  readonly layers: readonly EncoderLayer[];

  constructor(config: PairConfig, tokens: Embedding, about: PairDefinition) {
    super(config, { tokens, name: 'encoder', about });
    const { encoder_attention_heads: heads, encoder_ffn_dim: inner } = config;
    const shape = { config, heads, inner, norms: about.norms, keyBias: true };
    this.layers = Array.from(
      { length: config.encoder_layers },
      (_, index) => new EncoderLayer({ ...shape, path: `encoder.layers.${index}`, index }),
    );
  }

  override get blockList(): readonly Block[] {
    return this.layers;
  }
}

class Decoder extends Side {
  readonly layers: readonly DecoderLayer[];

  constructor(config: PairConfig, tokens: Embedding, about: PairDefinition) {
    super(config, { tokens, name: 'decoder', about });
    const { decoder_attention_heads: heads, decoder_ffn_dim: inner } = config;
    const shape = { config, heads, inner, norms: about.norms, keyBias: true };
    this.layers = Array.from(
      { length: config.decoder_layers },
      (_, index) => new DecoderLayer({ ...shape, path: `decoder.layers.${index}`, index }),
    );
  }

  override get blockList(): readonly Block[] {
    return this.layers;
  }
}

class Pair extends Module implements Trunk {
  readonly shared: Embedding;
  readonly encoder: Encoder;
  readonly decoder: Decoder;

  constructor(config: PairConfig, about: PairDefinition) {
    super();
    this.shared = new Embedding(config.vocab_size, config.d_model);
    this.encoder = new Encoder(config, this.shared, about);
    this.decoder = new Decoder(config, this.shared, about);
  }

  get encoderStack(): Stack {
    return this.encoder;
  }
  get stack(): Stack {
    return this.decoder;
  }
  get width(): number {
    return this.shared.width;
  }
  get tokenTable(): Embedding {
    return this.shared;
  }
}

/** Defines a model type of the family. */
export function definePair(about: PairDefinition): Architecture {
  const configOf = (raw: RawConfig) => parseConfig(schema, { ...about.defaults, ...raw });
  const computed = [/(^|\.)(en|de)coder\.embed_positions\.weights?$/];
  return {
    modelType: about.modelType,
    prefix: 'model',
    startsWithLast: about.startsWithLast,
    build: (raw) => new Pair(configOf(raw), about),
    heads(raw) {
      const { tie_word_embeddings: tied } = configOf(raw);
      const logitsBias = about.hasLogitsBias ? 'final_logits_bias' : undefined;
      return {
        seq2seq: {
          head: 'seq2seq',
          className: about.className,
          options: { name: 'lm_head', tied, logitsBias },
        },
      };
    },
    limits(raw) {
      const config = configOf(raw);
      return { vocabularySize: config.vocab_size, maxPositions: config.max_position_embeddings };
    },
    // Older checkpoints store computed positions as well; learned ones are a parameter.
    passedOver: (raw) => (about.positions(configOf(raw)).table === undefined ? computed : []),
    // Checkpoints may store the shared table under either side's name.
    formerNames: (path) =>
      path === 'model.shared.weight' ? ['model.encoder.embed_tokens.weight', 'model.decoder.embed_tokens.weight'] : [],
  };
}

/** Learned positions; the first `offset` rows of the table belong to no token. */
export function learnedPositions(
  { max_position_embeddings: most, d_model: width }: PairConfig,
  offset: number,
): Positions {
  const table = new Embedding(most + offset, width);
  return { table, of: (positions, pass) => table.forward(positions.add(offset), pass.dtype) };
}

/** Sines, then cosines; wavelengths grow geometrically from 2π to 10,000 · 2π in `steps` steps. */
export function sinusoids(width: number, { first, steps }: { first: number; steps: number }): Positions {
  const half = Math.ceil(width / 2);
  return {
    of(positions, { dtype }) {
      const wide = wideType(dtype);
      const places = positions.add(first).to('f64').unsqueeze(1); // [N, 1]
      const exponents = aten.arange.default(half, { dtype: 'f64', device: positions.device });
      const angles = places.mul(aten.exp.default(exponents.mul(-Math.log(10000) / steps))); // [N, D / 2]
      return cat([aten.sin.default(angles), aten.cos.default(angles)], 1)
        .to(wide)
        .to(dtype);
    },
  };
}
