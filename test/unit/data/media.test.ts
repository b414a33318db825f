import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { mediaOf } from '../../../src/data/media.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-media-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'a.png'), 'bytes');
writeFileSync(join(folder, 'b.png'), 'bytes');
writeFileSync(join(folder, 'empty.png'), '');

it('is the same wherever its bytes lie', () => {
  const [a, b] = ['a.png', `file://${folder}/b.png`].map((cell) => mediaOf(cell, 'image', folder));
  expect(a).toEqual({ kind: 'image', path: join(folder, 'a.png'), hash: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect(b).toEqual({ ...a, path: join(folder, 'b.png') });
  const kept = ['data:image/png;base64,Ynl0ZXM=', { bytes: Buffer.from('bytes'), path: null }].map((cell) =>
    mediaOf(cell, 'image', folder),
  );
  for (const file of kept) expect(file).toMatchObject({ hash: (a as { hash: string }).hash });
});

it('that is not there, or no file at all, is a defect of its row and never an exception', () => {
  const cells = ['gone.png', 'empty.png', '.', 'file://host/a.png', 'a\0.png', 'x'.repeat(5000), 'x/'.repeat(3000)];
  for (const cell of [...cells, 'https://example.org/a.png', 7, null, {}, { bytes: new Uint8Array() }, 'data:,x']) {
    expect(mediaOf(cell, 'image', folder), String(cell).slice(0, 40)).toHaveProperty('message');
  }
});
