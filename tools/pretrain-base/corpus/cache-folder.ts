import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where downloads and the finished corpus lie: `$ATTUNE_HOME/pretrain-base`, by default under ~/.cache/attune. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment.ATTUNE_HOME ?? join(homedir(), '.cache', 'attune'), 'pretrain-base');
}
