import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { noSpace } from '@attune/files/write-failure';
import { Unreadable } from '../../outcome.ts';
import type { Entry, ReadContext } from '../../reader.ts';
import type { UnpackBudget } from './unpack-budget.ts';

/** Entries that systems put into archives for themselves. */
const SYSTEM_ENTRY = /(^|\/)(__MACOSX|\.DS_Store|\.git|node_modules|__pycache__)(\/|$)/;

/** An entry's name as it is shown; undefined, and noted, where it is not to be read. */
export function usableName(name: string, { notes }: ReadContext): string | undefined {
  const clean = name.replace(/^(\.\/)+/, '');
  const isOutside =
    clean.startsWith('/') || /^[a-z]:/i.test(clean) || clean.split('/').includes('..') || clean.includes('\0');
  if (isOutside) notes.add('entries whose names lead out of the archive', JSON.stringify(name.slice(0, 200)));
  else if (SYSTEM_ENTRY.test(clean)) notes.add('hidden entries', clean);
  else return clean;
  return undefined;
}

/**
 * Writes one entry to the one place that entries of this archive have: a name out of the archive is never a path.
 * @throws Unreadable bomb, broken
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
    // No fault of the archive's.
    if (error instanceof Unreadable || noSpace(error) !== undefined) throw error;
    throw new Unreadable('broken', (error as Error).message);
  }
  return { name, path };
}

/** Entries behind the last one that ended a reader: what stands before it has been read. */
export class Resumption {
  readonly #ended: string[];

  constructor({ skipped }: ReadContext) {
    this.#ended = [...skipped];
  }

  /** True for an entry that has been read, or cannot be. */
  passes(name: string): boolean {
    const isPast = this.#ended.length > 0;
    const at = this.#ended.indexOf(name);
    if (at !== -1) this.#ended.splice(at, 1);
    return isPast;
  }
}
