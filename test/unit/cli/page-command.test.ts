import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runCommandLine } from '../../../src/cli/command-line.ts';
import { showPage } from '../../../src/app/use-cases/shared/show-page.ts';
import { createTerminal } from '../../../src/app/terminal/terminal.ts';
import { writeSampleRun } from '../jobs/report/sample-run.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-page-'));
  writeSampleRun(folder);
  for (const name of ['DISPLAY', 'WAYLAND_DISPLAY']) vi.stubEnv(name, undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function capture(isTTY = false) {
  let text = '';
  return { stream: { isTTY, write: (part: string) => void (text += part) }, text: () => text };
}

async function open(...flags: string[]) {
  const [stdout, stderr] = [capture(), capture()];
  const surroundings = { stdin: {}, stdout: stdout.stream, stderr: stderr.stream, env: {} };
  const code = await runCommandLine(['runs', 'open', folder, ...flags], surroundings);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

describe('attune runs open', () => {
  test('without a terminal writes the report, says where it is, and ends', async () => {
    const { code, stdout } = await open();
    expect({ code, lines: stdout.trim().split('\n').length }).toEqual({ code: 0, lines: 1 });
    expect(stdout).toContain('report.html');
    expect(existsSync(join(folder, 'report.html'))).toBe(true);
    expect(JSON.parse((await open('--json')).stdout)).toEqual({
      folder,
      report: join(folder, 'report.html'),
      data: join(folder, 'report.json'),
    });
  });

  test('of a folder that is no run says so', async () => {
    rmSync(join(folder, 'events.jsonl'));
    expect(await open()).toMatchObject({ code: 1, stderr: expect.stringContaining('E_RUN_MISSING') });
  });
});

// On other systems a browser would open.
describe.skipIf(process.platform !== 'linux')('a page that is shown', () => {
  function showing({ open, isOptional }: { open?: boolean; isOptional?: boolean } = {}) {
    const out = capture(true);
    const end = new AbortController();
    const terminal = createTerminal(out.stream, { NO_COLOR: '1' });
    const shown = showPage({ isInteractive: true, out: terminal }, { folder, signal: end.signal, open, isOptional });
    return { shown, end: () => end.abort(), text: out.text };
  }

  test('without a display is served at the address that is told, until the signal', async () => {
    const { shown, end, text } = showing();
    await vi.waitFor(() => expect(text()).toContain('Ctrl-C'), { timeout: 10_000 });
    const url = /http:\S+/.exec(text())![0];
    expect(await (await fetch(url)).text()).toContain('<title>attune studio</title>');
    end();
    await shown;
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  test('is not served where it is only an extra, or not wanted', async () => {
    for (const { shown, text } of [showing({ isOptional: true }), showing({ open: false })]) {
      await shown;
      expect(text()).toBe('');
    }
  });
});
