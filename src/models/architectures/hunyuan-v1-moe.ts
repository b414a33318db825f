import { z } from 'zod';
import { Linear } from '../../engine/nn/index.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { count } from '../config-keys.ts';
import type { DecoderConfig } from '../decoder/config.ts';
import { defineDecoder } from '../decoder/define.ts';
import { separateExperts, SparseFeedForward, linearRouter } from '../decoder/experts.ts';
import { FeedForward } from '../decoder/feed-forward.ts';
import { hunyuanAttention, hunyuanDefaults, withStretchedBase } from './hunyuan-v1-dense.ts';

/** A single number for all layers, or a list. */
const perLayer = z.union([count, z.array(count)]);

const schema = z.looseObject({
  num_hidden_layers: count.default(32),
  num_experts: perLayer.default(1),
  moe_topk: perLayer.nullish(),
  num_experts_per_tok: perLayer.nullish(),
});

/** Hunyuan with routed experts and a shared one (Hunyuan-A13B, Tencent, 2025). */
export const architecture = defineDecoder({
  modelType: 'hunyuan_v1_moe',
  classes: { causal: 'HunYuanMoEV1ForCausalLM', sequence: 'HunYuanMoEV1ForSequenceClassification' },
  settings: ['use_qk_norm', 'num_experts', 'num_local_experts'],
  defaults: hunyuanDefaults,
  read: withStretchedBase,
  traits(config, { raw, rope }) {
    const experts = hunyuanExperts({ ...raw, num_hidden_layers: config.num_hidden_layers });
    return {
      attention: () => hunyuanAttention(config, rope),
      feedForward: (layer) => feedForwardOf(config, experts[layer]),
    };
  },
});

/** Experts of each layer, and how many of them a token gets. */
export function hunyuanExperts(raw: RawConfig): { experts: number; chosen: number }[] {
  const own = parseConfig(schema, { ...raw, num_experts: raw.num_experts ?? raw.num_local_experts });
  const at = (value: number | number[], layer: number) => (typeof value === 'number' ? value : value[layer]);
  const experts = own.num_experts;
  const chosen = own.moe_topk ?? own.num_experts_per_tok ?? 1;
  return Array.from({ length: own.num_hidden_layers }, (_, layer) => ({
    experts: at(experts, layer),
    chosen: at(chosen, layer),
  }));
}

function feedForwardOf(config: DecoderConfig, { experts, chosen }: { experts: number; chosen: number }) {
  const { hidden_size: width, intermediate_size: inner, hidden_act: activation } = config;
  const make = () => new FeedForward({ width, inner, activation });
  return new SparseFeedForward({
    width,
    experts,
    chosen,
    normalises: true,
    router: linearRouter('gate.wg', new Linear(width, experts)),
    parts: separateExperts(experts, make),
    shared: { name: 'shared_mlp', module: make() },
  });
}
