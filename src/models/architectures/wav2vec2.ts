// N frames, D width
import {
  currentRandomness,
  Dropout,
  LayerNorm,
  layoutOfRows,
  Module,
  Parameter,
  type Layout,
} from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { Architecture, Trunk, TrunkContext } from '../architecture.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { specAugment, type Masking } from './spec-augment.ts';
import { Stack, type Block, type Pass, type StackInput } from '../stack.ts';
import { unweightedSchema, wav2vec2Schema, type Wav2Vec2Config } from './wav2vec2-config.ts';
import { FeatureExtractor, FeatureProjection, framesOf, frontEndOf } from './wav2vec2-features.ts';
import { EncoderLayer, PositionalConvolution, type NewAttention } from './wav2vec2-layers.ts';
import { wrongFeatures } from '../wrong-features.ts';

class Encoder extends Module {
  readonly pos_conv_embed: PositionalConvolution;
  readonly layer_norm: LayerNorm;
  readonly layers: readonly EncoderLayer[];

  constructor(config: Wav2Vec2Config, context: TrunkContext, newAttention?: NewAttention) {
    super();
    const older = context.has('encoder.pos_conv_embed.conv.weight_g');
    this.pos_conv_embed = new PositionalConvolution(config, older ? 'weight_g' : 'parametrizations');
    this.layer_norm = new LayerNorm(config.hidden_size, config.layer_norm_eps);
    this.layers = Array.from(
      { length: config.num_hidden_layers },
      (_, index) => new EncoderLayer(config, index, newAttention),
    );
  }
}

/** Encoder over frames that convolutions extract from the waveform (Baevski et al., "wav2vec 2.0", 2020). */
class Wav2Vec2 extends Stack implements Trunk {
  readonly feature_extractor: FeatureExtractor;
  readonly feature_projection: FeatureProjection;
  readonly encoder: Encoder;
  /** Replaces masked frames in training; kept if the checkpoint has it. */
  readonly masked_spec_embed?: Parameter;
  readonly width: number;
  protected readonly normsFirst: boolean;
  readonly #masking: Masking;
  readonly #dropout: Dropout;

  constructor(config: Wav2Vec2Config, context: TrunkContext, newAttention?: NewAttention) {
    super();
    this.width = config.hidden_size;
    this.normsFirst = config.do_stable_layer_norm;
    this.#masking = maskingOf(config);
    const masks = config.mask_time_prob > 0 || config.mask_feature_prob > 0;
    if (masks || context.has('masked_spec_embed')) this.masked_spec_embed = new Parameter([config.hidden_size]);
    this.feature_extractor = new FeatureExtractor(config);
    this.feature_projection = new FeatureProjection(config);
    this.encoder = new Encoder(config, context, newAttention);
    this.#dropout = new Dropout(config.hidden_dropout, 'encoder');
  }

  get stack(): Stack {
    return this;
  }
  get optional(): readonly string[] {
    return ['masked_spec_embed'];
  }
  override get blockList(): readonly Block[] {
    return this.encoder.layers;
  }

  override layoutOf(input: StackInput): Layout {
    return layoutOfRows(this.feature_extractor.frameCounts(input), { causal: false });
  }

  override embed(input: StackInput, pass: Pass): Tensor {
    if (input.features === undefined) throw new Error('this encoder reads waveforms [B, samples]');
    const features = input.features.toDevice(pass.device).to(pass.dtype);
    const frames = this.feature_projection.forward(this.feature_extractor.forward(input, features)); // [N, D]
    const masked = this.#masked(frames, pass.layout);
    const placed = masked.add(this.encoder.pos_conv_embed.forward(masked, pass.layout));
    return this.#dropout.forward(this.normsFirst ? placed : this.encoder.layer_norm.forward(placed));
  }

  #masked(frames: Tensor, layout: Layout): Tensor {
    const [vector, randomness] = [this.masked_spec_embed?.tensor, currentRandomness()];
    if (vector === undefined || randomness === undefined) return frames;
    return specAugment(frames, vector, { layout, masking: this.#masking, randomness });
  }
}

/** Pre-norm variant, with a norm at the end. */
class StableWav2Vec2 extends Wav2Vec2 {
  override finish(x: Tensor): Tensor {
    return this.encoder.layer_norm.forward(x);
  }
}

function maskingOf(config: Wav2Vec2Config): Masking {
  const share = config.apply_spec_augment ? 1 : 0;
  return {
    time: {
      probability: share * config.mask_time_prob,
      length: config.mask_time_length,
      fewest: config.mask_time_min_masks,
    },
    features: {
      probability: share * config.mask_feature_prob,
      length: config.mask_feature_length,
      fewest: config.mask_feature_min_masks,
    },
  };
}

/** Differences within the family. */
interface Member {
  defaults?: RawConfig;
  attentionOf?(raw: RawConfig): NewAttention;
}

export function defineWav2Vec2(modelType: string, className: string, kind: Member = {}): Architecture {
  const configOf = (raw: RawConfig) => parseConfig(wav2vec2Schema, { ...kind.defaults, ...raw });
  return {
    modelType,
    prefix: modelType,
    modalities: ['audio'],
    build(raw, context) {
      if (context.task === 'sequence') parseConfig(unweightedSchema, raw);
      const config = configOf(raw);
      const Trunk = config.do_stable_layer_norm ? StableWav2Vec2 : Wav2Vec2;
      return new Trunk(config, context, kind.attentionOf?.(raw));
    },
    passedOver: () => [/^(quantizer|project_q|project_hid)\./],
    heads(raw) {
      const config = configOf(raw);
      const ctcOptions = {
        vocabularySize: config.vocab_size,
        blank: config.pad_token_id,
        dropout: config.final_dropout,
        reduction: config.ctc_loss_reduction,
        zeroInfinity: config.ctc_zero_infinity,
      };
      // The reference projects each frame before averaging; averaging first gives the same result.
      const projector = { dense: 'projector', width: config.classifier_proj_size };
      const sequenceOptions = { name: 'classifier', pool: 'mean', bias: true, transform: projector };
      return {
        ctc: { head: 'ctc', className: `${className}ForCTC`, options: ctcOptions },
        sequence: { head: 'sequence', className: `${className}ForSequenceClassification`, options: sequenceOptions },
      };
    },
    frontEnd: (raw) => frontEndOf(configOf(raw)),
    tokensOfFeatures(raw, shape) {
      if (shape.length !== 1) throw wrongFeatures(modelType, shape, 'a waveform');
      return framesOf(configOf(raw), shape[0]);
    },
    // No token table and no position limit: five minutes of frames are assumed.
    limits: () => ({ vocabularySize: 0, maxPositions: 15_000 }),
  };
}

export const architecture = defineWav2Vec2('wav2vec2', 'Wav2Vec2');
