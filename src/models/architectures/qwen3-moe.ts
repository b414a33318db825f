import { z } from 'zod';
import { Linear } from '../../engine/nn/index.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { count } from '../config-keys.ts';
import type { DecoderConfig } from '../decoder/config.ts';
import type { DecoderTraits } from '../decoder/decoder.ts';
import { decoderClasses, defineDecoder, type TraitsContext } from '../decoder/define.ts';
import { balanceKeys, balanceOf, separateExperts, SparseFeedForward, type SparseShape } from '../decoder/experts.ts';
import { FeedForward, type FeedForwardPart } from '../decoder/feed-forward.ts';
import { mergedExperts } from '../decoder/stacked-experts.ts';
import { windowOfAll } from './mistral.ts';

const schema = z
  .looseObject({
    use_sliding_window: z.boolean().default(false),
    moe_intermediate_size: count.default(768),
    num_experts: z.int().min(0).default(128),
    num_experts_per_tok: count.default(8),
    norm_topk_prob: z.boolean().default(false),
    decoder_sparse_step: count.default(1),
    mlp_only_layers: z.array(z.int()).nullish(),
    /** Width of the shared expert, if any. */
    shared_expert_intermediate_size: count.optional(),
    ...balanceKeys,
  })
  .refine((own) => own.num_experts_per_tok <= own.num_experts || own.num_experts === 0, {
    path: ['num_experts_per_tok'],
    error: 'exceeds the number of experts',
  });

export type SparseConfig = z.output<typeof schema>;

/** Settings of the experts and of the layers that have them. */
export function sparseConfig(raw: RawConfig, defaults: RawConfig = {}): SparseConfig {
  // transformers 5 renamed the key.
  return parseConfig(schema, {
    ...defaults,
    ...raw,
    num_experts: raw.num_experts ?? raw.num_local_experts ?? defaults.num_experts,
  });
}

/** Qwen3 with a mixture of experts (Yang et al., 2025). */
export const architecture = defineDecoder({
  modelType: 'qwen3_moe',
  classes: decoderClasses('Qwen3Moe'),
  settings: ['num_experts', 'num_local_experts'],
  defaults: { max_position_embeddings: 32768, num_key_value_heads: 4 },
  traits(config, { raw, rope }) {
    const { attention_bias: bias } = config;
    const own = sparseConfig(raw);
    const window = own.use_sliding_window ? windowOfAll(raw, 4096) : undefined;
    return {
      attention: () => ({ rope, bias: { qkv: bias, output: bias }, queryKeyNorm: 'head', window }),
      feedForward: (layer) => sparseOrDense(layer, own, config),
      balance: balanceOf(own, { experts: own.num_experts, chosen: own.num_experts_per_tok }),
    };
  },
});

/** Routed experts and a gated shared expert (Qwen2 MoE, Qwen3-Next and later). */
export function gatedExperts(config: DecoderConfig, { raw, has }: TraitsContext, defaults: RawConfig) {
  const { hidden_size: width, hidden_act: activation } = config;
  const own = sparseConfig(raw, defaults);
  const shared = () => ({
    name: 'shared_expert',
    module: new FeedForward({ width, inner: own.shared_expert_intermediate_size!, activation }),
    gate: { name: 'shared_expert_gate', module: new Linear(width, 1) },
  });
  return {
    feedForward(layer) {
      const isMerged = has(`layers.${layer}.mlp.experts.gate_up_proj`);
      return sparseOrDense(layer, own, config, { shared, isMerged });
    },
    balance: balanceOf(own, { experts: own.num_experts, chosen: own.num_experts_per_tok }),
  } satisfies Partial<DecoderTraits>;
}

/** Feed-forward sublayer of a layer: experts, optionally with a shared one, or dense. */
export function sparseOrDense(
  layer: number,
  own: SparseConfig,
  config: DecoderConfig,
  { shared, isMerged = false }: { shared?: () => SparseShape['shared']; isMerged?: boolean } = {},
): FeedForwardPart {
  const { hidden_size: width, intermediate_size: inner, hidden_act: activation } = config;
  const { num_experts: experts, moe_intermediate_size: narrow } = own;
  const isDense = own.num_experts === 0 || (own.mlp_only_layers ?? []).includes(layer);
  if (isDense || (layer + 1) % own.decoder_sparse_step !== 0) return new FeedForward({ width, inner, activation });
  return new SparseFeedForward({
    width,
    experts,
    chosen: own.num_experts_per_tok,
    normalises: own.norm_topk_prob,
    shared: shared?.(),
    parts: isMerged
      ? mergedExperts({ experts, width, inner: narrow, activation })
      : separateExperts(experts, () => new FeedForward({ width, inner: narrow, activation })),
  });
}
