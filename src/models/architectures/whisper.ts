// N tokens, B recordings, F mel frames, T encoder frames of a recording, D width
import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import {
  activations,
  Convolution,
  Dropout,
  Embedding,
  LayerNorm,
  layoutOfRows,
  Module,
  type Layout,
} from '../../engine/nn/index.ts';
import { fromArray, type DType, type Tensor } from '../../engine/tensor/index.ts';
import type { Architecture, Trunk } from '../architecture.ts';
import { parseConfig } from '../raw-config.ts';
import { idsOf, Stack, type Block, type Pass, type StackInput } from '../stack.ts';
import { DecoderLayer, EncoderLayer, NORM_EPSILON } from './pair-layers.ts';
import { wrongFeatures } from '../wrong-features.ts';
import { activation, count, probability } from '../config-keys.ts';

/** HF WhisperConfig keys that affect the computation. */
const schema = z.looseObject({
  vocab_size: count,
  num_mel_bins: count.default(80),
  d_model: count,
  encoder_layers: count,
  encoder_attention_heads: count,
  encoder_ffn_dim: count,
  decoder_layers: count,
  decoder_attention_heads: count,
  decoder_ffn_dim: count,
  max_source_positions: count.default(1500),
  max_target_positions: count.default(448),
  activation_function: activation.default('gelu'),
  dropout: probability.default(0),
  attention_dropout: probability.default(0),
  activation_dropout: probability.default(0),
  tie_word_embeddings: z.boolean().default(true),
});

type WhisperConfig = z.output<typeof schema>;

const LAYERS = { norms: 'before', keyBias: false } as const;

/** Sinusoidal positions, sines first, with wavelengths from 2π to 10,000 · 2π; stored in checkpoints like a weight. */
class SinusoidPositions extends Embedding {
  override fixedValue(_name: string, { dtype, device }: { dtype: DType; device: string }): Tensor {
    const half = this.width / 2;
    const values = new Float64Array(this.count * this.width);
    for (let position = 0; position < this.count; position++) {
      for (let i = 0; i < half; i++) {
        const angle = position * Math.exp((-Math.log(10000) * i) / (half - 1));
        values[position * this.width + i] = Math.sin(angle);
        values[position * this.width + half + i] = Math.cos(angle);
      }
    }
    return fromArray(values, [this.count, this.width]).to(dtype).toDevice(device);
  }
}

class Encoder extends Stack {
  readonly conv1: Convolution;
  readonly conv2: Convolution;
  readonly embed_positions: SinusoidPositions;
  readonly layers: readonly EncoderLayer[];
  readonly layer_norm: LayerNorm;
  readonly #config: WhisperConfig;
  readonly #dropout: Dropout;

  constructor(config: WhisperConfig) {
    super();
    const { d_model: width, encoder_attention_heads: heads, encoder_ffn_dim: inner } = config;
    this.conv1 = new Convolution({ in: config.num_mel_bins, out: width }, { kernel: 3, padding: 1 });
    this.conv2 = new Convolution({ in: width, out: width }, { kernel: 3, stride: 2, padding: 1 });
    this.embed_positions = new SinusoidPositions(config.max_source_positions, width);
    this.layers = Array.from(
      { length: config.encoder_layers },
      (_, index) => new EncoderLayer({ config, path: `encoder.layers.${index}`, index, heads, inner, ...LAYERS }),
    );
    this.layer_norm = new LayerNorm(width, NORM_EPSILON);
    this.#config = config;
    this.#dropout = new Dropout(config.dropout, 'encoder.embed_positions');
  }

  /** The second convolution halves the frames. */
  override layoutOf(input: StackInput): Layout {
    const [rows, bins, frames] = this.#featuresOf(input).shape;
    const { num_mel_bins: wantedBins, max_source_positions: positions } = this.#config;
    if (bins !== wantedBins || frames === 0 || frames > 2 * positions) {
      throw new AttuneError('E_FEATURES_SHAPE', {
        what: "The recordings' features do not fit this model",
        got: `${bins} mel bins, ${frames} frames`,
        expected: `${wantedBins} mel bins, at most ${2 * positions} frames`,
      });
    }
    return layoutOfRows(Array<number>(rows).fill(Math.ceil(frames / 2)), { causal: false });
  }

