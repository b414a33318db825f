import { isCausal, type Limits } from './architecture.ts';
import type { Model } from './model.ts';

/** Facts from a base model's configuration, before its weights are loaded. */
export interface BaseTraits extends Limits {
  /** A decoder, not an encoder that reads both ways. */
  causal: boolean;
}

export function traitsOf({ architecture, config, limits }: Model): BaseTraits {
  return { causal: isCausal(architecture, config), ...limits };
}
