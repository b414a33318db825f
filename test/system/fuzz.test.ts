// The first round of `npm run fuzz`: some trials for every kind of file that attune reads, in about ten seconds.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it.skipIf(!existsSync('build/attune.node'))(
  'damaged files are refused or read, never hang, never crash',
  () => {
    const home = mkdtempSync(join(tmpdir(), 'attune-fuzz-test-'));
    try {
      const env = { ...process.env, ATTUNE_HOME: home };
      const words = ['tools/fuzz.ts', '--seconds', '1', '--seed', '20', '--json'];
      const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', env });
      const { targets } = JSON.parse(stdout) as { targets: Record<string, { trials: number; problems: string[] }> };
      expect(
        Object.values(targets).flatMap(({ problems }) => problems),
        stderr,
      ).toEqual([]);
      const tried = Object.values(targets).reduce((sum, { trials }) => sum + trials, 0);
      expect(tried).toBeGreaterThan(50);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  },
  400_000,
);
