import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensorsHeader } from '../../src/engine/tensor/safetensors.ts';

/** Checks that every file under its final name is complete, by the rules of its kind; drafts have other names. */
export function countWholeFiles(folder: string): number {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const finished = names.filter((name) => !/\.unfinished-|\.tmp$|\.preflight-/.test(name));
  const parsed = finished.filter((name) => {
    const path = join(folder, name);
    if (name.endsWith('.json')) JSON.parse(readFileSync(path, 'utf8'));
    else if (name.endsWith('.safetensors')) readSafetensorsHeader(path);
    else return false;
    return true;
  });
  return parsed.length;
}
