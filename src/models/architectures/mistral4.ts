import { z } from 'zod';
import { parseConfig } from '../raw-config.ts';
import { decoderClasses, defineDecoder } from '../decoder/define.ts';
import { enoughExperts, groupedFeedForward, groupedKeys } from '../decoder/grouped-experts.ts';
import { LatentAttention, latentKeys, withTurnedHead } from '../decoder/latent-attention.ts';
import { isWithoutScoreFactor, stretchedScores } from '../decoder/rope-settings.ts';
import { queryScaleOf, withPositions, YARN } from './ministral3.ts';

const schema = z.looseObject({ ...latentKeys, ...groupedKeys }).refine(...enoughExperts);

const positions = { ...YARN, rope_theta: 10_000, factor: 128, original_max_position_embeddings: 8192 };

const defaults = {
  vocab_size: 131072,
  hidden_size: 4096,
  intermediate_size: 12288,
  moe_intermediate_size: 2048,
  num_hidden_layers: 36,
  num_attention_heads: 32,
  n_shared_experts: 1,
  n_routed_experts: 128,
  num_experts_per_tok: 4,
  q_lora_rank: 1024,
  kv_lora_rank: 256,
  qk_nope_head_dim: 64,
  norm_topk_prob: true,
  max_position_embeddings: 1048576,
};

/** DeepSeek-V3's layers with softmax routing and queries scaled by position (Mistral AI, 2026). */
export const architecture = defineDecoder({
  modelType: 'mistral4',
  classes: decoderClasses('Mistral4'),
  defaults,
  rope: (raw) => ({ turnsNeighbours: raw.rope_interleave !== false }),
  read: (raw) => withTurnedHead(withPositions(raw, positions)),
  traits(config, { raw, rope }) {
    const own = parseConfig(schema, { ...defaults, ...raw });
    const { qk_nope_head_dim: plain, qk_rope_head_dim: turned } = own;
    const scale = (plain + turned) ** -0.5 * (isWithoutScoreFactor(raw) ? 1 : stretchedScores(config));
    const traits = { rope, scale, queryScale: queryScaleOf(withPositions(raw, positions)) };
    return {
      attention: (layer) => ({ name: 'self_attn', module: new LatentAttention(config, own, { layer, ...traits }) }),
      feedForward: (layer) => groupedFeedForward(layer, config, own, { scores: 'softmax', best: 2, isMerged: true }),
    };
  },
});
