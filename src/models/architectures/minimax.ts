import { z } from 'zod';
import { RMSNorm, Sublayer } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { SplitAttention, type AttentionPart } from '../decoder/attention-part.ts';
import { count } from '../config-keys.ts';
import type { DecoderConfig } from '../decoder/config.ts';
import { defineDecoder, decoderClasses } from '../decoder/define.ts';
import type { SparseFeedForward } from '../decoder/experts.ts';
import { LightningAttention } from '../decoder/lightning-attention.ts';
import { Block, type Pass } from '../stack.ts';
import { windowOfAll } from './mistral.ts';
import { mixtralExperts } from './mixtral.ts';

const factor = z.number().default(1);

const schema = z.looseObject({
  layer_types: z.array(z.enum(['linear_attention', 'full_attention'])).nullish(),
  block_size: count.default(256),
  full_attn_alpha_factor: factor,
  full_attn_beta_factor: factor,
  linear_attn_alpha_factor: factor,
  linear_attn_beta_factor: factor,
  mlp_alpha_factor: factor,
  mlp_beta_factor: factor,
});

/** Factors of each sublayer, and which layers have linear attention. */
export function minimaxConfig(raw: RawConfig) {
  const own = parseConfig(schema, raw);
  const isLinear = (layer: number) =>
    (own.layer_types?.[layer] ?? (layer % 2 === 0 ? '' : 'linear_attention')) === 'linear_attention';
  return { ...own, isLinear };
}

/** Lightning attention in some layers, softmax attention in the rest, and experts in all of them (MiniMax, 2025). */
export const architecture = defineDecoder({
  modelType: 'minimax',
  classes: decoderClasses('MiniMax'),
  settings: ['num_local_experts'],
  defaults: {
    vocab_size: 32000,
    hidden_size: 4096,
    intermediate_size: 14336,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    max_position_embeddings: 131072,
    rms_norm_eps: 1e-5,
  },
  rope: { theta: 1_000_000 },
  traits(config, { raw, rope }) {
    const { isLinear, ...own } = minimaxConfig(raw);
    const { feedForward, balance } = mixtralExperts(config, raw);
    const window = windowOfAll(raw);
    return {
      block(layer, norm) {
        const attention = isLinear(layer)
          ? new LightningAttention(config, { layer, block: own.block_size })
          : new SplitAttention(config, { rope, window }, { layer, norm });
        const factors: Factors = {
          attention: isLinear(layer)
            ? [own.linear_attn_alpha_factor, own.linear_attn_beta_factor]
            : [own.full_attn_alpha_factor, own.full_attn_beta_factor],
          feedForward: [own.mlp_alpha_factor, own.mlp_beta_factor],
        };
        return new MiniMaxLayer(config, { attention, experts: feedForward(layer) }, factors);
      },
      balance,
    };
  },
});

/** Factors of a sublayer's normalised input and of its output in their sum. */
type Factors = Record<'attention' | 'feedForward', readonly [before: number, result: number]>;

/** Each sublayer's output is added to its normalised input. */
class MiniMaxLayer extends Block {
  readonly self_attn: AttentionPart;
  readonly block_sparse_moe: SparseFeedForward;
  readonly input_layernorm: RMSNorm;
  readonly post_attention_layernorm: RMSNorm;
  readonly attention_sublayer: Sublayer;
  readonly mlp_sublayer: Sublayer;
  readonly #factors: Factors;

  constructor(
    { hidden_size: width, rms_norm_eps: epsilon }: DecoderConfig,
    { attention, experts }: { attention: AttentionPart; experts: SparseFeedForward },
    factors: Factors,
  ) {
    super();
    this.self_attn = attention;
    this.block_sparse_moe = experts;
    this.input_layernorm = new RMSNorm(width, epsilon);
    this.post_attention_layernorm = new RMSNorm(width, epsilon);
    this.attention_sublayer = new Sublayer('attention', width);
    this.mlp_sublayer = new Sublayer('mlp', width);
    this.#factors = factors;
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const { attention, feedForward } = this.#factors;
    const read = this.input_layernorm.forward(x);
    const attended = this.attention_sublayer.change(read, this.self_attn.forward(read, pass));
    const again = this.post_attention_layernorm.forward(read.mul(attention[0]).add(attended.mul(attention[1])));
    const fed = this.mlp_sublayer.change(again, this.block_sparse_moe.forward(again, pass));
    return again.mul(feedForward[0]).add(fed.mul(feedForward[1]));
  }
}
