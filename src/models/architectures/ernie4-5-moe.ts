import { z } from 'zod';
import { Module, ModuleBuffer } from '../../engine/nn/index.ts';
import { zeros, type DType, type Tensor } from '../../engine/tensor/index.ts';
import type { Architecture } from '../architecture.ts';
import { parseConfig } from '../raw-config.ts';
import { count } from '../config-keys.ts';
import type { DecoderConfig } from '../decoder/config.ts';
import { defineDecoder } from '../decoder/define.ts';
import { balanceKeys, balanceOf, separateExperts, SparseFeedForward, chosenAmong } from '../decoder/experts.ts';
import { FeedForward, type FeedForwardPart } from '../decoder/feed-forward.ts';
import { chooseByGroups, RouterWeight } from '../decoder/grouped-experts.ts';

/** HF Ernie4_5_MoeConfig keys of the experts. */
export const ernieKeys = z
  .looseObject({
    use_bias: z.boolean().nullish(),
    num_hidden_layers: count.default(28),
    moe_intermediate_size: count.default(1536),
    moe_k: count.default(6),
    moe_num_experts: count.default(64),
    moe_num_shared_experts: z.int().min(0).nullish().default(2),
    moe_layer_start_index: z.int().default(1),
    moe_layer_end_index: z.int().default(-1),
    moe_layer_interval: count.default(1),
    ...balanceKeys,
  })
  .refine(...chosenAmong('moe_k', 'moe_num_experts'));

type Own = z.output<typeof ernieKeys>;

const decoder = defineDecoder({
  modelType: 'ernie4_5_moe',
  classes: { causal: 'Ernie4_5_MoeForCausalLM', trunk: 'Ernie4_5_MoeModel' },
  defaults: {
    vocab_size: 103424,
    hidden_size: 2560,
    intermediate_size: 12288,
    num_hidden_layers: 28,
    num_attention_heads: 20,
    num_key_value_heads: 4,
    rms_norm_eps: 1e-5,
    max_position_embeddings: 131072,
    tie_word_embeddings: true,
  },
  rope: { theta: 500_000, turnsNeighbours: true },
  traits(config, { raw, rope }) {
    const own = parseConfig(ernieKeys, raw);
    const bias = own.use_bias === true;
    return {
      attention: () => ({ rope, bias: { qkv: bias, output: bias } }),
      feedForward: (layer) => feedForwardOf(layer, own, config),
      balance: balanceOf(own, { experts: own.moe_num_experts, chosen: own.moe_k }),
    };
  },
  logits: (raw) => ({ bias: raw.use_bias === true }),
});

/** ERNIE 4.5 with experts chosen by biased scores (Baidu, 2025). */
export const architecture: Architecture = { ...decoder, passedOver: () => [/^model\.mtp_/] };

function feedForwardOf(layer: number, own: Own, config: DecoderConfig): FeedForwardPart {
  const { hidden_size: width, intermediate_size, hidden_act: activation } = config;
  const { moe_num_experts: experts, moe_k: chosen, moe_num_shared_experts: common } = own;
  const make = (inner: number, bias = false) => new FeedForward({ width, inner, activation, bias });
  const last = own.moe_layer_end_index === -1 ? own.num_hidden_layers - 1 : own.moe_layer_end_index;
  const isSparse = (layer + 1) % own.moe_layer_interval === 0 && layer >= own.moe_layer_start_index && layer <= last;
  if (!isSparse) return make(intermediate_size, own.use_bias === true);
  const gate = new RouterWeight(width, experts);
  const statics = new Statics(experts);
  const choice = { num_experts_per_tok: chosen, norm_topk_prob: true, routed_scaling_factor: 1 };
  const bias = () => statics.e_score_correction_bias.tensor.flatten();
  const parts = separateExperts(experts, () => make(own.moe_intermediate_size));
  const shared = () => make((common ?? 0) * own.moe_intermediate_size, own.use_bias === true);
  return new SparseFeedForward({
    width,
    experts,
    chosen,
    choose: (logits) => chooseByGroups(logits, choice, { scores: 'softmax', best: 1 }, bias()),
    router: { name: 'gate', module: gate, forward: (x) => gate.forward(x) },
    parts: { ...parts, modules: { ...parts.modules, moe_statics: statics } },
    shared: common ? { name: 'shared_experts', module: shared() } : undefined,
  });
}

/** Biases that are added to the scores when choosing experts. */
class Statics extends Module {
  /** [1, E] */
  readonly e_score_correction_bias: ModuleBuffer;

  constructor(experts: number) {
    super();
    this.e_score_correction_bias = new ModuleBuffer([1, experts]);
  }

  override fixedValue(_name: string, { dtype, device }: { dtype: DType; device: string }): Tensor {
    return zeros(this.e_score_correction_bias.shape, { dtype, device });
  }
}
