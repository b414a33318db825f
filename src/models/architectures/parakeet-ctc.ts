// B recordings, F mel frames, M mel bins, N tokens of all recordings, D width
import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import { Dropout, layoutOfRows, type Layout } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { Architecture, Trunk } from '../architecture.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { Stack, type Block, type Pass, type StackInput } from '../stack.ts';
import { wrongFeatures } from '../wrong-features.ts';
import {
  ConformerBlock,
  encoderSchema,
  halvings,
  shortened,
  Subsampling,
  type EncoderConfig,
} from './parakeet-layers.ts';
import { count } from '../config-keys.ts';

/** HF ParakeetCTCConfig keys that affect the computation. */
const schema = z
  .looseObject({
    encoder_config: encoderSchema.prefault({}),
    vocab_size: count.default(1025),
    pad_token_id: z.int().nonnegative().default(1024),
    ctc_loss_reduction: z.enum(['sum', 'mean']).default('mean'),
    ctc_zero_infinity: z.boolean().default(true),
  })
  .refine((config) => config.pad_token_id < config.vocab_size, {
    path: ['pad_token_id'],
    error: 'is not a token: it exceeds vocab_size',
  });

/** Encoder that turns several frames into one token (Rekesh et al., "Fast Conformer", 2023; HF ParakeetEncoder). */
class Parakeet extends Stack implements Trunk {
  readonly subsampling: Subsampling;
  readonly layers: readonly ConformerBlock[];
  readonly width: number;
  readonly #config: EncoderConfig;
  readonly #dropout: Dropout;

  constructor(config: EncoderConfig) {
    super();
    this.subsampling = new Subsampling(config);
    this.layers = Array.from({ length: config.num_hidden_layers }, (_, index) => new ConformerBlock(config, index));
    this.width = config.hidden_size;
    this.#config = config;
    this.#dropout = new Dropout(config.dropout, 'subsampling');
  }

  get stack(): Stack {
    return this;
  }
  override get blockList(): readonly Block[] {
    return this.layers;
  }
  override layoutOf(input: StackInput): Layout {
    const { num_mel_bins: bins } = this.#config;
    const { features, lengths } = framesOf(input);
    const tokens = lengths.map((frames) => shortened(this.#config, frames));
    if (features.shape.length === 3 && features.shape[1] === bins && tokens.every((length) => length > 0)) {
      return layoutOfRows(tokens, { causal: false });
    }
    throw new AttuneError('E_FEATURES_SHAPE', {
      what: "The recordings' features do not fit this model",
      got: `values of the shape [${features.shape.join(', ')}]`,
      expected: `[recordings, ${bins} mel bins, frames]`,
    });
  }

  override embed(input: StackInput, pass: Pass): Tensor {
    const { features, lengths } = framesOf(input);
    const read = features.toDevice(pass.device).to(pass.dtype);
    const scale = this.#config.scale_input ? Math.sqrt(this.width) : 1;
    return this.#dropout.forward(this.subsampling.forward(read, lengths).mul(scale));
  }
}

/** Mel frames [B, M, F] and the unpadded number of frames per recording. */
function framesOf({ features, featureLengths }: StackInput): { features: Tensor; lengths: readonly number[] } {
  if (features === undefined) throw new Error('this encoder reads features [B, mel bins, frames]');
  const [rows] = features.shape;
  return { features, lengths: featureLengths ?? Array<number>(rows).fill(features.shape.at(-1)!) };
}

const configOf = (raw: RawConfig) => parseConfig(schema, raw);

/** Transcription by CTC, without a decoder. */
export const architecture: Architecture = {
  modelType: 'parakeet_ctc',
  prefix: 'encoder',
  modalities: ['audio'],
  build: (raw) => new Parakeet(configOf(raw).encoder_config),
  heads(raw) {
    const config = configOf(raw);
    const options = {
      name: 'ctc_head',
      isConvolution: true,
      vocabularySize: config.vocab_size,
      blank: config.pad_token_id,
      dropout: 0,
      reduction: config.ctc_loss_reduction,
      zeroInfinity: config.ctc_zero_infinity,
    };
    return { ctc: { head: 'ctc', className: 'ParakeetForCTC', options } };
  },
  frontEnd(raw) {
    const { encoder_config: config } = configOf(raw);
    const { subsampling_conv_channels: channels, subsampling_conv_stride: stride, num_mel_bins: bins } = config;
    const squares = config.subsampling_conv_kernel_size ** 2;
    const total = halvings(config);
    let [products, values] = [0, 0];
    for (let i = 1; i <= total; i++) {
      const given = channels * shortened(config, bins, i) * stride ** (total - i);
      products += given * (i === 1 ? squares : squares + channels);
      values += given * (i === 1 ? 1 : 2);
    }
    return { products, values };
  },
  tokensOfFeatures(raw, shape) {
    const { encoder_config: config } = configOf(raw);
    if (shape.length === 2 && shape[0] === config.num_mel_bins) return shortened(config, shape[1]);
    throw wrongFeatures('parakeet_ctc', shape, `${config.num_mel_bins} mel bins`);
  },
  melBins: (raw) => configOf(raw).encoder_config.num_mel_bins,
  limits: (raw) => ({ vocabularySize: 0, maxPositions: configOf(raw).encoder_config.max_position_embeddings }),
};
