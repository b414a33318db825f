import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'attune-ctrl-c-'));
/** A small model is exported in an instant. */
const AT_ONCE: readonly string[] = ['export'];
/** The work takes over a minute; a busy machine may delay the end by this much. */
const PATIENCE = 5_000;

beforeAll(() => {
  const names = ['Anna Kowalska', 'John Miller', 'Maria Rossi'];
  const row = (i: number) => ({
    text: `${names[i % 3]} of ${i} High Street writes about ${(i * 7919) % 1000} things ${(i * 104729) % 9973}. `.repeat(
      8,
    ),
    label: `class ${i % 4}`,
  });
  writeFileSync(
    join(folder, 'rows.jsonl'),
    Array.from({ length: 20_000 }, (_, i) => JSON.stringify(row(i))).join('\n'),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Starts a command and sends Ctrl-C to the whole process group, as a terminal does, once its output matches `sign`. */
function interrupt(
  words: string[],
  sign: RegExp,
): Promise<{ code: number | null; signal: string | null; told: string; ms: number }> {
  const wait = AT_ONCE.includes(words[0]) ? 0 : 300;
  const env = { ...process.env, ATTUNE_HOME: join(folder, 'home'), ATTUNE_THREADS: '1' };
  const child = spawn(resolve('bin/attune'), words, {
    cwd: folder,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [told, at] = ['', 0];
  const listen = (data: Buffer): void => {
    told += data.toString();
    if (at > 0 || !sign.test(told)) return;
    at = performance.now();
    // Interrupts the work that the line announces.
    setTimeout(() => process.kill(-child.pid!, 'SIGINT'), wait);
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  return new Promise((settle) => {
    child.on('close', (code, signal) => settle({ code, signal, told, ms: performance.now() - at - wait }));
  });
}

const hasEngine = existsSync('build/attune.node');
const cases: [string[], RegExp, boolean][] = [
  [['data', 'redact', 'rows.jsonl', '--output', 'clean.jsonl'], /redacting/, false],
  [['data', 'counterfactuals', 'rows.jsonl', '--output', 'pairs.jsonl'], /pairing/, false],
  [['data', 'groups', 'rows.jsonl'], /counting/, false],
  [['advise', 'rows.jsonl'], /reading and splitting/, false],
  [['export', 'attune-base', '--to', 'gguf', '--output-dir', 'exported'], /loading/, true],
  [['generate', 'attune-base', '--input', 'rows.jsonl', '--output', 'answers.jsonl'], /loading/, true],
  [['eval', 'attune-base', '--data', 'rows.jsonl'], /loading|reading/, true],
];

it.each(cases.filter(([, , needs]) => hasEngine || !needs))(
  'Ctrl-C ends %j soon, and leaves no half file',
  async (words, sign) => {
    const before = readdirSync(folder);
    const { code, signal, told, ms } = await interrupt(words, sign);
    // A fast machine may have finished; its output is complete then.
    const isDone = code === 0 && existsSync(join(folder, 'exported/Modelfile'));
    if (isDone) return rmSync(join(folder, 'exported'), { recursive: true });
    // Ended by the signal itself, or by the command with a message.
    const isToldOf = code === 1 && told.includes('E_STOPPED');
    expect(signal === 'SIGINT' || isToldOf, `${code} ${signal} ${told}`).toBe(true);
    expect(ms).toBeLessThan(PATIENCE);
    expect(readdirSync(folder).filter((name) => !before.includes(name) && name !== 'home')).toEqual([]);
  },
);
