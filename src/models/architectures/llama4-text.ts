import { z } from 'zod';
import { Linear } from '../../engine/nn/index.ts';
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import type { Architecture } from '../architecture.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { BareRMSNorm, growingQueries, type AttentionTraits } from '../decoder/attention-part.ts';
import { count } from '../config-keys.ts';
import type { DecoderConfig } from '../decoder/config.ts';
import { defineDecoder } from '../decoder/define.ts';
import { linearRouter, SparseFeedForward, chosenAmong, type Choice } from '../decoder/experts.ts';
import { FeedForward, type FeedForwardPart } from '../decoder/feed-forward.ts';
import { mergedExperts } from '../decoder/stacked-experts.ts';
import { namesInWhole } from '../text-part.ts';

const schema = z
  .looseObject({
    intermediate_size_mlp: count.default(16384),
    num_local_experts: count.default(16),
    num_experts_per_tok: count.default(1),
    moe_layers: z.array(z.int()).nullish(),
    interleave_moe_layer_step: count.default(1),
    use_qk_norm: z.boolean().default(true),
    no_rope_layers: z.array(z.union([z.literal(0), z.literal(1)])).nullish(),
    no_rope_layer_interval: count.default(4),
    layer_types: z.array(z.enum(['chunked_attention', 'full_attention'])).nullish(),
    attention_chunk_size: count.nullish().default(8192),
    attn_temperature_tuning: z.union([z.boolean(), z.number()]).default(true),
    floor_scale: z.number().positive().default(8192),
    attn_scale: z.number().default(0.1),
  })
  .refine(...chosenAmong('num_experts_per_tok', 'num_local_experts'));

type Own = z.output<typeof schema>;

export function llama4Config(raw: RawConfig): Own {
  return parseConfig(schema, raw);
}

const decoder = defineDecoder({
  modelType: 'llama4_text',
  classes: { causal: 'Llama4ForCausalLM', trunk: 'Llama4TextModel' },
  settings: ['no_rope_layers', 'num_local_experts', 'use_qk_norm'],
  defaults: {
    vocab_size: 202048,
    hidden_size: 5120,
    intermediate_size: 8192,
    num_hidden_layers: 48,
    num_attention_heads: 40,
    num_key_value_heads: 8,
    head_dim: 128,
    rms_norm_eps: 1e-5,
    max_position_embeddings: 131072,
  },
  rope: { theta: 500_000, turnsNeighbours: true },
  traits(config, { raw, rope }) {
    const own = llama4Config(raw);
    return {
      attention: (layer) => attentionOf(layer, own, { config, rope }),
      feedForward: (layer) => feedForwardOf(layer, own, config),
      feedForwardName: 'feed_forward',
    };
  },
});

/** Chunked attention, with full attention in the layers without positions (Llama 4, Meta, 2025). */
export const architecture: Architecture = {
  ...decoder,
  passedOver: () => [/^(model\.)?(vision_model|multi_modal_projector)\./],
  formerNames: namesInWhole,
};

function attentionOf(
  layer: number,
  own: Own,
  { config, rope }: { config: DecoderConfig; rope: AttentionTraits['rope'] },
): AttentionTraits {
  const { attention_bias: bias, rms_norm_eps: epsilon } = config;
  // Despite its name, `no_rope_layers` has a 1 for layers with rotary positions.
  const given = own.no_rope_layers?.length ? own.no_rope_layers[layer] : undefined;
  const isTurned = Boolean(given ?? (layer + 1) % own.no_rope_layer_interval !== 0);
  const type = own.layer_types?.[layer] ?? (isTurned ? 'chunked_attention' : 'full_attention');
  const grows = !isTurned && Boolean(own.attn_temperature_tuning);
  const norm = { name: 'qk_norm', module: new BareRMSNorm(epsilon) };
  return {
    rope: isTurned ? rope : undefined,
    bias: { qkv: bias, output: bias },
    turnedNorms: isTurned && own.use_qk_norm ? [norm, norm] : undefined,
    chunk: type === 'chunked_attention' ? (own.attention_chunk_size ?? undefined) : undefined,
    queryScale: grows ? growingQueries(own.attn_scale, own.floor_scale, 1) : undefined,
  };
}

function feedForwardOf(layer: number, own: Own, config: DecoderConfig): FeedForwardPart {
  const { hidden_size: width, intermediate_size: inner, hidden_act: activation } = config;
  const { num_local_experts: experts, num_experts_per_tok: chosen } = own;
  const isSparse = own.moe_layers?.includes(layer) ?? (layer + 1) % own.interleave_moe_layer_step === 0;
  if (!isSparse) return new FeedForward({ width, inner: own.intermediate_size_mlp, activation });
  return new SparseFeedForward({
    width,
    experts,
    chosen,
    choose: (logits) => chooseBest(logits, chosen),
    weighsInput: true,
    router: linearRouter('router', new Linear(width, experts)),
    parts: mergedExperts({ experts, width, inner, activation, isTransposed: true }),
    shared: { name: 'shared_expert', module: new FeedForward({ width, inner, activation }) },
  });
}

/** Weights are independent sigmoids: logits [N, E] → [N, k] */
function chooseBest(logits: Tensor, chosen: number): Choice {
  const [top, indices] = aten.topk.default(logits, chosen);
  return { indices, weights: aten.sigmoid.default(top) };
}
