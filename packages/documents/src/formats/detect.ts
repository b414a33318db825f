import { open, stat } from 'node:fs/promises';
import { Unreadable } from '../outcome.ts';
import type { FileInput, Reader } from '../reader.ts';
import { encodingOf } from '../text/decode.ts';
import { formats, type FormatName } from './index.ts';

const HEAD_BYTES = 4096;
/** Files up to this size are read once. */
const SMALL_BYTES = 1 << 16;

/** A file's size and first bytes. @throws Unreadable */
export async function lookAt(path: string, name: string): Promise<FileInput> {
  try {
    const { size } = await stat(path);
    const handle = await open(path);
    try {
      const isSmall = size <= SMALL_BYTES;
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(isSmall ? size : HEAD_BYTES), 0, undefined, 0);
      const head = buffer.subarray(0, Math.min(bytesRead, HEAD_BYTES));
      return { path, name, bytes: size, head, ...(isSmall && bytesRead === size && { content: buffer }) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new Unreadable('unreadable', (error as Error).message);
  }
}

export interface Detected {
  format: FormatName;
  reader: Reader;
  /** Format according to the name, if the content contradicts it. */
  named?: FormatName;
}

/**
 * Detects a file's format by its content, whatever its name; otherwise, for text, by its name; otherwise plain text.
 * @throws Unreadable empty, binary, unknown-format, broken
 */
export async function detectFormat(input: FileInput): Promise<Detected> {
  if (input.bytes === 0) throw new Unreadable('empty');
  const readers = await loadReaders();
  const named = namedFormat(input.name, readers);
  for (const [format, reader] of readers) {
    if ((await reader.recognise?.(input.head, input)) !== true) continue;
    return { format, reader, ...(named !== undefined && named !== format && { named }) };
  }
  if (named !== undefined && readers.get(named)!.isBinary === true) {
    throw new Unreadable('broken', `its name says ${named}, its content does not`);
  }
  await encodingOf(input.head, input.head.length === input.bytes);
  const format = named ?? 'plain-text';
  return { format, reader: readers.get(format)! };
}

let loaded: Promise<Map<FormatName, Reader>> | undefined;

/** All readers, without their libraries. */
export function loadReaders(): Promise<Map<FormatName, Reader>> {
  loaded ??= Promise.all(formats.names.map(async (name) => [name, await formats.load(name)] as const)).then(
    (entries) => new Map(entries),
  );
  return loaded;
}

/** The longest extension wins: `x.tar.gz` is a tar. */
function namedFormat(name: string, readers: ReadonlyMap<FormatName, Reader>): FormatName | undefined {
  const base = name.toLowerCase().split('/').at(-1)!;
  const found = [...readers].flatMap(([format, { endings }]) =>
    endings.filter((ending) => base.endsWith(`.${ending}`) || base === ending).map((ending) => ({ format, ending })),
  );
  return found.sort((a, b) => b.ending.length - a.ending.length)[0]?.format;
}
