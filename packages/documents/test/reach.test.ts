// Reader processes can access the requested files and nothing else.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultProcessLimits, limitingArguments } from '@attune/base/limited-process';
import { findDocuments, readDocuments, type FileOutcome } from '../src/index.ts';

let folder: string;
let server: Server;
let requests = 0;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'attune-reach-test-'));
  for (const name of ['docs', 'more', 'private']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'docs', 'a.txt'), 'Whole.');
  writeFileSync(join(folder, 'more', 'b.md'), '# More\n\nText.');
  writeFileSync(join(folder, 'private', 'key.txt'), 'secret');
  server = createServer((_, response) => void response.end(String(++requests)));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Flags of the processes that this one has started. */
function childFlags(): string[][] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const parent = /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
      if (parent !== String(process.pid)) return [];
      return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')];
    } catch {
      return [];
    }
  });
}

describe('a process that reads documents', () => {
  it('reads the folder that it was asked for, writes to its own, and reaches nothing else', () => {
    const docs = join(folder, 'docs');
    const { port } = server.address() as AddressInfo;
    const rights = { reads: [docs, fileURLToPath(new URL('./', import.meta.url))], writes: [join(folder, 'own')] };
    const entry = fileURLToPath(new URL('./reaching.ts', import.meta.url));
    const words = [entry, docs, join(folder, 'private', 'key.txt'), `http://127.0.0.1:${port}/`];
    const { stdout, stderr } = spawnSync(process.execPath, [
      ...limitingArguments(defaultProcessLimits, rights),
      ...words,
    ]);
    expect(JSON.parse(String(stdout)), String(stderr)).toEqual({
      'a file of the folder': 'done',
      'a file elsewhere': 'refused',
      'a system file': 'refused',
      'a file written': 'refused',
      'a program': 'refused',
      fetch: 'refused',
      http: 'refused',
      dns: 'refused',
      udp: 'refused',
    });
    expect(requests).toBe(0);
  });

  it.runIf(process.platform === 'linux')('is given no more than that, for sources in several places', async () => {
    const outcomes: FileOutcome[] = [];
    const sources = ['docs', 'more/b.md', 'docs/a.txt'].map((name) => join(folder, name));
    const seen = new Set<string>();
    const onOutcome = (outcome: FileOutcome): void => void outcomes.push(outcome);
    const texts: string[] = [];
    for await (const document of readDocuments(findDocuments(sources, folder), { processes: 1, onOutcome })) {
      texts.push(document.kind);
      for (const flags of childFlags()) for (const flag of flags) if (flag.startsWith('--allow')) seen.add(flag);
    }
    expect(texts).toEqual(['text', 'text', 'text']);
    expect(outcomes.map(({ status }) => status)).toEqual(['read', 'read', 'read']);
    const reads = [...seen].filter((flag) => flag.startsWith('--allow-fs-read='));
    expect(reads).toContain(`--allow-fs-read=${join(folder, 'docs')}`);
    for (const flag of reads) expect(flag).not.toMatch(/=\*$|=\/$|private/);
    expect([...seen].filter((flag) => /net|child|addons/.test(flag))).toEqual([]);
  });
});
