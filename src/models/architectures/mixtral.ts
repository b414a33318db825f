import { z } from 'zod';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { count, probability } from '../config-keys.ts';
import type { DecoderConfig } from '../decoder/config.ts';
import { decoderClasses, defineDecoder } from '../decoder/define.ts';
import {
  balanceKeys,
  balanceOf,
  NumberedFeedForward,
  separateExperts,
  SparseFeedForward,
  chosenAmong,
} from '../decoder/experts.ts';
import { windowOfAll } from './mistral.ts';

const schema = z
  .looseObject({
    num_local_experts: count.default(8),
    num_experts_per_tok: count.default(2),
    router_jitter_noise: probability.default(0),
    ...balanceKeys,
  })
  .refine(...chosenAmong('num_experts_per_tok', 'num_local_experts'));

/** Mistral with a mixture of experts (Jiang et al., 2024). */
export const architecture = defineDecoder({
  modelType: 'mixtral',
  classes: decoderClasses('Mixtral'),
  settings: ['num_local_experts'],
  defaults: { max_position_embeddings: 131072, num_key_value_heads: 8, rms_norm_eps: 1e-5 },
  rope: { theta: 1_000_000 },
  traits(config, { raw, rope }) {
    const window = windowOfAll(raw);
    return { attention: () => ({ rope, window }), ...mixtralExperts(config, raw), feedForwardName: 'block_sparse_moe' };
  },
});

export function mixtralExperts(config: DecoderConfig, raw: RawConfig) {
  const { hidden_size: width, intermediate_size: inner, hidden_act: activation } = config;
  const own = parseConfig(schema, raw);
  const { num_local_experts: experts, num_experts_per_tok: chosen, router_jitter_noise: jitter } = own;
  return {
    feedForward: (layer: number) =>
      new SparseFeedForward({
        width,
        experts,
        chosen,
        normalises: true,
        jitter: { amount: jitter, site: `layers.${layer}.block_sparse_moe` },
        parts: separateExperts(experts, () => new NumberedFeedForward({ width, inner, activation })),
      }),
    balance: balanceOf(own, { experts, chosen }),
  };
}
