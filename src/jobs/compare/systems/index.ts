import { defineRegistry } from '../../../base/registry.ts';
import type { SystemSource } from '../comparing.ts';
import type { SystemSpec } from './system-spec.ts';

/** Sources of the systems in a comparison. */
export const systemSources = defineRegistry<SystemSource, SystemSpec['source']>(
  'source of systems',
  'E_UNKNOWN_SYSTEM',
  {
    model: () => import('./model.ts'),
    endpoint: () => import('./endpoint.ts'),
    cheap: () => import('./cheap.ts'),
    kept: () => import('./kept.ts'),
    file: () => import('./file.ts'),
  },
);
