// N tokens, B recordings, S samples, T frames of a recording, D width
import { z } from 'zod';
import {
  activations,
  ChannelNorm,
  Convolution,
  Dropout,
  LayerNorm,
  layoutOfRows,
  Linear,
  Module,
  renamed,
  Rope,
  Sublayer,
  type Embedding,
  type Layout,
} from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { Architecture, Trunk } from '../architecture.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { activation, count } from '../config-keys.ts';
import { SplitAttention, type Norm } from '../decoder/attention-part.ts';
import { decoderConfig, headShape, type DecoderConfig } from '../decoder/config.ts';
import { CrossAttention } from '../decoder/cross-attention.ts';
import { Decoder } from '../decoder/decoder.ts';
import { FusedFeedForward } from '../decoder/feed-forward.ts';
import { DecoderLayer, NormBefore, type LayerParts } from '../decoder/layer.ts';
import { PlainFeedForward } from '../decoder/plain.ts';
import { ropeOptions, stretchedPositions } from '../decoder/rope-settings.ts';
import { Stack, rotationsOf, type Block, type Pass, type StackInput } from '../stack.ts';
import { wrongFeatures } from '../wrong-features.ts';
import { frameCounts, framesOf, framesOfRecordings } from './wav2vec2-features.ts';

/** HF MoonshineConfig keys that encoder and decoder have separately. */
const schema = z.looseObject({
  encoder_num_hidden_layers: count.default(6),
  decoder_num_hidden_layers: count.default(6),
  encoder_num_attention_heads: count.default(8),
  decoder_num_attention_heads: count.default(8),
  encoder_num_key_value_heads: count.nullish(),
  decoder_num_key_value_heads: count.nullish(),
  encoder_hidden_act: activation.default('gelu'),
  decoder_hidden_act: activation.default('silu'),
});

const defaults = {
  vocab_size: 32_768,
  hidden_size: 288,
  intermediate_size: 1152,
  max_position_embeddings: 512,
  tie_word_embeddings: true,
};

/** Convolutions before the encoder, not configurable. */
const STRIDES = { conv_kernel: [127, 7, 3], conv_stride: [64, 3, 2] };
const EPSILON = 1e-5;

function sideOf(raw: RawConfig, side: 'encoder' | 'decoder'): DecoderConfig {
  const own = parseConfig(schema, raw);
  return decoderConfig(
    {
      ...raw,
      num_hidden_layers: own[`${side}_num_hidden_layers`],
      num_attention_heads: own[`${side}_num_attention_heads`],
      num_key_value_heads: own[`${side}_num_key_value_heads`],
      hidden_act: own[`${side}_hidden_act`],
    },
    defaults,
  );
}

function ropeOf(config: DecoderConfig) {
  return ropeOptions(config, headShape(config).size, { share: 0.9, turnsNeighbours: true });
}

const norm = (width: number) => new LayerNorm(width, EPSILON, { bias: false });

function encoderLayer(config: DecoderConfig, rope: Rope, layer: number): Block {
  const { hidden_size: width, intermediate_size: inner, attention_bias: bias } = config;
  const traits = { rope, bias: { qkv: bias, output: false }, seesAll: true };
  const layers = [
    { name: 'fc1', module: new Linear(width, inner, { bias: true }) },
    { name: 'fc2', module: new Linear(inner, width, { bias: true }) },
  ] as const;
  return new NormBefore({
    attention: new SplitAttention(config, traits, { layer, norm }),
    attentionName: 'self_attn',
    feedForward: new PlainFeedForward(layers, config.hidden_act),
    feedForwardName: 'mlp',
    norm,
    width,
    residualScale: 1,
  });
}

/** Convolutions over the waveform, followed by bidirectional layers. */
class Encoder extends Stack {
  readonly conv1: Convolution;
  readonly conv2: Convolution;
  readonly conv3: Convolution;
  readonly groupnorm: ChannelNorm;
  readonly layers: readonly Block[];
  readonly layer_norm: LayerNorm;
  readonly #rope: Rope;

