import { defineRegistry } from '../../../base/registry.ts';
import type { AskingWay } from '../../../store/asking-ways.ts';
import type { WayOfAsking } from './way.ts';

/** Ways of prompting; their names and words are in `store/asking-ways.ts`. */
export const waysOfAsking = defineRegistry<WayOfAsking, AskingWay>('way of prompting', 'E_UNKNOWN_WAY', {
  prompted: () => import('./prompted.ts').then(({ way }) => way),
  few_shot: () => import('./few-shot.ts').then(({ way }) => way),
  retrieved: () => import('./retrieved.ts').then(({ way }) => way),
  searched: () => import('./searched.ts').then(({ way }) => way),
});
