import { isCausal, type Limits } from './architecture.ts';
import type { Model } from './model.ts';

/** Facts from a base model's configuration, available before its weights are loaded. */
export interface BaseTraits extends Limits {
  /** Whether it is a decoder, as opposed to a bidirectional encoder. */
  causal: boolean;
}

export function traitsOf({ architecture, config, limits }: Model): BaseTraits {
  return { causal: isCausal(architecture, config), ...limits };
}
