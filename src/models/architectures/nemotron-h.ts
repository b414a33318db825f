import { z } from 'zod';
import { Linear, RMSNorm, Sublayer, type Module } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { Architecture } from '../architecture.ts';
import { parseConfig, type RawConfig } from '../raw-config.ts';
import { SplitAttention } from '../decoder/attention-part.ts';
import { activation, count } from '../config-keys.ts';
import type { DecoderConfig } from '../decoder/config.ts';
import { defineDecoder } from '../decoder/define.ts';
import { separateExperts, SparseFeedForward, linearRouter, type Expert } from '../decoder/experts.ts';
import { chooseByGroups, enoughExperts, groupedKeys, RouterWeight } from '../decoder/grouped-experts.ts';
import { layerKinds, Mamba2, type MambaShape } from '../decoder/mamba2.ts';
import { PlainFeedForward } from '../decoder/plain.ts';
import { Block, type Pass } from '../stack.ts';

const KINDS = ['mamba', 'attention', 'mlp', 'moe'] as const;
type Kind = (typeof KINDS)[number];
const letters = new Map<string, Kind>([
  ['M', 'mamba'],
  ['*', 'attention'],
  ['-', 'mlp'],
  ['E', 'moe'],
]);

const schema = z
  .looseObject({
    ...groupedKeys,
    layers_block_type: layerKinds(KINDS),
    layer_types: layerKinds(KINDS),
    /** Older configurations: one letter per layer. */
    hybrid_override_pattern: z
      .string()
      .regex(/^[M*E-]+$/, { error: 'must consist of M, *, - and E' })
      .transform((pattern) => Array.from(pattern, (letter) => letters.get(letter)!))
      .nullish(),
    mlp_hidden_act: activation.default('relu2'),
    mamba_hidden_act: activation.default('silu'),
    mamba_num_heads: count.default(128),
    mamba_head_dim: count.default(64),
    n_groups: count.default(8),
    ssm_state_size: count.default(128),
    conv_kernel: count.default(4),
    use_conv_bias: z.boolean().default(true),
    use_bias: z.boolean().default(false),
    time_step_min: z.number().min(0).default(0.001),
    n_routed_experts: count.default(8),
    moe_intermediate_size: count.default(7688),
    moe_shared_expert_intermediate_size: count.default(7688),
    /** Width inside the experts, if it differs from the model's. */
    moe_latent_size: count.nullish(),
    num_experts_per_tok: count.default(2),
    norm_topk_prob: z.boolean().default(true),
  })
  .refine(({ mamba_num_heads: heads, n_groups: groups }) => heads % groups === 0, {
    path: ['n_groups'],
    error: 'must divide mamba_num_heads',
  })
  .refine(...enoughExperts)
  .transform((own) => ({
    ...own,
    kinds: own.layers_block_type ?? own.layer_types ?? own.hybrid_override_pattern ?? KINDS_BY_DEFAULT,
  }));

const KINDS_BY_DEFAULT: readonly Kind[] = ['mamba', 'moe', 'attention', 'mlp'];

type Own = ReturnType<typeof nemotronConfig>;

/** A configuration's layer kinds and Mamba settings. */
export function nemotronConfig(raw: RawConfig) {
  const own = parseConfig(schema, withNames(raw));
  return { ...own, mamba: mambaOf(own) };
}

