import { existsSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';

/** What is written goes into a folder of its own. @throws AttuneError E_OUTPUT_EXISTS */
export function refuseExisting(folder: string): void {
  if (!existsSync(folder)) return;
  throw new AttuneError('E_OUTPUT_EXISTS', {
    what: `${folder} exists already`,
    fix: 'choose another folder, or remove it',
  });
}
