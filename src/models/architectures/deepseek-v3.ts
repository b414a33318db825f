import { z } from 'zod';
import type { Architecture } from '../architecture.ts';
import { parseConfig } from '../raw-config.ts';
import { decoderClasses, defineDecoder } from '../decoder/define.ts';
import { enoughExperts, groupedFeedForward, groupedKeys, layersBehind } from '../decoder/grouped-experts.ts';
import { LatentAttention, latentKeys, withTurnedHead } from '../decoder/latent-attention.ts';
import { stretchedScores } from '../decoder/rope-settings.ts';

const schema = z.looseObject({ ...latentKeys, ...groupedKeys }).refine(...enoughExperts);

const defaults = {
  vocab_size: 129280,
  hidden_size: 7168,
  intermediate_size: 18432,
  moe_intermediate_size: 2048,
  num_hidden_layers: 61,
  num_attention_heads: 128,
  n_shared_experts: 1,
  n_routed_experts: 256,
  num_experts_per_tok: 8,
  routed_scaling_factor: 2.5,
  q_lora_rank: 1536,
  n_group: 8,
  topk_group: 4,
  first_k_dense_replace: 3,
  norm_topk_prob: true,
  max_position_embeddings: 4096,
};

const decoder = defineDecoder({
  modelType: 'deepseek_v3',
  classes: decoderClasses('DeepseekV3'),
  defaults,
  rope: (raw) => ({ turnsNeighbours: raw.rope_interleave !== false }),
  read: withTurnedHead,
  traits(config, { raw, rope }) {
    const own = parseConfig(schema, { ...defaults, ...raw });
    const { qk_nope_head_dim: plain, qk_rope_head_dim: turned } = own;
    const scale = (plain + turned) ** -0.5 * stretchedScores(config);
    return {
      attention: (layer) => ({ name: 'self_attn', module: new LatentAttention(config, own, { layer, rope, scale }) }),
      feedForward: (layer) => groupedFeedForward(layer, config, own, { scores: 'sigmoid', hasBias: true, best: 2 }),
    };
  },
});

/** Latent attention and many narrow experts, chosen by groups (DeepSeek-AI, 2024). */
export const architecture: Architecture = { ...decoder, passedOver: layersBehind };
