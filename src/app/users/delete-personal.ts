import { rmSync } from 'node:fs';
import { purgeModel, removeStored, withRegistry } from '../../store/registry/index.ts';
import type { PersonalLoop } from './user-folders.ts';

/** Deletes a user's own model: its versions, then its files. Repeated after a crash, it finishes the rest. */
export async function deletePersonal({ name, folder }: PersonalLoop, by: string): Promise<number> {
  const versions = await withRegistry((registry) => purgeModel(registry, name, by));
  // The first version is the shared model, whose files stay.
  for (const version of versions.filter(({ version: number }) => number > 1)) await removeStored(version.stored);
  rmSync(folder, { recursive: true, force: true });
  return Math.max(0, versions.length - 1);
}
