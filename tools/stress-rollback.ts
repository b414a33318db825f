/**
 * `npm run stress:rollback -- [--requests 1000] [--clients 8]` sends requests to a server with a canary version whose
 * answers are cut off. It fails if a request is lost, or if the canary still gets requests a second after its guard was
 * violated.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rolledBack } from '../test/system/rollback-server.ts';

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '1000' }, clients: { type: 'string', default: '8' } },
});
const folder = mkdtempSync(join(tmpdir(), 'attune-rollback-'));
try {
  const found = await rolledBack(folder, { requests: Number(values.requests), clients: Number(values.clients) });
  const { requests, lost, tried, brokenAt, milliseconds, reason } = found;
  console.log(`${requests} requests, ${lost} lost; version 2 answered ${tried}`);
  console.log(`guard broken by answer ${brokenAt}; last asked ${milliseconds?.toFixed(0)} ms later; ${reason}`);
  if (lost > 0 || milliseconds === undefined || milliseconds > 1000) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
