import { AttuneError } from '../../../base/errors.ts';
import type { Example } from '../../../data/example.ts';

/** @throws AttuneError E_SHOTS_WANTED without training rows */
export function requireShots(train: readonly Example[]): void {
  if (train.length > 0) return;
  throw new AttuneError('E_SHOTS_WANTED', {
    what: 'There are no training rows to use as examples',
    fix: 'name a file: --train-data rows.jsonl',
  });
}