  #featuresOf(input: StackInput): Tensor {
    if (input.features === undefined) throw new Error('this encoder reads features [B, mel bins, frames]');
    return input.features;
  }

  override embed(input: StackInput, pass: Pass): Tensor {
    const features = this.#featuresOf(input).toDevice(pass.device).to(pass.dtype);
    const activation = activations.gelu; // regardless of activation_function
    const first = activation(this.conv1.forward(features)); // [B, D, F]
    const second = activation(this.conv2.forward(first)); // [B, D, T]
    const flat = second.transpose(1, 2).flatten(0, 1); // [B·T, D]
    return this.#dropout.forward(flat.add(this.embed_positions.forward(pass.positions, pass.dtype)));
  }

  override get blockList(): readonly Block[] {
    return this.layers;
  }
  override finish(x: Tensor): Tensor {
    return this.layer_norm.forward(x);
  }
}

class Decoder extends Stack {
  readonly embed_tokens: Embedding;
  readonly embed_positions: Embedding;
  readonly layers: readonly DecoderLayer[];
  readonly layer_norm: LayerNorm;
  readonly #dropout: Dropout;

  constructor(config: WhisperConfig) {
    super();
    const { d_model: width, decoder_attention_heads: heads, decoder_ffn_dim: inner } = config;
    this.embed_tokens = new Embedding(config.vocab_size, width);
    this.embed_positions = new Embedding(config.max_target_positions, width);
    this.layers = Array.from(
      { length: config.decoder_layers },
      (_, index) => new DecoderLayer({ config, path: `decoder.layers.${index}`, index, heads, inner, ...LAYERS }),
    );
    this.layer_norm = new LayerNorm(width, NORM_EPSILON);
    this.#dropout = new Dropout(config.dropout, 'decoder.embed_tokens');
  }

  override embed(input: StackInput, pass: Pass): Tensor {
    const tokens = input.embeddings ?? this.embed_tokens.forward(idsOf(input, pass), pass.dtype);
    // Embeddings are never scaled, whatever `scale_embedding` says.
    return this.#dropout.forward(tokens.add(this.embed_positions.forward(pass.positions, pass.dtype)));
  }

  override get blockList(): readonly Block[] {
    return this.layers;
  }
  override finish(x: Tensor): Tensor {
    return this.layer_norm.forward(x);
  }
}

/** Speech to text: encoder of log-mel frames, decoder of tokens (Radford et al., 2022). */
class Whisper extends Module implements Trunk {
  readonly encoder: Encoder;
  readonly decoder: Decoder;

  constructor(config: WhisperConfig) {
    super();
    this.encoder = new Encoder(config);
    this.decoder = new Decoder(config);
  }

  get encoderStack(): Stack {
    return this.encoder;
  }
  get stack(): Stack {
    return this.decoder;
  }
  get width(): number {
    return this.tokenTable.width;
  }
  get tokenTable(): Embedding {
    return this.decoder.embed_tokens;
  }
}

export const architecture: Architecture = {
  modelType: 'whisper',
  prefix: 'model',
  modalities: ['audio', 'text'],
  build: (raw) => new Whisper(parseConfig(schema, raw)),
  passedOver: () => [/^proj_out\.weight$/],
  heads(raw) {
    const tied = parseConfig(schema, raw).tie_word_embeddings;
    return {
      seq2seq: { head: 'seq2seq', className: 'WhisperForConditionalGeneration', options: { name: 'proj_out', tied } },
    };
  },
  frontEnd(raw) {
    const { num_mel_bins: bins, d_model: width, max_source_positions: recordingTokens } = parseConfig(schema, raw);
    // The first convolution outputs two frames per token.
    return { products: 3 * width * (2 * bins + width), values: 3 * width, recordingTokens };
  },
  tokensOfFeatures(raw, shape) {
    const { num_mel_bins: bins, max_source_positions: positions } = parseConfig(schema, raw);
    if (shape.length === 2 && shape[0] === bins && shape[1] <= 2 * positions) return Math.ceil(shape[1] / 2);
    throw wrongFeatures('whisper', shape, `${bins} mel bins, at most ${2 * positions} frames`);
  },
  limits(raw) {
    const config = parseConfig(schema, raw);
    return { vocabularySize: config.vocab_size, maxPositions: config.max_target_positions };
  },
};
