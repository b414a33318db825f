import { isCausal, type Limits } from './architecture.ts';
import type { Model } from './model.ts';

/** What a base model's configuration says of it, before its weights are loaded. */
export interface BaseTraits extends Limits {
  /** A decoder, not an encoder that reads both ways. */
  causal: boolean;
}

export function traitsOf({ architecture, config, limits }: Model): BaseTraits {
  return { causal: isCausal(architecture, config), ...limits };
}
