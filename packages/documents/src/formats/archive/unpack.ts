import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { noSpace } from '@attune/files/write-failure';
import { Unreadable } from '../../outcome.ts';
import type { Entry, ReadContext } from '../../reader.ts';
import type { UnpackBudget } from './unpack-budget.ts';

/** Entries that operating systems and tools add to archives. */
const SYSTEM_ENTRY = /(^|\/)(__MACOSX|\.DS_Store|\.git|node_modules|__pycache__)(\/|$)/;

/** Display name of an entry; undefined, with a note, if it must not be read. */
export function usableName(name: string, { notes }: ReadContext): string | undefined {
  const clean = name.replace(/^(\.\/)+/, '');
  const isOutside =
    clean.startsWith('/') || /^[a-z]:/i.test(clean) || clean.split('/').includes('..') || clean.includes('\0');
  if (isOutside) notes.add('entries with paths outside the archive', JSON.stringify(name.slice(0, 200)));
  else if (SYSTEM_ENTRY.test(clean)) notes.add('hidden entries', clean);
  else return clean;
  return undefined;
}

/**
 * Writes an entry to the archive's single scratch path: entry names are never used as paths. @throws Unreadable bomb,
 * broken
 */
export async function unpackEntry(
  name: string,
  content: Readable,
  { context, budget }: { context: ReadContext; budget: UnpackBudget },
): Promise<Entry> {
  const path = join(context.folder, 'entry');
  const counted = async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of content) {
      budget.take((chunk as Buffer).length);
      yield chunk as Buffer;
    }
  };
  try {
    await pipeline(counted, createWriteStream(path));
  } catch (error) {
    // Not a defect of the archive.
    if (error instanceof Unreadable || noSpace(error) !== undefined) throw error;
    throw new Unreadable('broken', (error as Error).message);
  }
  return { name, path };
}

/** Skips entries up to the last one that crashed a reader, since everything before it has been read. */
export class Resumption {
  readonly #ended: string[];

  constructor({ skipped }: ReadContext) {
    this.#ended = [...skipped];
  }

  /** True for an entry that has been read, or cannot be read. */
  passes(name: string): boolean {
    const isPast = this.#ended.length > 0;
    const at = this.#ended.indexOf(name);
    if (at !== -1) this.#ended.splice(at, 1);
    return isPast;
  }
}
