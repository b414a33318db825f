import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/cli/command-line.ts';

const before = process.cwd();
let folder: string;
beforeAll(async () => {
  // Loads the command's modules first: on a busy machine that exceeds a test's time limit.
  await import('../../../src/app/serve/serve.ts');
  folder = mkdtempSync(join(tmpdir(), 'attune-serve-command-'));
  process.chdir(folder);
}, 120_000);
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true, force: true });
});

async function attune(...argv: string[]) {
  let [stdout, stderr] = ['', ''];
  const surroundings = {
    stdin: {},
    stdout: { write: (text: string) => ((stdout += text), true) },
    stderr: { write: (text: string) => ((stderr += text), true) },
    env: {},
  };
  return { code: await runCommandLine(argv, surroundings), stdout, stderr };
}

describe('attune keys create', () => {
  it('prints a key once and keeps its hash, beside those of others', async () => {
    const one = await attune(
      'keys',
      'create',
      'website',
      '--file',
      'keys.yaml',
      '--model',
      'a',
      '--model',
      'b',
      '--json',
    );
    const { name, key } = JSON.parse(one.stdout) as { name: string; key: string };
    expect([name, key]).toEqual(['website', expect.stringMatching(/^sk-attune-[\w-]{43}$/)]);
    expect((await attune('keys', 'create', 'admin', '--file', 'keys.yaml', '--admin')).code).toBe(0);
    const stored = readFileSync('keys.yaml', 'utf8');
    expect(stored).toMatch(/name: website\n {4}sha256: [0-9a-f]{64}\n {4}models:\n {6}- a\n {6}- b\n {2}- name: admin/);
    expect(stored).not.toContain(key);
    expect(statSync('keys.yaml').mode & 0o777).toBe(0o600);
    expect(await attune('keys', 'create', 'admin', '--file', 'keys.yaml')).toMatchObject({ code: 1 });
    expect(await attune('keys', 'create', 'more')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--file') as unknown,
    });
  });
});

describe('attune serve', () => {
  const cases: [argv: string[], ...words: string[]][] = [
    [['serve'], 'E_SERVE_EMPTY', 'attune serve attune-base'],
    [['serve', 'nothing-here'], 'E_MODEL_MISSING', 'nothing-here'],
    [['serve', 'attune-base', 'attune-base'], 'E_SERVE_NAMES', '--alias'],
    [['serve', 'attune-base', '--host', '0.0.0.0'], 'E_SERVE_OPEN', 'attune keys create'],
    [['serve', 'attune-base', '--port', 'x'], 'E_USAGE', '--port'],
    [['serve', 'attune-base', '--port', '99999'], 'E_SERVE_SETTINGS', 'port'],
    [['serve', 'attune-base', '--alias', 'x'], 'E_USAGE', 'NAME=MODEL'],
    [['serve', '--config', 'serve.yaml'], 'prot', 'did you mean port?', 'refuse, warn or ignore'],
    [['serve', 'attune-base', '--api-keys', 'none.yaml'], 'E_API_KEYS', 'none.yaml'],
    [['serve', 'attune-base', '--api-keys', 'bad.yaml'], 'E_API_KEYS', 'sha256'],
    [['serve', 'attune-base', '--tls-cert', 'a'], 'E_USAGE', '--tls-key'],
    [['serve', 'attune-base', '--unsupported', 'maybe'], 'E_SERVE_SETTINGS', 'unsupported'],
    [['serve', 'attune-base', '--memory', 'much'], 'E_SERVE_SETTINGS', 'memory'],
    [['serve', 'attune-base', '--prot', '1'], 'E_USAGE', '--port'],
  ];

  it.each(cases)('refuses %j in words', async (argv, ...words) => {
    writeFileSync('serve.yaml', 'models: [attune-base]\nprot: 8000\nunsupported: maybe\n');
    writeFileSync('bad.yaml', 'keys: [{ name: a, key: plain }]\n');
    const { code, stdout, stderr } = await attune(...argv);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    for (const word of words) expect(stderr).toContain(word);
  });
});
