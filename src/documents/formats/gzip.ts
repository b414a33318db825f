import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import type { Entry, FileInput, Reader, ReadContext } from '../reader.ts';
import { unpackEntry } from './archive/unpack.ts';
import { UnpackBudget } from './archive/unpack-budget.ts';

async function* unpack(input: FileInput, context: ReadContext): AsyncGenerator<Entry> {
  const content = createGunzip();
  createReadStream(input.path)
    .on('error', (error) => content.destroy(error))
    .pipe(content);
  yield await unpackEntry(innerName(input.name), content, { context, budget: new UnpackBudget(input.bytes, context) });
}

/** "logs.tar.gz" holds "logs.tar". */
function innerName(name: string): string {
  const base = name.split('/').at(-1)!;
  if (/\.tgz$/i.test(base)) return base.replace(/\.tgz$/i, '.tar');
  return base.replace(/\.gz$/i, '') || 'content';
}

/** One file, gzipped. */
export const gzip: Reader = {
  endings: ['gz', 'tgz'],
  isBinary: true,
  isWrapping: true,
  recognise: (head) => head[0] === 0x1f && head[1] === 0x8b && head[2] === 8,
  unpack,
};
