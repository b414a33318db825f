import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { byteWindows, fingerprint, searchFiles, textWindows, WINDOW } from '../../../src/files/find-windows.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-windows-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const SECRET = 'my parcel was lost on the way to Bern last week';

it('finds a text in any file below a folder, as plain text, in JSON, and across the pieces that are read', async () => {
  const prints = textWindows(SECRET, 2).map(fingerprint);
  mkdirSync(join(folder, 'a/b'), { recursive: true });
  writeFileSync(join(folder, 'a/b/plain.txt'), `x${SECRET}`);
  writeFileSync(join(folder, 'a/row.json'), JSON.stringify({ prompt: `"${SECRET}"\n` }));
  writeFileSync(join(folder, 'straddles.bin'), Buffer.concat([Buffer.alloc((1 << 20) - 10, 7), Buffer.from(SECRET)]));
  writeFileSync(join(folder, 'other.txt'), SECRET.toUpperCase());
  writeFileSync(join(folder, 'empty'), '');
  const { files, found } = await searchFiles([folder, join(folder, 'a'), join(folder, 'missing')], prints);
  expect(files).toBe(5);
  expect(found.map((path) => path.slice(folder.length + 1)).toSorted()).toEqual([
    'a/b/plain.txt',
    'a/row.json',
    'straddles.bin',
  ]);
});

it('finds each of many windows at any place, and nothing that only resembles one', async () => {
  const bytes = Uint8Array.from({ length: 5000 }, (_, i) => (i * i * 31 + (i >> 3)) % 251);
  for (const [i, window] of byteWindows(bytes, 40).entries()) {
    writeFileSync(join(folder, 'weights'), bytes.subarray(i));
    expect((await searchFiles([folder], [fingerprint(window)])).found).toHaveLength(1);
    const changed = Uint8Array.from(window, (byte, place) => (place === WINDOW - 1 ? byte ^ 1 : byte));
    expect((await searchFiles([folder], [fingerprint(changed)])).found).toHaveLength(0);
  }
});

it('windows lie between characters that JSON and HTML write in other ways; short texts have none', () => {
  expect(textWindows('a "quoted" <b>word</b>', 2)).toEqual([]);
  const [window] = textWindows(`short\n${SECRET} "and more"`, 1);
  expect(Buffer.from(window).toString()).toBe(SECRET.slice(0, WINDOW));
  expect(byteWindows(new Uint8Array(100), 3)).toEqual([]);
});
