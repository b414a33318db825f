// N tokens, D width, E experts
import { z } from 'zod';
import {
  Linear,
  Module,
  ModuleBuffer,
  Parameter,
  RMSNorm,
  Sublayer,
  plainRmsNorm,
  type Rope,
} from '../../engine/nn/index.ts';
import { aten, ones, type DType, type Tensor } from '../../engine/tensor/index.ts';
import type { Architecture } from '../architecture.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { count } from '../config-keys.ts';
import type { DecoderConfig } from '../decoder/config.ts';
import { defineDecoder } from '../decoder/define.ts';
import { localRope, withGlobalRope } from '../decoder/layer-types.ts';
import { SparseFeedForward, type Choice } from '../decoder/experts.ts';
import { FeedForward } from '../decoder/feed-forward.ts';
import { PerLayerInput, perLayerInputs, perLayerKeys, perLayerTables } from '../decoder/per-layer-inputs.ts';
import { keySources, SharingAttention, unreadKeys, type SharingTraits } from '../decoder/sharing-attention.ts';
import { mergedExperts } from '../decoder/stacked-experts.ts';
import { Block, type Pass } from '../stack.ts';
import { timesRootOf, withActivation } from './gemma2.ts';
import { gemmaTowers } from './gemma3n-text.ts';

const keys = z.looseObject({
  ...perLayerKeys,
  num_hidden_layers: count.default(30),
  pad_token_id: z.int().min(0).default(0),
  layer_types: z.array(z.enum(['sliding_attention', 'full_attention'])).nullish(),
  sliding_window: count.default(512),
  num_key_value_heads: count.default(4),
  head_dim: count.default(256),
  /** Overrides for layers with full attention; transformers writes them layer by layer. */
  global_head_dim: count.nullish(),
  num_global_key_value_heads: count.nullish(),
  per_layer_config: z
    .record(z.string().regex(/^\d+$/), z.looseObject({ head_dim: count, num_key_value_heads: count }).partial())
    // Layers are written with leading zeros.
    .transform((layers) => new Map(Object.entries(layers).map(([layer, own]) => [Number(layer), own])))
    .nullish(),
  attention_k_eq_v: z.boolean().default(false),
  num_kv_shared_layers: z.int().min(0).default(0),
  use_double_wide_mlp: z.boolean().default(false),
  enable_moe_block: z.boolean().default(false),
  num_experts: count.nullish(),
  top_k_experts: count.nullish(),
  moe_intermediate_size: count.nullish(),
  final_logit_softcapping: z.number().positive().nullish(),
  /** `vision`: bidirectional attention within an image, causal attention elsewhere. */
  use_bidirectional_attention: z.literal('vision', { error: 'only causal attention is supported' }).nullish(),
});

const schema = keys
  .transform((own) => ({ ...own, ...layersOf(own) }))
  .refine(({ layers }) => layers.every(({ isWide, size }) => size === sizeOf(layers, isWide)), {
    path: ['per_layer_config'],
    error: 'sets different head sizes for layers of the same type',
  })
  .refine((own) => !own.enable_moe_block || (own.num_experts && own.top_k_experts && own.moe_intermediate_size), {
    path: ['enable_moe_block'],
    error: 'needs num_experts, top_k_experts and moe_intermediate_size',
  });

const positions = {
  full_attention: { rope_type: 'proportional', partial_rotary_factor: 0.25, rope_theta: 1_000_000 },
  sliding_attention: { rope_type: 'default', rope_theta: 10_000 },
};

type Own = z.output<typeof schema>;

export function gemma4Config(raw: RawConfig): Own {
  return parseConfig(schema, raw);
}

interface LayerHeads {
  /** Whether the layer has full attention. */
  isWide: boolean;
  size: number;
  keyHeads: number;
}

