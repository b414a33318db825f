// N tokens, D width, A streams
import { z } from 'zod';
import { RMSNorm, sparseGateOf, Sublayer } from '../../engine/nn/index.ts';
import { cat, type Tensor } from '../../engine/tensor/index.ts';
import type { Architecture } from '../architecture.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { AltUp, altUpKeys, Laurel, streams } from '../decoder/alt-up.ts';
import { count, probability } from '../config-keys.ts';
import { headShape, type DecoderConfig } from '../decoder/config.ts';
import { defineDecoder } from '../decoder/define.ts';
import { localRope, withGlobalRope } from '../decoder/layer-types.ts';
import { FeedForward } from '../decoder/feed-forward.ts';
import { PerLayerInput, perLayerInputs, perLayerKeys, perLayerTables } from '../decoder/per-layer-inputs.ts';
import { keySources, SharingAttention, unreadKeys } from '../decoder/sharing-attention.ts';
import { Block, type Pass } from '../stack.ts';
import { timesRootOf, withActivation } from './gemma2.ts';

const softcap = z.number().positive().nullish().default(30);

const schema = z.looseObject({
  ...perLayerKeys,
  num_hidden_layers: count.default(35),
  intermediate_size: z.union([count, z.array(count)]).default(16384),
  layer_types: z.array(z.enum(['sliding_attention', 'full_attention'])).nullish(),
  sliding_window: count.default(512),
  rope_local_base_freq: z.number().positive().default(10000),
  ...altUpKeys,
  num_kv_shared_layers: z.int().min(0).default(15),
  laurel_rank: count.default(64),
  activation_sparsity_pattern: z.union([probability, z.array(probability)]).nullish(),
  final_logit_softcapping: softcap,
});

type Own = ReturnType<typeof gemma3nConfig>;

/** Expands per-layer settings to lists. */
export function gemma3nConfig(raw: RawConfig) {
  const own = parseConfig(schema, raw);
  const layers = Array.from({ length: own.num_hidden_layers }, (_, layer) => layer);
  const listed = <T>(value: T | readonly T[]) =>
    layers.map((layer) => (Array.isArray(value) ? value[layer] : value) as T);
  const kinds =
    own.layer_types ?? layers.map((layer) => ((layer + 1) % 5 === 0 ? 'full_attention' : 'sliding_attention'));
  const sparse =
    own.activation_sparsity_pattern ?? layers.map((layer) => (layers.length > 10 && layer < 10 ? 0.95 : 0));
  return {
    ...own,
    kinds,
    sources: keySources(kinds, own.num_kv_shared_layers),
    inner: listed(own.intermediate_size),
    closed: listed(sparse),
  };
}

const decoder = defineDecoder({
  modelType: 'gemma3n_text',
  classes: { causal: 'Gemma3nForCausalLM', trunk: 'Gemma3nTextModel' },
  settings: ['final_logit_softcapping'],
  defaults: {
    vocab_size: 262_400,
    hidden_size: 2048,
    num_hidden_layers: 35,
    num_attention_heads: 8,
    num_key_value_heads: 2,
    head_dim: 256,
    tie_word_embeddings: true,
    max_position_embeddings: 32768,
  },
  rope: { theta: 1_000_000 },
  read: (raw) => ({ ...withGlobalRope(withActivation(raw)), intermediate_size: gemma3nConfig(raw).inner[0] }),
  traits(config, { raw, rope }) {
    const own = gemma3nConfig(raw);
    const local = localRope({ ...config, rope_theta: own.rope_local_base_freq }, raw);
    const { keyHeads, size } = headShape(config);
    const attentionOf = (layer: number) => {
      const isSliding = own.kinds[layer] === 'sliding_attention';
      const placed = isSliding ? { rope: local, window: own.sliding_window } : { rope };
      const [source, isLent] = [own.sources[layer], own.sources.lastIndexOf(layer) > layer];
      return new SharingAttention(config, { layer, source, isLent, keyHeads, size, ...placed });
    };
    return {
      block: (layer) => new Gemma3nLayer(config, own, { layer, attention: attentionOf(layer) }),
      scaleEmbeddings: timesRootOf(config.hidden_size),
      ends: [perLayerInputs(config, own), streams(config, own.altup_num_inputs)],
    };
  },
  logits: (raw) => ({
    softcap: parseConfig(z.looseObject({ final_logit_softcapping: softcap }), raw).final_logit_softcapping ?? undefined,
  }),
});

