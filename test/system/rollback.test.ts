import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { rolledBack } from './rollback-server.ts';

// `npm run stress:rollback` sends 1,000 requests.
it('a version that breaks its guard is asked for no further second, and no request is lost', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-rollback-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const found = await rolledBack(folder, { requests: 120, clients: 4 });
  expect(found).toMatchObject({ lost: 0, champion: 1 });
  expect(found.reason).toMatch(/^guard broken: length_rate/);
  expect(found.milliseconds).toBeLessThan(1000);
});
