import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

function stress(loads: number, environment: Record<string, string> = {}): { status: number | null; printed: unknown } {
  const child = spawnSync(process.execPath, ['tools/stress-load.mjs', '--loads', String(loads), '--json'], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  return { status: child.status, printed: JSON.parse(child.stdout) };
}

describe('the load test of the engine', () => {
  it('counts loads that end well', () => {
    expect(stress(4)).toMatchObject({ status: 0, printed: { loads: 4, crashes: 0, causes: {} } });
  });

  it('counts a process that dies by its signal, and one that fails by its exit code', () => {
    const folder = mkdtempSync(join(tmpdir(), 'attune-stress-'));
    try {
      const addon = join(folder, 'not-an-addon.node');
      writeFileSync(addon, 'no library');
      expect(stress(2, { ATTUNE_ADDON: addon })).toMatchObject({
        status: 1,
        printed: { crashes: 2, causes: { 'exit 1': 2 } },
      });
      const killer = join(folder, 'killer.mjs');
      writeFileSync(killer, "if (process.argv.includes('--child')) process.kill(process.pid, 'SIGSEGV');\n");
      const killed = stress(3, { NODE_OPTIONS: `--import ${killer}` });
      expect(killed).toMatchObject({ status: 1, printed: { crashes: 3, causes: { SIGSEGV: 3 } } });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
