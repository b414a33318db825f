// N tokens, M memory tokens, D width, H heads, K key-value heads, d head size
import { z } from 'zod';
import { Dropout, Module, Rope, Sublayer, type Embedding } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { Architecture, Trunk } from '../architecture.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import type { Norm } from '../decoder/attention-part.ts';
import { decoderConfig, headShape, type DecoderConfig } from '../decoder/config.ts';
import { CrossAttention } from '../decoder/cross-attention.ts';
import { Decoder } from '../decoder/decoder.ts';
import { FeedForward } from '../decoder/feed-forward.ts';
import { DecoderLayer, type LayerParts } from '../decoder/layer.ts';
import { ropeOptions, stretchedPositions } from '../decoder/rope-settings.ts';
import type { Pass, Stack, StackInput } from '../stack.ts';
import { gemma2Logits, gemma2Traits, gemmaDefaults, withActivation } from './gemma2.ts';
import { probability } from '../config-keys.ts';

const dropout = probability.default(0);

/** HF T5GemmaConfig keys that affect the computation. */
const schema = z.looseObject({
  encoder: z.looseObject({}).default({}),
  decoder: z.looseObject({}).default({}),
  dropout_rate: dropout,
  attention_dropout: dropout,
  tie_word_embeddings: z.boolean().default(true),
});

/** Defaults of HF T5GemmaModuleConfig. */
const defaults = {
  ...gemmaDefaults,
  vocab_size: 256000,
  hidden_size: 2304,
  intermediate_size: 9216,
  num_hidden_layers: 26,
  num_attention_heads: 8,
  max_position_embeddings: 8192,
};

type SideName = 'encoder' | 'decoder';

interface SideConfig {
  name: SideName;
  raw: RawConfig;
  config: DecoderConfig;
  dropout: number;
  /** Width of the encoder's output. */
  memoryWidth: number;
}

function sideOf(raw: RawConfig, name: SideName): SideConfig {
  const whole = parseConfig(schema, raw);
  const configOf = (side: SideName) => {
    const own: RawConfig = { ...whole[side], attention_dropout: whole.attention_dropout };
    return decoderConfig(withActivation(own), defaults);
  };
  const memoryWidth = configOf('encoder').hidden_size;
  return { name, raw: whole[name], config: configOf(name), dropout: whole.dropout_rate, memoryWidth };
}

/** Gemma 2's layer with dropout after each sublayer. */
class EncoderLayer extends DecoderLayer {
  readonly pre_self_attn_layernorm: Norm;
  readonly post_self_attn_layernorm: Norm;
  readonly pre_feedforward_layernorm: Norm;
  readonly post_feedforward_layernorm: Norm;
  readonly #dropouts: Readonly<Record<'self_attn' | 'mlp', Dropout>>;

  constructor(parts: LayerParts, dropout: (part: string) => Dropout) {
    super(parts);
    this.pre_self_attn_layernorm = parts.norm(parts.width);
    this.post_self_attn_layernorm = parts.norm(parts.width);
    this.pre_feedforward_layernorm = parts.norm(parts.width);
    this.post_feedforward_layernorm = parts.norm(parts.width);
    this.#dropouts = { self_attn: dropout('self_attn.output'), mlp: dropout('mlp.output') };
  }

  protected override attend(x: Tensor, pass: Pass): Tensor {
    const attended = super.attend(this.pre_self_attn_layernorm.forward(x), pass);
    return this.#dropouts.self_attn.forward(this.post_self_attn_layernorm.forward(attended));
  }
  protected override feed(x: Tensor, pass: Pass): Tensor {
    const fed = super.feed(this.pre_feedforward_layernorm.forward(x), pass);
    return this.#dropouts.mlp.forward(this.post_feedforward_layernorm.forward(fed));
  }
}

/** An encoder layer with cross-attention between self-attention and feed-forward. */
class CrossLayer extends EncoderLayer {
  readonly cross_attn: CrossAttention;
  readonly pre_cross_attn_layernorm: Norm;
  readonly post_cross_attn_layernorm: Norm;
  readonly cross_attention_sublayer: Sublayer;
  readonly #dropout: Dropout;