  constructor(config: DecoderConfig) {
    super();
    const { hidden_size: width, num_hidden_layers: layers } = config;
    const [first, second, third] = STRIDES.conv_kernel.map((kernel, i) => ({ kernel, stride: STRIDES.conv_stride[i] }));
    this.#rope = new Rope(ropeOf(config));
    this.conv1 = new Convolution({ in: 1, out: width }, { ...first, bias: false });
    this.conv2 = new Convolution({ in: width, out: 2 * width }, second);
    this.conv3 = new Convolution({ in: 2 * width, out: width }, third);
    this.groupnorm = new ChannelNorm(width, { isOfAll: true });
    this.layers = Array.from({ length: layers }, (_, layer) => encoderLayer(config, this.#rope, layer));
    this.layer_norm = norm(width);
  }

  override layoutOf(input: StackInput): Layout {
    return layoutOfRows(frameCounts(input, STRIDES), { causal: false });
  }
  override prepare(pass: Pass): void {
    pass.rotations = rotationsOf([this.#rope], pass);
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    const features = input.features!.toDevice(pass.device).to(pass.dtype);
    return framesOfRecordings({ ...input, features }, STRIDES, (rows) => {
      const normed = this.groupnorm.forward(activations.tanh(this.conv1.forward(rows)));
      return activations.gelu(this.conv3.forward(activations.gelu(this.conv2.forward(normed))));
    });
  }
  override get blockList(): readonly Block[] {
    return this.layers;
  }
  override finish(x: Tensor): Tensor {
    return this.layer_norm.forward(x);
  }
}

/** A decoder layer with cross-attention between self-attention and feed-forward. */
class CrossLayer extends DecoderLayer {
  readonly encoder_attn: CrossAttention;
  readonly input_layernorm: Norm;
  readonly post_attention_layernorm: Norm;
  readonly final_layernorm: Norm;
  readonly cross_attention_sublayer: Sublayer;

  constructor(parts: LayerParts, cross: CrossAttention) {
    super(parts);
    this.encoder_attn = cross;
    this.input_layernorm = parts.norm(parts.width);
    this.post_attention_layernorm = parts.norm(parts.width);
    this.final_layernorm = parts.norm(parts.width);
    this.cross_attention_sublayer = new Sublayer('cross_attention', parts.width);
  }

  protected override attend(x: Tensor, pass: Pass): Tensor {
    const attended = super.attend(this.input_layernorm.forward(x), pass);
    const read = this.post_attention_layernorm.forward(x.add(attended));
    return attended.add(this.cross_attention_sublayer.change(read, this.encoder_attn.forward(read, pass)));
  }
  protected override feed(x: Tensor, pass: Pass): Tensor {
    return super.feed(this.final_layernorm.forward(x), pass);
  }
}

function decoderOf(config: DecoderConfig): Decoder {
  const { hidden_size: width, intermediate_size: inner, hidden_act: act, attention_dropout: dropout } = config;
  const bias = { qkv: config.attention_bias, output: false };
  const rope = new Rope(ropeOf(config));
  return new Decoder(config, {
    norm,
    attention: () => ({ rope, bias }),
    feedForward() {
      const fused = new FusedFeedForward({ width, inner, activation: act, bias: true, isGateLast: true });
      return renamed(fused, { gate_up_proj: 'fc1', down_proj: 'fc2' });
    },
    newLayer(parts) {
      const layer = parts.attention.layer!;
      const options = { dropout: new Dropout(dropout, `layers.${layer}.encoder_attn`) };
      return new CrossLayer(parts, new CrossAttention(config, { layer, memoryWidth: width, bias, options }));
    },
  });
}

/** Speech to text from waveforms of any length, with rotary positions (Jeffries et al., 2024). */
class Moonshine extends Module implements Trunk {
  readonly encoder: Encoder;
  readonly decoder: Decoder;

  constructor(raw: RawConfig) {
    super();
    this.encoder = new Encoder(sideOf(raw, 'encoder'));
    this.decoder = decoderOf(sideOf(raw, 'decoder'));
  }

  get encoderStack(): Stack {
    return this.encoder;
  }
  get stack(): Stack {
    return this.decoder;
  }
  get width(): number {
    return this.decoder.width;
  }
  get tokenTable(): Embedding {
    return this.decoder.embed_tokens;
  }
}

export const architecture: Architecture = {
  modelType: 'moonshine',
  prefix: 'model',
  modalities: ['audio', 'text'],
  build: (raw) => new Moonshine(raw),
  passedOver: (raw) => (sideOf(raw, 'decoder').tie_word_embeddings ? [/^proj_out\.weight$/] : []),
  heads(raw) {
    const tied = sideOf(raw, 'decoder').tie_word_embeddings;
    const options = { name: 'proj_out', tied };
    return { seq2seq: { head: 'seq2seq', className: 'MoonshineForConditionalGeneration', options } };
  },
  frontEnd(raw) {
    const { hidden_size: width } = sideOf(raw, 'encoder');
    // A token covers two frames of the second convolution and six of the first.
    return { products: 6 * 127 * width + 2 * 7 * 2 * width ** 2 + 3 * 2 * width ** 2, values: 11 * width };
  },
  tokensOfFeatures(_raw, shape) {
    if (shape.length !== 1) throw wrongFeatures('moonshine', shape, 'a waveform');
    return framesOf(STRIDES, shape[0]);
  },
  limits(raw) {
    const config = sideOf(raw, 'decoder');
    return { vocabularySize: config.vocab_size, maxPositions: stretchedPositions(ropeOf(config)) };
  },
};
