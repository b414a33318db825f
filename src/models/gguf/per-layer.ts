// D width, P width of a layer's own input, L layers, V vocabulary
/** Gemma 3n and 4 in llama.cpp: per-layer inputs, shared keys, and rotary positions per layer type. */
import { cat } from '../../engine/tensor/index.ts';
import type { Problem } from '../../base/errors.ts';
import { gemma3nConfig } from '../architectures/gemma3n-text.ts';
import { gemma4Config } from '../architectures/gemma4-text.ts';
import { decoderConfig, headShape } from '../decoder/config.ts';
import { localTheta } from '../decoder/layer-types.ts';
import type { RawConfig } from '../raw-config.ts';
import { unless, type AddedTensor, type GgufFamily } from './gguf-family.ts';
import type { TensorLayout } from './layouts.ts';
import { counts, f32, flags, numberOf, u32, type GgufSetting } from './values.ts';

const TABLE = 'model.embed_tokens_per_layer.weight';

const common = {
  names: {
    post_attention_layernorm: 'post_attention_norm',
    pre_feedforward_layernorm: 'ffn_norm',
    post_feedforward_layernorm: 'post_ffw_norm',
    per_layer_input_gate: 'inp_gate',
    per_layer_projection: 'proj',
    post_per_layer_input_norm: 'post_norm',
  },
  outside: {
    'model.per_layer_model_projection.weight': 'per_layer_model_proj.weight',
    'model.per_layer_projection_norm.weight': 'per_layer_proj_norm.weight',
  },
  reads: ['attn_q_norm.weight', 'attn_k_norm.weight'],
  layouts: (raw: RawConfig) => ({ [TABLE]: tableLayout(raw) }),
  activation: (raw: RawConfig) => (raw.hidden_act === 'gelu_pytorch_tanh' ? undefined : raw.hidden_act),
  keeps: 'all',
} satisfies Partial<GgufFamily>;

/** llama.cpp's table covers the whole vocabulary; tokens beyond the parameter's rows get its first row. [V', L·P] → [V, L·P] */
function tableLayout(raw: RawConfig): TensorLayout {
  const known = numberOf(raw, 'vocab_size_per_layer_input', 262_144);
  const more = decoderConfig(raw).vocab_size - known;
  return {
    names: ['per_layer_token_embd.weight'],
    write: (x) => [more > 0 ? cat([x, x.narrow(0, 0, 1).expand(more, x.shape[1])]) : x.narrow(0, 0, known + more)],
    read: ([x]) => (more > 0 ? x.narrow(0, 0, known) : x),
  };
}

/** llama.cpp takes shared keys from the two layers before the first sharing one, which must be the last ones of each type. */
function sharingProblems(sources: readonly number[], isSliding: readonly boolean[]): Problem[] {
  const first = sources.findIndex((source, layer) => source !== layer);
  const isUsual = sources.every((source, layer) => source === layer || source === first - (isSliding[layer] ? 2 : 1));
  return unless(isUsual, 'layer_types', 'layers share the keys of different layers than in llama.cpp');
}

/** Hard-coded in llama.cpp. */
const GEMMA3N = {
  altup_num_inputs: 4,
  altup_active_idx: 0,
  altup_correct_scale: true,
  laurel_rank: 64,
  hidden_size_per_layer_input: 256,
  final_logit_softcapping: 30,
} as const;
const FIRST_SHARING = 20;
const SPARSE_LAYERS = 10;

