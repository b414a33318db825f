import { join } from 'node:path';
import { attuneCache } from '../../../src/base/home.ts';

/** Folder of downloads and the finished corpus: `pretrain-base` in attune's cache, by default ~/.cache/attune. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(attuneCache(environment), 'pretrain-base');
}
