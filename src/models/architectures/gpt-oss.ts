// E experts, D width, F inner width, n rows of one expert
import { z } from 'zod';
import { Linear, Module, Parameter } from '../../engine/nn/index.ts';
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { count } from '../config-keys.ts';
import { decoderClasses, defineDecoder } from '../decoder/define.ts';
import {
  balanceKeys,
  balanceOf,
  linearRouter,
  SparseFeedForward,
  chosenAmong,
  type ExpertParts,
} from '../decoder/experts.ts';
import { unstacked } from '../decoder/stacked-experts.ts';

const schema = z
  .looseObject({
    num_local_experts: count.default(128),
    num_experts_per_tok: count.default(4),
    sliding_window: count.nullish().default(128),
    layer_types: z.array(z.enum(['sliding_attention', 'full_attention'])).nullish(),
    swiglu_alpha: z.number().positive().default(1.702),
    swiglu_limit: z.number().positive().default(7),
    ...balanceKeys,
  })
  .refine(...chosenAmong('num_experts_per_tok', 'num_local_experts'));

/** Default rotary settings. */
const YARN = {
  rope_type: 'yarn',
  factor: 32,
  beta_fast: 32,
  beta_slow: 1,
  truncate: false,
  original_max_position_embeddings: 4096,
};

/** Experts with a clamped gate, attention sinks, and a sliding window in every other layer (OpenAI, 2025). */
export const architecture = defineDecoder({
  modelType: 'gpt_oss',
  classes: decoderClasses('GptOss'),
  settings: ['num_local_experts', 'num_experts'],
  defaults: {
    num_key_value_heads: 8,
    head_dim: 64,
    attention_bias: true,
    rms_norm_eps: 1e-5,
    max_position_embeddings: 131072,
  },
  rope: { theta: 150_000 },
  read: (raw) => (hasPositions(raw) ? raw : { ...raw, rope_scaling: YARN }),
  traits(config, { raw, rope }) {
    const { attention_bias: bias, hidden_size: width, intermediate_size: inner } = config;
    const own = parseConfig(schema, raw);
    const { num_local_experts: experts, num_experts_per_tok: chosen } = own;
    const isSliding = (layer: number) =>
      (own.layer_types?.[layer] ?? (layer % 2 === 0 ? 'sliding_attention' : '')) === 'sliding_attention';
    const gate = { alpha: own.swiglu_alpha, limit: own.swiglu_limit };
    return {
      attention: (layer) => ({
        rope,
        bias: { qkv: bias, output: bias },
        window: isSliding(layer) ? (own.sliding_window ?? undefined) : undefined,
        hasSinks: true,
      }),
      feedForward: () =>
        new SparseFeedForward({
          width,
          experts,
          chosen,
          // Softmax over the chosen logits equals the normalised softmax over all.
          normalises: true,
          router: linearRouter('router', new Linear(width, experts, { bias: true })),
          parts: expertsOf(new Experts({ experts, width, inner }), gate),
        }),
      balance: balanceOf(own, { experts, chosen }),
    };
  },
});

function hasPositions({ rope_parameters: parameters, rope_scaling: scaling }: RawConfig): boolean {
  return (parameters ?? scaling ?? undefined) !== undefined;
}

/** Weights of all experts, stored as [in, out], and their biases. */
class Experts extends Module {
  /** [E, D, 2F]: gate and up features alternate. */
  readonly gate_up_proj: Parameter;
  readonly gate_up_proj_bias: Parameter;
  /** [E, F, D] */
  readonly down_proj: Parameter;
  readonly down_proj_bias: Parameter;

  constructor({ experts, width, inner }: { experts: number; width: number; inner: number }) {
    super();
    this.gate_up_proj = new Parameter([experts, width, 2 * inner]);
    this.gate_up_proj_bias = new Parameter([experts, 2 * inner]);
    this.down_proj = new Parameter([experts, inner, width]);
    this.down_proj_bias = new Parameter([experts, width]);
  }
}

function expertsOf(experts: Experts, gate: { alpha: number; limit: number }): ExpertParts {
  return {
    modules: { experts },
    begin(dtype) {
      const [read, readBias] = [unstacked(experts.gate_up_proj, dtype), unstacked(experts.gate_up_proj_bias, dtype)];
      const [write, writeBias] = [unstacked(experts.down_proj, dtype), unstacked(experts.down_proj_bias, dtype)];
      return (x, expert) => {
        const both = x.matmul(read[expert]).add(readBias[expert]); // [n, 2F]
        return clampedGate(both, gate).matmul(write[expert]).add(writeBias[expert]);
      };
    },
  };
}

/** (up + 1) · gate · σ(α · gate), with gate and up clamped: [n, 2F] → [n, F] */
function clampedGate(both: Tensor, { alpha, limit }: { alpha: number; limit: number }): Tensor {
  const [gate, up] = aten.unbind.int(both.reshape(both.shape[0], -1, 2), { dim: 2 });
  const bounded = aten.clamp.default(gate, { max: limit });
  const inner = aten.clamp.default(up, { min: -limit, max: limit }).add(1);
  return inner.mul(bounded.mul(aten.sigmoid.default(bounded.mul(alpha))));
}
