import { methodTable, type UpdateMethod } from '../../train/method.ts';

const table = {
  adamw: () => import('./adamw.options.ts'),
  adafactor: () => import('./adafactor.options.ts'),
  ademamix: () => import('./ademamix.options.ts'),
  lion: () => import('./lion.options.ts'),
  muon: () => import('./muon.options.ts'),
};

export type UpdateTable = typeof table;

export const updates = methodTable<UpdateMethod, UpdateTable>('optimizer', 'E_UNKNOWN_OPTIMIZER', table);
