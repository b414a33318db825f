import { methodTable, type UpdateMethod } from '../../train/method.ts';

const table = {
  adamw: () => import('./adamw.options.ts'),
};

export type UpdateTable = typeof table;

export const updates = methodTable<UpdateMethod, UpdateTable>('optimizer', 'E_UNKNOWN_OPTIMIZER', table);