export const gemma3n: GgufFamily = {
  ...common,
  architecture: 'gemma3n',
  names: {
    ...common.names,
    'altup.correction_coefs': 'altup_correct_coef',
    'altup.prediction_coefs': 'altup_predict_coef',
    'altup.modality_router': 'altup_router',
    'altup.router_norm': 'altup_router_norm',
    'altup.correct_output_scale': 'altup_correct_scale.weight',
    'laurel.linear_left': 'laurel_l',
    'laurel.linear_right': 'laurel_r',
    'laurel.post_laurel_norm': 'laurel_post_norm',
  },
  outside: {
    ...common.outside,
    'model.altup_projections.weight': 'altup_proj.weight',
    'model.altup_unembed_projections.weight': 'altup_unembd_proj.weight',
  },
  settings: (raw, given) => [
    ['attention.sliding_window', u32(gemma3nConfig(given).sliding_window)],
    ['rope.freq_base_swa', f32(localTheta(given, 10_000))],
  ],
  // llama.cpp expects key matrices even in layers that share keys, but never reads them.
  added(raw) {
    const { hidden_size: width, num_hidden_layers: layers } = decoderConfig(raw);
    const { keyHeads, size } = headShape(decoderConfig(raw));
    return Array.from({ length: Math.max(0, layers - FIRST_SHARING) }, (_, i) => i + FIRST_SHARING).flatMap((layer) =>
      ['attn_k', 'attn_v', 'attn_k_norm'].map((name): AddedTensor => {
        const shape = name === 'attn_k_norm' ? [size] : [keyHeads * size, width];
        return {
          name: `blk.${layer}.${name}.weight`,
          shape,
          values: () => new Float32Array(shape[0] * (shape[1] ?? 1)),
        };
      }),
    );
  },
  problems(_, given) {
    const own = gemma3nConfig(given);
    const fixed = Object.entries(GEMMA3N).filter(([key, value]) => own[key as keyof typeof GEMMA3N] !== value);
    const shared = Math.max(0, own.kinds.length - FIRST_SHARING);
    const kinds = own.kinds.every((kind, layer) => (kind === 'full_attention') === ((layer + 1) % 5 === 0));
    const closed = own.closed.every((share, layer) => share === (layer < SPARSE_LAYERS ? 0.95 : 0));
    return [
      ...fixed.map(([field, value]) => ({
        field,
        message: `must be ${String(value)} for llama.cpp`,
      })),
      ...unless(kinds, 'layer_types', 'every fifth layer has full attention in llama.cpp'),
      ...unless(own.num_kv_shared_layers === shared, 'num_kv_shared_layers', `must be ${shared}: layers from 20 on`),
      ...unless(closed, 'activation_sparsity_pattern', 'must be 0.95 in the first 10 layers, and 0 in others'),
      ...unless(new Set(own.inner).size === 1, 'intermediate_size', 'must be the same in all layers'),
    ];
  },
};

export const gemma4: GgufFamily = {
  ...common,
  architecture: 'gemma4',
  names: {
    ...common.names,
    layer_scalar: 'layer_output_scale.weight',
    post_feedforward_layernorm_1: 'post_ffw_norm_1',
    pre_feedforward_layernorm_2: 'pre_ffw_norm_2',
    post_feedforward_layernorm_2: 'post_ffw_norm_2',
    'router.proj': 'ffn_gate_inp',
    'router.scale': 'ffn_gate_inp.scale',
    'router.per_expert_scale': 'ffn_down_exps.scale',
    'experts.gate_up_proj': 'ffn_gate_up_exps.weight',
    'experts.down_proj': 'ffn_down_exps.weight',
  },
  ropeTypes: ['proportional'],
  turnsParts: true,
  settings(raw, given) {
    const own = gemma4Config(given);
    const { layers, sources } = own;
    const inner = decoderConfig(raw).intermediate_size;
    const isWide = (layer: number) => own.use_double_wide_mlp && sources[layer] !== layer;
    const [whole, part] = [true, false].map((wide) => layers.find((layer) => layer.isWide === wide)?.size);
    const size = part ?? whole!;
    return [
      ['rope.dimension_count', u32(whole!)],
      ['rope.dimension_count_swa', u32(size)],
      ['rope.freq_base_swa', f32(localTheta(given, 10_000))],
      ['attention.key_length_swa', u32(size)],
      ['attention.value_length_swa', u32(size)],
      ['attention.sliding_window', u32(own.sliding_window)],
      ['attention.sliding_window_pattern', flags(layers.map((layer) => !layer.isWide))],
      ['attention.shared_kv_layers', u32(sources.filter((source, layer) => source !== layer).length)],
      ['attention.head_count_kv', counts(layers.map((layer) => layer.keyHeads))],
      ['embedding_length_per_layer_input', u32(own.hidden_size_per_layer_input)],
      ['feed_forward_length', counts(layers.map((_, layer) => (isWide(layer) ? 2 : 1) * inner))],
      ...(own.final_logit_softcapping ? [['final_logit_softcapping', f32(own.final_logit_softcapping)]] : []),
      ...(own.enable_moe_block
        ? [
            ['expert_count', u32(own.num_experts!)],
            ['expert_used_count', u32(own.top_k_experts!)],
            ['expert_feed_forward_length', u32(own.moe_intermediate_size!)],
          ]
        : []),
    ] as GgufSetting[];
  },
  // A huge factor for features beyond the rotated part, so that they practically do not rotate.
  added(raw) {
    const { size } = headShape(decoderConfig(raw));
    const { rope_type: type, partial_rotary_factor: share } = decoderConfig(raw).rope_parameters ?? {};
    const turned = type === 'proportional' ? Math.floor((size * (share ?? 1)) / 2) : size / 2;
    const values = () => Float32Array.from({ length: size / 2 }, (_, i) => (i < turned ? 1 : 1e30));
    return [{ name: 'rope_freqs.weight', shape: [size / 2], values }];
  },
  problems(_, given) {
    const own = gemma4Config(given);
    return sharingProblems(
      own.sources,
      own.layers.map(({ isWide }) => !isWide),
    );
  },
};
