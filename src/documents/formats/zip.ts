import { Unreadable } from '../outcome.ts';
import type { Entry, FileInput, Reader, UnpackContext } from '../reader.ts';
import { Resumption, unpackEntry, usableName } from './archive/unpack.ts';
import { UnpackBudget } from './archive/unpack-budget.ts';
import { entryName, isZip, openEntry, openZip } from './archive/zip-file.ts';

/** In the upper half of a Unix entry's attributes. */
const LINK = 0xa000;

async function* unpack(input: FileInput, context: UnpackContext): AsyncGenerator<Entry> {
  const zip = await openZip(input.path);
  const budget = new UnpackBudget(input.bytes, context);
  const resumption = new Resumption(context);
  try {
    for await (const entry of zip.eachEntry()) {
      budget.takeEntry();
      const written = entryName(entry);
      if (written.endsWith('/')) continue;
      const name = usableName(written, context);
      if (name === undefined || resumption.passes(name)) continue;
      if (((entry.externalFileAttributes >>> 16) & 0xf000) === LINK) context.notes.add('links, not followed', name);
      else if (entry.isEncrypted()) context.notes.add('entries that need a password', name);
      else yield* unpacked(name, () => openEntry(zip, entry), { context, budget });
    }
  } catch (error) {
    throw error instanceof Unreadable ? error : new Unreadable('broken', (error as Error).message);
  } finally {
    zip.close();
  }
}

/** One damaged entry does not spoil the others; a bomb does. */
async function* unpacked(
  name: string,
  open: () => ReturnType<typeof openEntry>,
  unpacking: { context: UnpackContext; budget: UnpackBudget },
): AsyncGenerator<Entry> {
  let entry: Entry;
  try {
    entry = await unpackEntry(name, await open(), unpacking);
  } catch (error) {
    if (!(error instanceof Unreadable) || error.reason === 'bomb') throw error;
    unpacking.context.notes.add('damaged entries', `${name}: ${error.message}`);
    return;
  }
  yield entry;
}

/** Zip archives; Office files and e-books are recognised before. */
export const zip: Reader = { endings: ['zip'], isBinary: true, recognise: isZip, unpack };
