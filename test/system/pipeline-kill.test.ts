import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomUint32 } from '../../src/base/random.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-kill-'));
  for (const name of ['a', 'b', 'c']) {
    const rows = Array.from({ length: 400 }, (_, row) => {
      const words = Array.from({ length: 40 }, (_, word) => `w${randomUint32([row % 330, name, word]) % 3000}`);
      return JSON.stringify({ prompt: words.slice(0, 20).join(' '), completion: words.slice(20).join(' ') });
    });
    writeFileSync(join(folder, `${name}.jsonl`), `${rows.join('\n')}\n`);
  }
  const steps = '[{step: records}, {step: normalise}, {step: quality, least_stop_words: null}, {step: deduplicate}]';
  writeFileSync(join(folder, 'p.yaml'), `sources: [a.jsonl, b.jsonl, c.jsonl]\nsteps: ${steps}\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(home: string) {
  const words = ['data', 'pipeline', join(folder, 'p.yaml'), '--output', join(folder, `${home}-out`), '--json'];
  const child = spawn(resolve('bin/attune'), words, { env: { ...process.env, ATTUNE_HOME: join(folder, home) } });
  let out = '';
  child.stdout.on('data', (part) => (out += String(part)));
  const ended = new Promise<{ code: number | null; out: string }>((done) =>
    child.on('close', (code) => done({ code, out })),
  );
  return { child, ended };
}

it('a pipeline killed at five moments ends in the same data set, and leaves nothing half done', async () => {
  const began = Date.now();
  const whole = await start('whole').ended;
  const span = Date.now() - began;
  const { manifest } = JSON.parse(whole.out) as { manifest: { hash: string } };
  for (let kill = 0; kill < 5; kill++) {
    const { child, ended } = start('killed');
    await wait(((randomUint32([kill, 'kill']) % 1000) / 1000) * span);
    child.kill('SIGKILL');
    await ended;
  }
  const last = await start('killed').ended;
  expect(last.code, last.out).toBe(0);
  expect((JSON.parse(last.out) as { manifest: { hash: string } }).manifest.hash).toBe(manifest.hash);
  for (const name of ['manifest.json', 'README.md', 'train-00000.jsonl'])
    expect(readFileSync(join(folder, 'killed-out', name))).toEqual(readFileSync(join(folder, 'whole-out', name)));
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
}, 120_000);
