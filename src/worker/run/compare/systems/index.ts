import { defineRegistry } from '../../../../base/registry.ts';
import type { SystemSource } from '../comparing.ts';

/** Where the systems of a comparison come from. */
export const systemSources = defineRegistry<SystemSource, 'model' | 'cheap'>('source of systems', 'E_UNKNOWN_SYSTEM', {
  model: () => import('./model.ts'),
  cheap: () => import('./cheap.ts'),
});
