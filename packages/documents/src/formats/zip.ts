import { posix } from 'node:path';
import { noSpace } from '@attune/files/write-failure';
import { Unreadable } from '../outcome.ts';
import { buffer } from 'node:stream/consumers';
import type { Entry, FileInput, Reader, ReadContext } from '../reader.ts';
import { Resumption, unpackEntry, usableName } from './archive/unpack.ts';
import { UnpackBudget } from './archive/unpack-budget.ts';
import { entryName, isZip, openEntry, openZip } from './archive/zip-file.ts';

/** File type of a link in the upper half of a Unix entry's attributes. */
const LINK = 0xa000;

async function* unpack(input: FileInput, context: ReadContext): AsyncGenerator<Entry> {
  const zip = await openZip(input.path);
  const budget = new UnpackBudget(input.bytes, context);
  const resumption = new Resumption(context);
  const others = new Map<string, Promise<Buffer | undefined>>();
  try {
    for await (const entry of zip.eachEntry()) {
      budget.takeEntry();
      const written = entryName(entry);
      if (written.endsWith('/')) continue;
      const name = usableName(written, context);
      if (name === undefined || resumption.passes(name)) continue;
      if (((entry.externalFileAttributes >>> 16) & 0xf000) === LINK) context.notes.add('links, not followed', name);
      else if (entry.isEncrypted()) context.notes.add('entries that need a password', name);
      else {
        for await (const file of unpacked(name, () => openEntry(zip, entry), { context, budget })) {
          const beside = (other: string): Promise<Buffer | undefined> => {
            const place = posix.join(posix.dirname(name), other);
            if (!others.has(place)) others.set(place, entryOf(input.path, place));
            return others.get(place)!;
          };
          yield { ...file, beside };
        }
      }
    }
  } catch (error) {
    if (error instanceof Unreadable || noSpace(error) !== undefined) throw error;
    throw new Unreadable('broken', (error as Error).message);
  } finally {
    zip.close();
  }
}

const MOST_BESIDE = 64 * 2 ** 20;

/** One entry's bytes, read through a separate handle; undefined if it cannot be read. */
async function entryOf(path: string, name: string): Promise<Buffer | undefined> {
  const zip = await openZip(path);
  try {
    for await (const entry of zip.eachEntry()) {
      if (entryName(entry) !== name) continue;
      return entry.uncompressedSize > MOST_BESIDE ? undefined : await buffer(await openEntry(zip, entry));
    }
  } catch {
    // Reported when the entry itself is read.
  } finally {
    zip.close();
  }
  return undefined;
}

/** A damaged entry does not affect the others; a bomb does. */
async function* unpacked(
  name: string,
  open: () => ReturnType<typeof openEntry>,
  unpacking: { context: ReadContext; budget: UnpackBudget },
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

/** Zip archives; Office files and e-books are recognised first. */
export const zip: Reader = { endings: ['zip'], isBinary: true, recognise: isZip, unpack };