/** Checkpoint parts for other modalities. */
export const gemmaTowers = /^(model\.)?(vision_tower|audio_tower|embed_vision|embed_audio)\./;

/** AltUp: several streams, only one of which each layer computes, and per-layer inputs (Gemma Team, 2025). */
export const architecture: Architecture = {
  ...decoder,
  ...perLayerTables,
  passedOver: (raw) => [gemmaTowers, unreadKeys(gemma3nConfig(raw).sources)],
  formerNames: (path) => (path.startsWith('model.') ? [path.replace(/^model\./, 'model.language_model.')] : []),
};

class Gemma3nLayer extends Block {
  readonly self_attn: SharingAttention;
  readonly mlp: FeedForward;
  readonly input_layernorm: RMSNorm;
  readonly post_attention_layernorm: RMSNorm;
  readonly pre_feedforward_layernorm: RMSNorm;
  readonly post_feedforward_layernorm: RMSNorm;
  readonly altup: AltUp;
  readonly laurel: Laurel;
  readonly attention_sublayer: Sublayer;
  readonly mlp_sublayer: Sublayer;
  readonly #perLayer: PerLayerInput;

  constructor(config: DecoderConfig, own: Own, { layer, attention }: { layer: number; attention: SharingAttention }) {
    super();
    const { hidden_size: width, rms_norm_eps: epsilon, hidden_act: activation } = config;
    const norm = () => new RMSNorm(width, epsilon);
    this.self_attn = attention;
    this.mlp = new FeedForward({
      width,
      inner: own.inner[layer],
      activation,
      gate: sparseGateOf(activation, own.closed[layer]),
    });
    this.input_layernorm = norm();
    this.post_attention_layernorm = norm();
    this.pre_feedforward_layernorm = norm();
    this.post_feedforward_layernorm = norm();
    this.altup = new AltUp(config, own);
    this.laurel = new Laurel(config, own.laurel_rank);
    this.attention_sublayer = new Sublayer('attention', width);
    this.mlp_sublayer = new Sublayer('mlp', width);
    this.#perLayer = new PerLayerInput(config, own.hidden_size_per_layer_input, layer);
    Object.assign(this, Object.fromEntries(this.#perLayer.children()));
  }

  /** x [N, A, D] → [N, A, D] */
  override forward(x: Tensor, pass: Pass): Tensor {
    const { altup } = this;
    const predicted = altup.predict(x);
    const corrected = altup.correct(predicted, this.#compute(altup.activeOf(predicted), pass));
    const added = this.#perLayer.forward(altup.scaled(altup.activeOf(corrected)), pass); // [N, D]
    const [first, others] = corrected.split([1, corrected.shape[1] - 1], 1);
    return cat([first, others.add(added.unsqueeze(1))], 1);
  }

  /** [N, D] → [N, D] */
  #compute(x: Tensor, pass: Pass): Tensor {
    const normed = this.input_layernorm.forward(x);
    const attended = this.attention_sublayer.change(normed, this.self_attn.forward(normed, pass));
    const around = this.laurel.forward(normed);
    const both = x.add(this.post_attention_layernorm.forward(attended)).add(around).mul(Math.SQRT1_2);
    const read = this.pre_feedforward_layernorm.forward(both);
    const fed = this.mlp_sublayer.change(read, this.mlp.forward(read));
    return both.add(this.post_feedforward_layernorm.forward(fed));
  }
}
