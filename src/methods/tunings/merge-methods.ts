/** How several adapters' tensors are merged; independent of the engine. */
export interface Rule {
  /** Which entries of each tensor to keep before adding. */
  prune?: 'largest' | 'random';
  /** Drops entries whose sign is not the majority's and averages the rest (TIES, Yadav et al., 2023). */
  electsSign?: boolean;
}

export interface MergeMethod extends Rule {
  /** Operand of the rule: A and B separately, the layer's delta (B A), or A and B stacked, which needs no rule. */
  on: 'factors' | 'change' | 'stack';
}

const rules = {
  linear: {},
  ties: { prune: 'largest', electsSign: true },
  dare_linear: { prune: 'random' },
  dare_ties: { prune: 'random', electsSign: true },
  magnitude_prune: { prune: 'largest' },
} satisfies Record<string, Rule>;

/** Names of PEFT's `add_weighted_adapter`. */
export const mergeMethods = {
  linear: { on: 'factors', ...rules.linear },
  cat: { on: 'stack' },
  svd: { on: 'change', ...rules.linear },
  ties: { on: 'factors', ...rules.ties },
  dare_ties: { on: 'factors', ...rules.dare_ties },
  dare_linear: { on: 'factors', ...rules.dare_linear },
  magnitude_prune: { on: 'factors', ...rules.magnitude_prune },
  ties_svd: { on: 'change', ...rules.ties },
  dare_ties_svd: { on: 'change', ...rules.dare_ties },
  dare_linear_svd: { on: 'change', ...rules.dare_linear },
  magnitude_prune_svd: { on: 'change', ...rules.magnitude_prune },
} satisfies Record<string, MergeMethod>;

export type MergeMethodName = keyof typeof mergeMethods;
export const mergeMethodNames = Object.keys(mergeMethods) as MergeMethodName[];
