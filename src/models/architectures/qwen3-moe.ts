import { z } from 'zod';
import { Linear } from '../../engine/nn/index.ts';
import { parseConfig } from '../config.ts';
import { count, type DecoderConfig } from '../decoder/config.ts';
import type { DecoderTraits } from '../decoder/decoder.ts';
import { decoderClasses, defineDecoder, type TraitsContext } from '../decoder/define.ts';
import { balanceKeys, balanceOf, separateExperts, SparseFeedForward } from '../decoder/experts.ts';
import { FeedForward, type FeedForwardPart } from '../decoder/feed-forward.ts';
import { mergedExperts } from '../decoder/stacked-experts.ts';
import { windowOfAll } from './mistral.ts';

const schema = z.looseObject({ use_sliding_window: z.boolean().default(false) });

const expertKeys = z
  .looseObject({
    moe_intermediate_size: count.default(768),
    num_experts: z.int().min(0).default(128),
    num_experts_per_tok: count.default(8),
    norm_topk_prob: z.boolean().default(false),
    decoder_sparse_step: count.default(1),
    mlp_only_layers: z.array(z.int()).nullish(),
    /** Width of the expert that all tokens go through. */
    shared_expert_intermediate_size: count.optional(),
    ...balanceKeys,
  })
  .refine((own) => own.num_experts_per_tok <= own.num_experts || own.num_experts === 0, {
    path: ['num_experts_per_tok'],
    error: 'is more than there are experts',
  });

/** Qwen3 with some of many feed-forward halves for each token (Yang et al., 2025). */
export const architecture = defineDecoder({
  modelType: 'qwen3_moe',
  classes: decoderClasses('Qwen3Moe'),
  settings: ['num_experts', 'num_local_experts'],
  defaults: { max_position_embeddings: 32768, num_key_value_heads: 4 },
  traits(config, context) {
    const { attention_bias: bias } = config;
    const { raw, rope } = context;
    const window = parseConfig(schema, raw).use_sliding_window ? windowOfAll(raw, 4096) : undefined;
    return {
      attention: () => ({ rope, bias: { qkv: bias, output: bias }, queryKeyNorm: 'head', window }),
      ...qwenExperts(config, context),
    };
  },
});

/** Experts in some layers, next to one that all tokens go through where the configuration has it. */
export function qwenExperts(config: DecoderConfig, { raw, has }: TraitsContext, defaults = {}) {
  // transformers 5 has another name for it.
  const experts = raw.num_experts ?? raw.num_local_experts;
  const own = parseConfig(expertKeys, { ...defaults, ...raw, ...(experts !== undefined && { num_experts: experts }) });
  return {
    feedForward: (layer) =>
      feedForwardOf(config, own, { layer, isMerged: has(`layers.${layer}.mlp.experts.gate_up_proj`) }),
    balance: balanceOf(own, { experts: own.num_experts, chosen: own.num_experts_per_tok }),
  } satisfies Partial<DecoderTraits>;
}

function feedForwardOf(
  config: DecoderConfig,
  own: z.output<typeof expertKeys>,
  { layer, isMerged }: { layer: number; isMerged: boolean },
): FeedForwardPart {
  const { hidden_size: width, intermediate_size, hidden_act: activation } = config;
  const { num_experts: experts, moe_intermediate_size: inner, shared_expert_intermediate_size: shared } = own;
  const dense = (size: number) => new FeedForward({ width, inner: size, activation });
  const isDense = experts === 0 || (own.mlp_only_layers ?? []).includes(layer);
  if (isDense || (layer + 1) % own.decoder_sparse_step !== 0) return dense(intermediate_size);
  return new SparseFeedForward({
    width,
    experts,
    chosen: own.num_experts_per_tok,
    normalises: own.norm_topk_prob,
    parts: isMerged
      ? mergedExperts({ experts, width, inner, activation })
      : separateExperts(experts, () => dense(inner)),
    shared:
      shared === undefined
        ? undefined
        : {
            name: 'shared_expert',
            module: dense(shared),
            gate: { name: 'shared_expert_gate', module: new Linear(width, 1) },
          },
  });
}