  constructor(parts: LayerParts, dropout: (part: string) => Dropout, cross: CrossAttention) {
    super(parts, dropout);
    this.cross_attn = cross;
    this.pre_cross_attn_layernorm = parts.norm(parts.width);
    this.post_cross_attn_layernorm = parts.norm(parts.width);
    this.cross_attention_sublayer = new Sublayer('cross_attention', parts.width);
    this.#dropout = dropout('cross_attn.output');
  }

  protected override attend(x: Tensor, pass: Pass): Tensor {
    const attended = super.attend(x, pass);
    const read = this.pre_cross_attn_layernorm.forward(x.add(attended));
    const crossed = this.cross_attention_sublayer.change(read, this.cross_attn.forward(read, pass));
    return attended.add(this.#dropout.forward(this.post_cross_attn_layernorm.forward(crossed)));
  }
}

/** Encoder or decoder. */
class Side extends Decoder {
  readonly #dropouts: readonly [Dropout, Dropout];

  constructor(side: SideConfig) {
    const { name, raw, config } = side;
    const { hidden_size: width, intermediate_size: inner, hidden_act: activation } = config;
    const traits = gemma2Traits(config, { raw, rope: new Rope(ropeOptions(config, headShape(config).size)) });
    const isEncoder = name === 'encoder';
    const dropoutAt = (path: string) => new Dropout(side.dropout, `${name}.${path}`);
    const newLayer = (parts: LayerParts) => {
      const layer = parts.attention.layer!;
      const dropout = (part: string) => dropoutAt(`layers.${layer}.${part}`);
      if (isEncoder) return new EncoderLayer(parts, dropout);
      const { scale, softcap } = traits.attention(layer);
      const cross = new CrossAttention(config, {
        layer,
        memoryWidth: side.memoryWidth,
        bias: { qkv: config.attention_bias, output: config.attention_bias },
        options: { scale, softcap, dropout: new Dropout(config.attention_dropout, `layers.${layer}.cross_attn`) },
      });
      return new CrossLayer(parts, dropout, cross);
    };
    super(config, {
      ...traits,
      attention(layer) {
        const own = traits.attention(layer);
        // The encoder's window extends to both sides, by as many tokens as the decoder's covers besides the token
        // itself.
        return isEncoder ? { ...own, seesAll: true, window: own.window && own.window + 1 } : own;
      },
      feedForward: (layer) => new FeedForward({ width, inner, activation, dropout: dropoutAt(`layers.${layer}.mlp`) }),
      newLayer,
    });
    this.#dropouts = [dropoutAt('embed_tokens'), dropoutAt('norm')];
  }

  override embed(input: StackInput, pass: Pass): Tensor {
    return this.#dropouts[0].forward(super.embed(input, pass));
  }
  override finish(x: Tensor): Tensor {
    return this.#dropouts[1].forward(super.finish(x));
  }
}

class T5Gemma extends Module implements Trunk {
  readonly encoder: Side;
  readonly decoder: Side;

  constructor(raw: RawConfig) {
    super();
    this.encoder = new Side(sideOf(raw, 'encoder'));
    this.decoder = new Side(sideOf(raw, 'decoder'));
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

/** Encoder-decoder of Gemma 2's layers (Zhang et al., 2025). */
export const architecture: Architecture = {
  modelType: 't5gemma',
  prefix: 'model',
  build: (raw) => new T5Gemma(raw),
  heads(raw) {
    const { tie_word_embeddings: tied, decoder } = parseConfig(schema, raw);
    return {
      seq2seq: {
        head: 'seq2seq',
        className: 'T5GemmaForConditionalGeneration',
        options: { name: 'lm_head.out_proj', tied, ...gemma2Logits(decoder) },
      },
    };
  },
  limits(raw) {
    const { config } = sideOf(raw, 'decoder');
    const maxPositions = stretchedPositions(ropeOptions(config, headShape(config).size));
    return { vocabularySize: config.vocab_size, maxPositions };
  },
  withVocabulary(raw, vocab_size) {
    const { encoder, decoder } = parseConfig(schema, raw);
    return { ...raw, vocab_size, encoder: { ...encoder, vocab_size }, decoder: { ...decoder, vocab_size } };
  },
  passedOver: (raw) => (parseConfig(schema, raw).tie_word_embeddings ? [/^lm_head\.out_proj\.weight$/] : []),
};
