import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { isRunFolder, readRun } from '../../store/run-folder.ts';
import { modelFolder } from './base-model.ts';

/** Resolves a target to the folder with its weights. */
export function resultFolder(target: string): string {
  if (!isRunFolder(target)) return modelFolder(target);
  for (const name of ['adapter', 'model']) if (existsSync(join(target, name))) return resolve(target, name);
  const { status } = readRun(target);
  const fix = `attune runs resume ${target}`;
  if (status === 'finished') {
    const what = `The result of the run in ${target} is missing`;
    throw new AttuneError('E_RESULT_MISSING', { what, fix: `restore it from the last checkpoint: ${fix}` });
  }
  throw new AttuneError('E_RUN_UNFINISHED', {
    what: `The run in ${target} has no result yet`,
    got: `the run is ${status}`,
    fix: status === 'running' ? `wait for it, or follow it: attune runs attach ${target}` : `continue it: ${fix}`,
  });
}
