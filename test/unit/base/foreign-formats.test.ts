// Files crafted to crash, block or exhaust the process that reads them.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Allowance } from '../../../src/base/allowance.ts';
import { runLimited } from '../../../src/base/limited-process.ts';
import { parquet } from '@attune/tables';
import { decodeImage } from '../../../src/engine/image/index.ts';
import { Tokenizer } from '../../../src/models/text/index.ts';
import { LOOPING_PARQUET } from './looping-parquet.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-foreign-test-'));
  process.env.ATTUNE_HOME = join(folder, 'home');
});
afterAll(() => {
  delete process.env.ATTUNE_HOME;
  rmSync(folder, { recursive: true, force: true });
});

describe('a Parquet file whose pages never end', () => {
  const path = (): string => {
    const place = join(folder, 'loop.parquet');
    writeFileSync(place, LOOPING_PARQUET);
    return place;
  };

  it('is an error in time, and other work goes on meanwhile', async () => {
    const entry = new URL('../../../packages/tables/src/parquet-process.ts', import.meta.url);
    const limits = { seconds: 1, memoryBytes: 2 ** 30 };
    const request = { path: path(), file: 'loop.parquet' };
    let turns = 0;
    const timer = setInterval(() => turns++, 20);
    const rows = runLimited(entry, request, { limits, rights: { reads: [request.path] } });
    await expect(rows.next()).rejects.toMatchObject({ reason: 'too-slow' });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(10);
  });

  /** Waits until a process has started its reader, or three seconds if that cannot be observed. */
  async function reading(pid: number): Promise<void> {
    for (let i = 0; i < 60 && spawnSync('pgrep', ['-P', String(pid)]).status !== 0; i++) await sleep(50);
  }

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends with %s',
    async (signal) => {
      const env = { ...process.env, NO_COLOR: '1' };
      const child = spawn(resolve('bin/attune'), ['data', 'inspect', path()], { env, stdio: 'ignore' });
      const ended = new Promise<number>((done) => child.on('close', () => done(Date.now())));
      await reading(child.pid!);
      expect(child.exitCode).toBeNull();
      const asked = Date.now();
      child.kill(signal);
      expect((await ended) - asked).toBeLessThan(3000);
    },
    60_000,
  );

  it('is not what a sound file is', async () => {
    const { parquetWriteBuffer } = await import('hyparquet-writer');
    const place = join(folder, 'sound.parquet');
    const data = Array.from({ length: 1000 }, (_, row) => `row ${row}`);
    writeFileSync(place, Buffer.from(parquetWriteBuffer({ columnData: [{ name: 'text', data }] })));
    const rows: unknown[] = [];
    for await (const row of parquet.read(place, 'sound.parquet')) rows.push(row);
    expect(rows).toEqual(data.map((text, index) => ({ line: index + 1, value: { text } })));
    await expect(parquet.read(join(folder, 'none.parquet'), 'none').next()).rejects.toMatchObject({
      code: 'E_FILE_MISSING',
    });
  });
});

describe('a tokenizer that would end its process', () => {
  const place = (name: string, change: (tokenizer: Record<string, unknown>) => unknown): string => {
    const target = join(folder, name);
    cpSync('assets/attune-base', target, { recursive: true, filter: (path) => !path.endsWith('.safetensors') });
    const tokenizer = JSON.parse(readFileSync(join(target, 'tokenizer.json'), 'utf8')) as Record<string, unknown>;
    writeFileSync(join(target, 'tokenizer.json'), JSON.stringify(change(tokenizer)));
    return target;
  };

  it('by a prefix longer than its pieces is refused, with what the library said', async () => {
    const model = {
      type: 'BPE',
      continuing_subword_prefix: '#'.repeat(10),
      vocab: { a: 0, b: 1, ab: 2 },
      merges: [['a', 'b']],
    };
    const bad = place('prefix', (whole) => ({ ...whole, added_tokens: [], model }));
    await expect(Tokenizer.load(bad)).rejects.toMatchObject({
      code: 'E_TOKENIZER_INVALID',
      got: expect.stringMatching(/range|slice|out of/),
    });
  });

  it('by a pattern that takes time without end is refused', async () => {
    const pattern = {
      type: 'Split',
      pattern: { Regex: '(?:a|a)+b|(?:\\s|\\s)+x' },
      behavior: 'Isolated',
      invert: false,
    };
    const bad = place('pattern', (whole) => ({ ...whole, pre_tokenizer: pattern }));
    await expect(Tokenizer.load(bad)).rejects.toMatchObject({ code: 'E_TOKENIZER_INVALID' });
  });

  it('is tried once, and a sound one is as it was', async () => {
    const sound = place('sound', (whole) => whole);
    const began = performance.now();
    const first = await Tokenizer.load(sound);
    const tried = performance.now();
    const again = await Tokenizer.load(sound);
    // The first one is tried in a separate process.
    expect(performance.now() - tried).toBeLessThan(tried - began);
    const own = await Tokenizer.load('assets/attune-base');
    for (const tokenizer of [first, again])
      expect(await tokenizer.encode('Hello, world!')).toEqual(await own.encode('Hello, world!'));
  });

  it('on a text that it cannot split is an error of that text', async () => {
    const tokenizer = await Tokenizer.load('assets/attune-base');
    await expect(tokenizer.encode(' '.repeat(12_000_000))).rejects.toMatchObject({ code: 'E_TEXT_UNREADABLE' });
    const long = `${'word '.repeat(20_000)}${' '.repeat(100_000)}end`;
    expect(tokenizer.decode(await tokenizer.encode(long))).toBe(long);
  }, 60_000);
});

describe('images', () => {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><filter id="f"><feGaussianBlur
    stdDeviation="99"/></filter><rect width="20" height="20" filter="url(#f)"/></svg>`;

  it('that are drawings under another name are refused', async () => {
    for (const bytes of [svg, `<?xml version="1.0"?>\n${svg}`, `\ufeff${svg}`])
      await expect(decodeImage(Buffer.from(bytes), 'photo.png')).rejects.toMatchObject({ code: 'E_IMAGE_BAD' });
  });

  it('in the formats that models are given are read as before', async () => {
    const pixels = { create: { width: 4, height: 3, channels: 3 as const, background: '#ff0000' } };
    for (const format of ['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const) {
      const bytes = await sharp(pixels).toFormat(format).toBuffer();
      expect(await decodeImage(bytes, format)).toMatchObject({ width: 4, height: 3 });
    }
  });

  it('wait for each other where they would not fit into memory together', async () => {
    const allowance = new Allowance(100);
    let [now, most] = [0, 0];
    const work = (amount: number) =>
      allowance.use(amount, async () => {
        now += amount;
        most = Math.max(most, now);
        await sleep(5);
        now -= amount;
      });
    await Promise.all([60, 60, 30, 30, 30, 10, 100].map(work));
    expect(most).toBeLessThanOrEqual(100);
    await expect(allowance.use(1000, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    await work(100);
    expect(now).toBe(0);
  });
});
