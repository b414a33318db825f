import { existsSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';

/** Requires a new folder for the output. @throws AttuneError E_OUTPUT_EXISTS */
export function refuseExisting(folder: string): void {
  if (!existsSync(folder)) return;
  throw new AttuneError('E_OUTPUT_EXISTS', {
    what: `${folder} already exists`,
    fix: 'choose another folder, or remove it',
  });
}