/** Some configurations use other names for Mamba's keys. */
function withNames(raw: RawConfig): RawConfig {
  const given = {
    n_groups: raw.mamba_n_groups,
    conv_kernel: raw.mamba_d_conv,
    time_step_min: raw.mamba_dt_min,
    use_conv_bias: raw.mamba_conv_bias,
    rms_norm_eps: raw.layer_norm_epsilon ?? 1e-5,
  };
  return { ...raw, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
}

const read = (raw: RawConfig): RawConfig => ({
  ...withNames(raw),
  // transformers never ties its head.
  tie_word_embeddings: false,
  num_hidden_layers: nemotronConfig(raw).kinds.length,
});

const decoder = defineDecoder({
  modelType: 'nemotron_h',
  classes: { causal: 'NemotronHForCausalLM' },
  defaults: {
    vocab_size: 131072,
    hidden_size: 4096,
    intermediate_size: 21504,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    head_dim: 128,
    max_position_embeddings: 4096,
  },
  read,
  traits(config, { raw }) {
    const own = nemotronConfig(raw);
    return {
      block: (layer) => new SingleSublayer(config, mixerOf(config, own, layer), own.kinds[layer]),
      names: { decoder: { embed_tokens: 'embeddings', norm: 'norm_f' } },
    };
  },
});

/** Layers that are each a state space, attention without positions, or a feed-forward sublayer (NVIDIA, 2025). */
export const architecture: Architecture = {
  ...decoder,
  prefix: 'backbone',
  passedOver: () => [/^mtp\./],
  formerNames: (path) => [
    path.replace(/^backbone\./, 'model.'),
    ...(path.endsWith('.embeddings.weight') ? ['backbone.embedding.weight'] : []),
  ],
};

interface Mixer extends Module {
  /** x [N, D] → [N, D] */
  forward(x: Tensor, pass: Pass): Tensor;
}

/** A layer that consists of a single sublayer. */
class SingleSublayer extends Block {
  readonly norm: RMSNorm;
  readonly mixer: Mixer;
  readonly sublayer: Sublayer;

  constructor({ hidden_size: width, rms_norm_eps: epsilon }: DecoderConfig, mixer: Mixer, kind: Kind) {
    super();
    this.norm = new RMSNorm(width, epsilon);
    this.mixer = mixer;
    this.sublayer = new Sublayer(kind === 'mamba' || kind === 'attention' ? 'attention' : 'mlp', width);
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const normed = this.norm.forward(x);
    return x.add(this.sublayer.change(normed, this.mixer.forward(normed, pass)));
  }
}

function mixerOf(config: DecoderConfig, own: Own, layer: number): Mixer {
  const { hidden_size: width, rms_norm_eps: epsilon } = config;
  const kind = own.kinds[layer];
  if (kind === 'mamba') return new Mamba2({ ...own.mamba, layer, width, epsilon });
  const norm = (size: number) => new RMSNorm(size, epsilon);
  if (kind === 'attention') return new SplitAttention(config, {}, { layer, norm });
  const feedForward = (outer: number, inner: number, bias = config.mlp_bias) =>
    ungatedFeedForward(outer, inner, { ...own, bias });
  return kind === 'mlp' ? feedForward(width, config.intermediate_size) : expertsOf(config, own, feedForward);
}

function mambaOf(own: z.output<typeof schema>) {
  const { mamba_num_heads: heads, mamba_head_dim: headSize, n_groups: groups } = own;
  return {
    heads,
    headSize,
    groups,
    stateSize: own.ssm_state_size,
    kernel: own.conv_kernel,
    bias: { convolution: own.use_conv_bias, projection: own.use_bias },
    limits: [own.time_step_min, Number.POSITIVE_INFINITY],
    activation: own.mamba_hidden_act,
    normSize: (heads * headSize) / groups,
  } satisfies Partial<MambaShape>;
}

function ungatedFeedForward(
  width: number,
  inner: number,
  { bias, mlp_hidden_act: name }: { bias: boolean; mlp_hidden_act: string },
) {
  const up = { name: 'up_proj', module: new Linear(width, inner, { bias }) };
  return new PlainFeedForward([up, { name: 'down_proj', module: new Linear(inner, width, { bias }) }], name);
}

function expertsOf(
  { hidden_size: width, mlp_bias: bias }: DecoderConfig,
  own: Own,
  feedForward: (outer: number, inner: number, bias?: boolean) => Expert,
): SparseFeedForward {
  const { n_routed_experts: experts, moe_latent_size: latent } = own;
  const gate = new RouterWeight(width, experts, true);
  const scoring = { scores: 'sigmoid', best: 2 } as const;
  return new SparseFeedForward({
    width,
    experts,
    chosen: own.num_experts_per_tok,
    choose: (logits) => chooseByGroups(logits, own, scoring, gate.e_score_correction_bias?.tensor),
    router: linearRouter('gate', gate),
    parts: separateExperts(experts, () => feedForward(latent ?? width, own.moe_intermediate_size, false)),
    shared: { name: 'shared_experts', module: feedForward(width, own.moe_shared_expert_intermediate_size) },
    around:
      typeof latent !== 'number'
        ? undefined
        : {
            before: { name: 'fc1_latent_proj', module: new Linear(width, latent, { bias }) },
            after: { name: 'fc2_latent_proj', module: new Linear(latent, width, { bias }) },
          },
  });
}
