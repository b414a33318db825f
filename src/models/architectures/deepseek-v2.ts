import { z } from 'zod';
import { parseConfig } from '../raw-config.ts';
import { defineDecoder } from '../decoder/define.ts';
import { enoughExperts, groupedFeedForward, groupedKeys } from '../decoder/grouped-experts.ts';
import { LatentAttention, latentKeys, withTurnedHead } from '../decoder/latent-attention.ts';
import { isWithoutScoreFactor, stretchedScores } from '../decoder/rope-settings.ts';

const schema = z
  .looseObject({
    ...latentKeys,
    ...groupedKeys,
    topk_method: z.enum(['greedy', 'group_limited_greedy']).default('greedy'),
  })
  .transform((own) => (own.topk_method === 'greedy' ? { ...own, n_group: undefined } : own))
  .refine(...enoughExperts);

const defaults = {
  vocab_size: 32000,
  hidden_size: 4096,
  intermediate_size: 11008,
  moe_intermediate_size: 1407,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  n_shared_experts: 2,
  n_routed_experts: 64,
  q_lora_rank: 1536,
};

/** Latent attention and many narrow experts, chosen overall or from each token's best groups (DeepSeek-AI, 2024). */
export const architecture = defineDecoder({
  modelType: 'deepseek_v2',
  classes: { causal: 'DeepseekV2ForCausalLM', sequence: 'DeepseekV2ForSequenceClassification' },
  defaults,
  rope: { turnsNeighbours: true },
  read: withTurnedHead,
  traits(config, { raw, rope }) {
    const own = parseConfig(schema, { ...defaults, ...raw });
    const { qk_nope_head_dim: plain, qk_rope_head_dim: turned } = own;
    const scale = (plain + turned) ** -0.5 * (isWithoutScoreFactor(raw) ? 1 : stretchedScores(config));
    // Weights are never normalised, whatever `norm_topk_prob` says.
    const experts = { ...own, norm_topk_prob: false };
    return {
      attention: (layer) => ({ name: 'self_attn', module: new LatentAttention(config, own, { layer, rope, scale }) }),
      feedForward: (layer) =>
        groupedFeedForward(layer, config, experts, { scores: 'softmax', best: 1, bias: config.mlp_bias }),
    };
  },
});
