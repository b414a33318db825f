import { z } from 'zod';
import { renamed } from '../../engine/nn/index.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { count } from '../config-keys.ts';
import { decoderConfig, type DecoderConfig } from '../decoder/config.ts';
import { defineDecoder } from '../decoder/define.ts';
import { balanceKeys, balanceOf } from '../decoder/experts.ts';
import { FusedFeedForward, SummedFeedForward } from '../decoder/feed-forward.ts';
import { layerKinds, Mamba2, stepLimits, type MambaShape } from '../decoder/mamba2.ts';
import { graniteMultipliers, graniteSettings } from './granite.ts';
import { graniteExperts } from './granitemoe.ts';

const schema = z
  .looseObject({
    layer_types: layerKinds(['mamba', 'attention']),
    layers_block_type: layerKinds(['mamba', 'attention']),
    position_embedding_type: z.string().nullish(),
    num_local_experts: z.int().min(0).default(8),
    num_experts_per_tok: z.int().min(0).default(2),
    shared_intermediate_size: count.default(1024),
    mamba_n_heads: count.default(128),
    mamba_n_groups: count.default(1),
    mamba_d_state: count.default(256),
    mamba_d_head: z.union([z.literal('auto'), count]).default('auto'),
    mamba_d_conv: count.default(4),
    mamba_expand: count.default(2),
    mamba_conv_bias: z.boolean().default(true),
    mamba_proj_bias: z.boolean().default(false),
    time_step_limit: stepLimits,
    ...balanceKeys,
  })
  .refine(({ num_local_experts: all, num_experts_per_tok: chosen }) => all === 0 || (chosen > 0 && chosen <= all), {
    path: ['num_experts_per_tok'],
    error: 'must be between 1 and the number of experts',
  });

export function graniteHybridConfig(raw: RawConfig) {
  return parseConfig(schema, raw);
}

/** Mamba layers with a few attention layers in between, each with routed and shared experts (IBM Granite 4). */
export const architecture = defineDecoder({
  modelType: 'granitemoehybrid',
  classes: { causal: 'GraniteMoeHybridForCausalLM', sequence: 'GraniteMoeHybridForSequenceClassification' },
  settings: [...graniteSettings, 'num_local_experts'],
  defaults: {
    vocab_size: 32000,
    hidden_size: 4096,
    intermediate_size: 11008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
  },
  traits(config, { raw, rope }) {
    const { attention_bias: bias, hidden_size: width, intermediate_size: inner, hidden_act: activation } = config;
    const own = graniteHybridConfig(raw);
    const { num_local_experts: experts, num_experts_per_tok: chosen, shared_intermediate_size: shared } = own;
    const { scale, ...multipliers } = graniteMultipliers(raw);
    const kinds = own.layer_types ?? own.layers_block_type;
    const mamba = mambaOf(config, own);
    return {
      attention: (layer) =>
        kinds?.[layer] === 'attention'
          ? {
              rope: own.position_embedding_type === 'rope' ? rope : undefined,
              bias: { qkv: bias, output: bias },
              scale,
            }
          : { name: 'mamba', module: new Mamba2({ ...mamba, layer }) },
      ...multipliers,
      feedForward: () =>
        new SummedFeedForward({
          ...(experts > 0 && { block_sparse_moe: graniteExperts({ experts, chosen, width, inner, activation }) }),
          shared_mlp: renamed(new FusedFeedForward({ width, inner: shared, activation }), {
            gate_up_proj: 'input_linear',
            down_proj: 'output_linear',
          }),
        }),
      feedForwardName: '',
      balance: experts > 0 ? balanceOf(own, { experts, chosen }) : undefined,
    };
  },
  logits: (raw) => ({ scale: graniteMultipliers(raw).logits }),
});

function mambaOf(
  { hidden_size: width, rms_norm_eps: epsilon, hidden_act: activation }: DecoderConfig,
  own: z.output<typeof schema>,
) {
  const { mamba_n_heads: heads, mamba_d_head: size } = own;
  return {
    width,
    heads,
    headSize: size === 'auto' ? Math.floor((own.mamba_expand * width) / heads) : size,
    groups: own.mamba_n_groups,
    stateSize: own.mamba_d_state,
    kernel: own.mamba_d_conv,
    bias: { convolution: own.mamba_conv_bias, projection: own.mamba_proj_bias },
    limits: own.time_step_limit,
    activation,
    epsilon,
  } satisfies Partial<MambaShape>;
}

/** Shape of the state spaces in a completed configuration. */
export function graniteMamba(raw: RawConfig) {
  return mambaOf(decoderConfig(raw), graniteHybridConfig(raw));
}
