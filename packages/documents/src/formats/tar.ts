import { withFeature } from '@attune/base/optional-packages';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { Unreadable } from '../outcome.ts';
import type { Entry, FileInput, Reader, ReadContext } from '../reader.ts';
import { Resumption, unpackEntry, usableName } from './archive/unpack.ts';
import { UnpackBudget } from './archive/unpack-budget.ts';

async function* unpack(input: FileInput, context: ReadContext): AsyncGenerator<Entry> {
  const { extract } = await withFeature('documents', () => import('tar-stream'));
  const budget = new UnpackBudget(input.bytes, context);
  const resumption = new Resumption(context);
  const archive = extract();
  const source = createReadStream(input.path).on('error', (error) => archive.destroy(error));
  source.pipe(archive);
  try {
    for await (const entry of archive) {
      budget.takeEntry();
      const { type, name: written } = entry.header;
      const name = type === 'directory' ? undefined : usableName(written, context);
      const isFile = type === 'file' || type === 'contiguous-file';
      if (name !== undefined && !isFile)
        context.notes.add(type === 'symlink' || type === 'link' ? 'links, not followed' : 'special entries', name);
      const content = Readable.from(entry);
      if (name !== undefined && isFile && !resumption.passes(name))
        yield await unpackEntry(name, content, { context, budget });
      else for await (const chunk of content) budget.take((chunk as Buffer).length);
    }
  } catch (error) {
    throw error instanceof Unreadable ? error : new Unreadable('broken', (error as Error).message);
  } finally {
    source.destroy();
    archive.destroy();
  }
}

/** Tar archives. A gzip around them is unpacked first, as a compressed single file. */
export const tar: Reader = {
  endings: ['tar'],
  isBinary: true,
  recognise: (head) => head.length >= 512 && head.toString('latin1', 257, 262) === 'ustar',
  unpack,
};
