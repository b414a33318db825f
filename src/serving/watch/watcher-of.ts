import type { Watcher } from '../../monitoring/index.ts';
import { ApiError } from '../api-error.ts';
import type { ServerParts } from '../server-parts.ts';

/** @throws ApiError 404 if the server does not monitor answers */
export function watcherOf({ watcher }: ServerParts): Watcher {
  if (watcher !== undefined) return watcher;
  const message = 'This server does not monitor answers: it was started with --no-monitor.';
  throw new ApiError(404, { message, code: 'not_monitored' });
}
