/** Locates an adapter's base model on this machine. */
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { isOwnBase, modelFolder, pulledFolder } from './base-model.ts';
import { RESULT_NOTES, type ResultNotesFile } from './result-notes.ts';

/** The folder of an adapter's base model. @throws E_BASE_UNKNOWN, E_BASE_MISSING, E_MODEL_MISSING */
export function baseFolderOf(notes: ResultNotesFile | undefined, named: string | undefined, folder: string): string {
  const recorded = notes === undefined ? [] : recordedBases(notes, folder);
  const name = notes?.base_model ?? named;
  if (name === undefined) {
    throw new AttuneError('E_BASE_UNKNOWN', {
      what: `The adapter in ${folder} does not name its base model`,
      expected: 'base_model_name_or_path in its adapter_config.json',
    });
  }
  const found = [...recorded, resolve(folder, '..', name)].find((path) => existsSync(join(path, 'config.json')));
  if (found !== undefined) return found;
  // The path was recorded on another machine; the name still applies.
  if (recorded.length === 0 || isOwnBase(name)) return modelFolder(name);
  const pulled = pulledFolder(name);
  if (pulled !== undefined) return pulled;
  throw new AttuneError('E_BASE_MISSING', {
    what: `The base model of ${folder} has moved or was deleted`,
    got: recorded.map((path) => `nothing in ${path}`).join(', '),
    fix: `put it back, or set base_folder in ${join(folder, RESULT_NOTES)} to its new place`,
  });
}

/** The recorded folder of the base model, and its folder if base and result have been moved together. */
function recordedBases({ base_folder, folder: written }: ResultNotesFile, folder: string): string[] {
  return [...new Set([base_folder, resolve(folder, relative(written ?? folder, base_folder))])];
}
