import { batchKeys } from './batch.ts';
import { dataKeys } from './data.ts';
import type { ForeignKey, ForeignKeys } from './key.ts';
import { runKeys } from './run-keys.ts';
import { trainingKeys } from './training-keys.ts';
import { tuningKeys } from './tuning.ts';

export { flatBatchSize } from './batch.ts';
export type { ForeignKey, Given, Outcome } from './key.ts';
export { flatContainers } from './run-keys.ts';

/** Names of settings in other tools and in older versions of attune. Renaming a setting takes one line there. */
export const foreignKeys: ForeignKeys = { ...runKeys, ...dataKeys, ...tuningKeys, ...trainingKeys, ...batchKeys };

export function foreignKey(name: string): ForeignKey | undefined {
  return Object.hasOwn(foreignKeys, name) ? foreignKeys[name] : undefined;
}
