import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { openRegistry } from '../../../src/store/registry/index.ts';
import { openIndex } from '../../../src/store/index-database.ts';

afterEach(() => void vi.unstubAllEnvs());

it("databases in attune's own folder are their user's alone, those from before too", async () => {
  const home = mkdtempSync(join(tmpdir(), 'attune-private-'));
  vi.stubEnv('ATTUNE_HOME', home);
  const modes = () =>
    readdirSync(home).map((name) => `${name} ${(statSync(join(home, name)).mode & 0o777).toString(8)}`);
  for (const before of [0o600, 0o644]) {
    const opened = [await openRegistry(), await openIndex()];
    expect(modes().filter((mode) => !mode.endsWith(' 600'))).toEqual([]);
    for (const one of opened) await one.destroy();
    for (const name of readdirSync(home)) chmodSync(join(home, name), before);
  }
  rmSync(home, { recursive: true });
});