/** Type and heads of each layer, and the layer whose keys it uses. */
function layersOf(own: z.output<typeof keys>): { layers: LayerHeads[]; sources: number[] } {
  const { num_hidden_layers: count, layer_types: given, head_dim: size, num_key_value_heads: keyHeads } = own;
  const ofWide = {
    head_dim: own.global_head_dim ?? 512,
    num_key_value_heads: (own.attention_k_eq_v ? own.num_global_key_value_heads : undefined) ?? keyHeads,
  };
  const layers = Array.from({ length: count }, (_, layer) => {
    const type = given?.[layer] ?? ((layer + 1) % 6 === 0 ? 'full_attention' : 'sliding_attention');
    // The last layer always has full attention, whatever the configuration says.
    const isWide = type === 'full_attention' || layer === count - 1;
    const heads = own.per_layer_config == null ? (isWide ? ofWide : {}) : own.per_layer_config.get(layer);
    return { isWide, size: heads?.head_dim ?? size, keyHeads: heads?.num_key_value_heads ?? keyHeads };
  });
  const types = layers.map(({ isWide }) => String(isWide));
  return { layers, sources: keySources(types, own.num_kv_shared_layers) };
}

/** Head size of layers of a type. */
function sizeOf(layers: readonly LayerHeads[], isWide: boolean): number {
  return layers.find((layer) => layer.isWide === isWide)?.size ?? 0;
}

const decoder = defineDecoder({
  modelType: 'gemma4_text',
  classes: { causal: 'Gemma4ForCausalLM', trunk: 'Gemma4TextModel' },
  settings: ['final_logit_softcapping', 'use_bidirectional_attention', 'num_experts', 'per_layer_config'],
  defaults: {
    vocab_size: 262_144,
    hidden_size: 2304,
    intermediate_size: 9216,
    num_hidden_layers: 30,
    num_attention_heads: 8,
    num_key_value_heads: 4,
    tie_word_embeddings: true,
    max_position_embeddings: 131_072,
  },
  // The shared decoder code reads rotary settings and head size of the layers with full attention.
  read: (raw) => ({
    ...withGlobalRope(withActivation({ ...raw, rope_parameters: raw.rope_parameters ?? positions })),
    head_dim: sizeOf(parseConfig(schema, raw).layers, true),
  }),
  traits(config, { raw, rope }) {
    const own = parseConfig(schema, raw);
    const hasInputs = own.hidden_size_per_layer_input > 0;
    const local = localRope({ ...config, head_dim: sizeOf(own.layers, false), rope_theta: undefined }, raw);
    const attentionOf = (layer: number) => new SharingAttention(config, attentionTraits(own, layer, { rope, local }));
    return {
      block: (layer) => new Gemma4Layer(config, own, { layer, attention: attentionOf(layer) }),
      scaleEmbeddings: timesRootOf(config.hidden_size),
      imagesReadAs: own.pad_token_id,
      ends: hasInputs ? [perLayerInputs(config, own)] : [],
    };
  },
  logits: (raw) => ({ softcap: parseConfig(schema, raw).final_logit_softcapping ?? undefined }),
});

/** Alternating sliding-window and full attention; the last layers reuse earlier keys and values (Gemma Team, 2026). */
export const architecture: Architecture = {
  ...decoder,
  ...perLayerTables,
  passedOver: (raw) => [gemmaTowers, unreadKeys(parseConfig(schema, raw).sources)],
  formerNames: (path) => (path.startsWith('model.') ? [path.replace(/^model\./, 'model.language_model.')] : []),
};

function attentionTraits(own: Own, layer: number, { rope, local }: { rope: Rope; local: Rope }): SharingTraits {
  const { isWide, size, keyHeads } = own.layers[layer];
  const source = own.sources[layer];
  const place = { layer, source, isLent: own.sources.lastIndexOf(layer) > layer, keyHeads, size };
  if (!isWide) return { ...place, rope: local, window: own.sliding_window };
  return { ...place, rope, valuesAreKeys: own.attention_k_eq_v };
}

/** Scores experts on the normalised token, then scales each expert's weight. */
class Gemma4Router extends Module {
  readonly proj: Linear;
  /** [D] */
  readonly scale: Parameter;
  /** [E] */
  readonly per_expert_scale: Parameter;
  readonly #epsilon: number;

  constructor({ hidden_size: width, rms_norm_eps: epsilon }: DecoderConfig, experts: number) {
    super();
    this.proj = new Linear(width, experts);
    this.scale = new Parameter([width]);
    this.per_expert_scale = new Parameter([experts]);
    this.#epsilon = epsilon;
  }

  override fixedValue(name: string, options: { dtype: DType; device: string }): Tensor | undefined {
    return ones(name === 'scale' ? this.scale.shape : this.per_expert_scale.shape, options);
  }

