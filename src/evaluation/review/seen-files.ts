/** Length and hash of files at the time of a sign-off. */
import { existsSync, statSync } from 'node:fs';
import { sha256StartSync } from '../../files/hash.ts';

export interface SeenFile {
  bytes: number;
  sha256: string;
}

/** Describes the named files that exist. */
export function seenFiles(paths: Readonly<Record<string, string>>): Record<string, SeenFile> {
  const files = Object.entries(paths).filter(([, path]) => existsSync(path));
  return Object.fromEntries(
    files.map(([name, path]) => {
      const bytes = sizeOf(path);
      return [name, { bytes, sha256: sha256StartSync(path, bytes) }];
    }),
  );
}

export function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}
