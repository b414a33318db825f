/** Identifies the weights that a model answers with. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../files/hash.ts';

const KEPT_MILLISECONDS = 10_000;
const known = new Map<string, { version: string; until: number }>();

/**
 * Hash of a folder's file names, sizes and modification times as 12 hexadecimal digits: every training into the
 * folder gives a new version.
 */
export function versionOf(folder: string): string {
  const now = Date.now();
  const kept = known.get(folder);
  if (kept !== undefined && kept.until > now) return kept.version;
  const version = sha256(JSON.stringify(filesOf(folder))).slice(0, 12);
  known.set(folder, { version, until: now + KEPT_MILLISECONDS });
  return version;
}

function filesOf(folder: string): unknown[] {
  try {
    const names = readdirSync(folder).filter((name) => /\.(?:safetensors|gguf|json|jinja|model)$/.test(name));
    return names.toSorted().map((name) => {
      const { size, mtimeMs } = statSync(join(folder, name));
      return [name, size, mtimeMs];
    });
  } catch {
    return [folder];
  }
}
