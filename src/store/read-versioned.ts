import { existsSync } from 'node:fs';
import { AttuneError } from '../base/errors.ts';
import { readJson } from '../files/json.ts';

/** A versioned JSON file of a run; undefined if missing. @throws AttuneError E_RESULTS_VERSION */
export function readVersioned<Found extends { version: number }>(path: string, version: number): Found | undefined {
  if (!existsSync(path)) return undefined;
  const value = readJson<Partial<Found>>(path);
  if (value.version === version) return value as Found;
  throw new AttuneError('E_RESULTS_VERSION', {
    what: `${path} was written by another version of attune`,
    got: `version ${value.version ?? 1}`,
    expected: `version ${version}`,
    fix: 'delete the file and measure again',
  });
}
