import { methodTable, type StorageMethod } from '../method.ts';

const table = {
  dense: () => import('./dense.ts'),
  nf4: () => import('./nf4.ts'),
  fp4: () => import('./fp4.ts'),
  int8_forward: () => import('./int8-forward.ts'),
  int8_switchback: () => import('./int8-switchback.ts'),
};

export type StorageTable = typeof table;
export type StorageName = keyof StorageTable;

export const storages = methodTable<StorageMethod, StorageTable>('storage', 'E_UNKNOWN_STORAGE', table);