  /** x [N, D] → [N, E] */
  forward(x: Tensor): Tensor {
    const [width] = this.scale.shape;
    const normed = plainRmsNorm(x, this.#epsilon);
    return this.proj.forward(normed.mul(this.scale.value(x.dtype)).mul(width ** -0.5));
  }

  choose(logits: Tensor, chosen: number): Choice {
    const [top, indices] = aten.topk.default(logits.softmax(-1), chosen); // [N, k]
    const factors = this.per_expert_scale.value(logits.dtype).indexSelect(0, indices.flatten());
    return { indices, weights: top.div(top.sum(-1, { keepdim: true })).mul(factors.reshape(...indices.shape)) };
  }
}

function expertsOf(config: DecoderConfig, own: Own): SparseFeedForward {
  const { hidden_size: width, hidden_act: activation, rms_norm_eps: epsilon } = config;
  const [experts, chosen, inner] = [own.num_experts!, own.top_k_experts!, own.moe_intermediate_size!];
  const router = new Gemma4Router(config, experts);
  const norm = (name: string) => ({ name, module: new RMSNorm(width, epsilon) });
  return new SparseFeedForward({
    width,
    experts,
    chosen,
    choose: (logits) => router.choose(logits, chosen),
    router: { name: 'router', module: router, forward: (x) => router.forward(x) },
    parts: mergedExperts({ experts, width, inner, activation }),
    around: { before: norm('pre_feedforward_layernorm_2'), after: norm('post_feedforward_layernorm_2') },
  });
}

class Gemma4Layer extends Block {
  readonly self_attn: SharingAttention;
  readonly mlp: FeedForward;
  readonly input_layernorm: RMSNorm;
  readonly post_attention_layernorm: RMSNorm;
  readonly pre_feedforward_layernorm: RMSNorm;
  readonly post_feedforward_layernorm: RMSNorm;
  readonly post_feedforward_layernorm_1?: RMSNorm;
  readonly layer_scalar: ModuleBuffer;
  readonly attention_sublayer: Sublayer;
  readonly mlp_sublayer: Sublayer;
  readonly #perLayer?: PerLayerInput;
  readonly #experts?: SparseFeedForward;

  constructor(config: DecoderConfig, own: Own, { layer, attention }: { layer: number; attention: SharingAttention }) {
    super();
    const { hidden_size: width, rms_norm_eps: epsilon, hidden_act: activation } = config;
    const { hidden_size_per_layer_input: size } = own;
    const norm = () => new RMSNorm(width, epsilon);
    const isWide = own.use_double_wide_mlp && own.sources[layer] !== layer;
    this.self_attn = attention;
    this.mlp = new FeedForward({ width, inner: (isWide ? 2 : 1) * config.intermediate_size, activation });
    this.input_layernorm = norm();
    this.post_attention_layernorm = norm();
    this.pre_feedforward_layernorm = norm();
    this.post_feedforward_layernorm = norm();
    this.layer_scalar = new ModuleBuffer([1]);
    this.attention_sublayer = new Sublayer('attention', width);
    this.mlp_sublayer = new Sublayer('mlp', width);
    if (size > 0) this.#perLayer = new PerLayerInput(config, size, layer);
    if (own.enable_moe_block) {
      this.post_feedforward_layernorm_1 = norm();
      this.#experts = expertsOf(config, own);
    }
    for (const part of [this.#perLayer, this.#experts]) Object.assign(this, Object.fromEntries(part?.children() ?? []));
  }

  override fixedValue(_name: string, options: { dtype: DType; device: string }): Tensor | undefined {
    return ones([1], options);
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const normed = this.input_layernorm.forward(x);
    const attended = this.attention_sublayer.change(normed, this.self_attn.forward(normed, pass));
    const between = x.add(this.post_attention_layernorm.forward(attended));
    const fed = between.add(this.post_feedforward_layernorm.forward(this.#feed(between, pass)));
    const added = this.#perLayer?.forward(fed, pass);
    return (added === undefined ? fed : fed.add(added)).mul(this.layer_scalar.value(x.dtype));
  }

  #feed(x: Tensor, pass: Pass): Tensor {
    const read = this.pre_feedforward_layernorm.forward(x);
    const dense = this.mlp.forward(read);
    const both = this.post_feedforward_layernorm_1?.forward(dense).add(this.#experts!.forward(x, pass));
    return this.mlp_sublayer.change(read, both ?? dense);
  }
}
