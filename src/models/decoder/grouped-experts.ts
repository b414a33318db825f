// N tokens, D width, E experts in G groups, k chosen per token
import { z } from 'zod';
import { Module, ModuleBuffer, Parameter } from '../../engine/nn/index.ts';
import { aten, ones, zeros, wideType, type DType, type Tensor } from '../../engine/tensor/index.ts';
import type { RawConfig } from '../raw-config.ts';
import { count } from '../config-keys.ts';
import type { DecoderConfig } from './config.ts';
import { separateExperts, SparseFeedForward, linearRouter, type Choice } from './experts.ts';
import { FeedForward, type FeedForwardPart } from './feed-forward.ts';
import { mergedExperts } from './stacked-experts.ts';

/** A router computed in f32, never adapted or quantised. */
export class RouterWeight extends Module {
  /** [E, D] */
  readonly weight: Parameter;
  /** [E]: added to the scores when choosing experts. */
  readonly e_score_correction_bias?: ModuleBuffer;

  constructor(width: number, experts: number, hasBias = false) {
    super();
    this.weight = new Parameter([experts, width]);
    if (hasBias) this.e_score_correction_bias = new ModuleBuffer([experts]);
  }

  override fixedValue(name: string, { dtype, device }: { dtype: DType; device: string }): Tensor | undefined {
    if (name === 'weight') return undefined;
    return zeros(this.e_score_correction_bias!.shape, { dtype, device });
  }

  /** x [N, D] → [N, E], in f32 or f64 */
  forward(x: Tensor): Tensor {
    const wide = wideType(x.dtype);
    return aten.linear.default(x.to(wide), this.weight.value(wide));
  }
}

/** config.json keys of grouped experts, next to shared ones that all tokens pass through. */
export const groupedKeys = {
  n_routed_experts: count,
  n_shared_experts: z.int().min(0).nullish(),
  moe_intermediate_size: count,
  num_experts_per_tok: count,
  first_k_dense_replace: z.int().min(0).default(0),
  n_group: count.nullish(),
  topk_group: count.nullish(),
  norm_topk_prob: z.boolean().nullish(),
  routed_scaling_factor: z.number().default(1),
};

export type GroupedConfig = z.output<z.ZodObject<typeof groupedKeys>>;

/** Keys that affect the choice. */
type ChoiceConfig = Pick<
  GroupedConfig,
  'n_group' | 'topk_group' | 'num_experts_per_tok' | 'norm_topk_prob' | 'routed_scaling_factor'
>;

/** Schema refinement: the chosen groups hold enough experts for every token. */
export const enoughExperts = [
  (own: ChoiceConfig & Pick<GroupedConfig, 'n_routed_experts'>): boolean => {
    const { n_routed_experts: experts, n_group: groups, topk_group: kept } = own;
    const open = groups ? Math.min(1, (kept ?? 1) / groups) : 1;
    return own.num_experts_per_tok <= experts * open;
  },
  { path: ['num_experts_per_tok'], error: 'exceeds the number of experts in the chosen groups' },
] satisfies Parameters<z.ZodType<ChoiceConfig & Pick<GroupedConfig, 'n_routed_experts'>>['refine']>;

/** Extra layers behind the last one, which predict several tokens at once in pre-training. */
export function layersBehind({ num_hidden_layers: layers }: RawConfig): RegExp[] {
  return [new RegExp(`^model\\.layers\\.(${[0, 1, 2, 3].map((i) => Number(layers) + i).join('|')})\\.`)];
}

/** How logits become scores, and how groups are ranked. */
interface Scoring {
  scores: 'sigmoid' | 'softmax';
  /** Adds a bias to the scores when choosing, but not to the weights. */
  hasBias?: boolean;
  /** A group's rank is the sum of this many of its best experts' scores. */
  best: 1 | 2;
  /** Added to the sum that weights are divided by, to avoid division by zero. */
  least?: number;
  /** Checkpoints hold the weights of all experts in one tensor. */
  isMerged?: boolean;
  /** Biases in dense layers and shared experts. */
  bias?: boolean;
}

/** The feed-forward sublayer of a layer: dense in the first layers, experts in the rest. */
export function groupedFeedForward(
  layer: number,
  config: DecoderConfig,
  own: GroupedConfig,
  scoring: Scoring,
): FeedForwardPart {
  const { hidden_size: width, intermediate_size: inner, hidden_act: activation } = config;
  const { n_routed_experts: experts, moe_intermediate_size: narrow, n_shared_experts: common } = own;
  const { bias } = scoring;
  if (layer < own.first_k_dense_replace) return new FeedForward({ width, inner, activation, bias });
  const gate = new RouterWeight(width, experts, scoring.hasBias);
  const make = () => new FeedForward({ width, inner: narrow, activation });
  return new SparseFeedForward({
    width,
    experts,
    chosen: own.num_experts_per_tok,
    choose: (logits) => chooseByGroups(logits, own, scoring, gate.e_score_correction_bias?.tensor),
    router: linearRouter('gate', gate),
    parts:
      scoring.isMerged === true
        ? mergedExperts({ experts, width, inner: narrow, activation })
        : separateExperts(experts, make),
    shared: common
      ? { name: 'shared_experts', module: new FeedForward({ width, inner: common * narrow, activation, bias }) }
      : undefined,
  });
}

/**
 * Chooses the best experts of the best groups by biased scores and weights them by the unbiased ones (DeepSeek-AI,
 * "DeepSeek-V3", 2024).
 */
export function chooseByGroups(logits: Tensor, own: ChoiceConfig, by: Scoring, bias?: Tensor): Choice {
  const scores = by.scores === 'sigmoid' ? aten.sigmoid.default(logits) : logits.softmax(-1); // [N, E]
  const ranked = bias === undefined ? scores : scores.add(bias.to(scores.dtype));
  const [, indices] = aten.topk.default(ofBestGroups(ranked, own, by.best), own.num_experts_per_tok); // [N, k]
  const top = scores.gather(1, indices);
  const shares = own.norm_topk_prob === true ? top.div(top.sum(-1, { keepdim: true }).add(by.least ?? 1e-20)) : top;
  return { indices, weights: shares.mul(own.routed_scaling_factor) };
}

/** Scores [N, E] with those outside of the best groups masked. */
function ofBestGroups(scores: Tensor, { n_group: groups, topk_group }: ChoiceConfig, best: number): Tensor {
  const kept = topk_group ?? 1;
  if (typeof groups !== 'number' || kept >= groups) return scores;
  const [N, E] = scores.shape;
  const byGroup = scores.reshape(N, groups, E / groups);
  const [highest] = aten.topk.default(byGroup, Math.min(best, E / groups)); // [N, G, best]
  const [, chosen] = aten.topk.default(highest.sum(-1), kept); // [N, kept]
  const closed = aten.scatter.value(ones([N, groups], { device: scores.device }), 1, chosen, 0).to('bool');
  const isHidden = closed.unsqueeze(2).expand(N, groups, E / groups);
  return aten.masked_fill.Scalar(byGroup, isHidden, Number.NEGATIVE_INFINITY).reshape(N, E);
}
