import { inflateSync } from 'node:zlib';
import type { Block, Document, PackageFile } from '../document.ts';
import { paragraphsOf } from './plain-text.ts';

const STRING_VECTOR = 16;
const CHARACTER_STRING = 9;
const NA_LENGTH = 0xffffffff;

/**
 * Books stored as character vectors, one line per element, in an R package's lazy-load file (`Rdata.rdb`): records of a
 * big-endian size and a zlib stream, each a value in R's XDR serialisation. Reads plain strings only, and runs no code.
 */
export function* extractRBooks(files: readonly PackageFile[]): Generator<Document> {
  for (const file of files) {
    let book = 0;
    for (const record of readRecords(file.read())) {
      const lines = readStringVector(record);
      if (lines !== undefined && lines.length > 100)
        yield { id: `${file.path}#book${book++}`, blocks: bookBlocks(lines) };
    }
  }
}

function* readRecords(data: Buffer): Generator<Buffer> {
  for (let position = 0; position + 4 < data.length;) {
    // zlib reports how many bytes it consumed, so the index file is not needed.
    const inflated = inflateSync(data.subarray(position + 4), { info: true }) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    yield inflated.buffer;
    position += 4 + inflated.engine.bytesWritten;
  }
}

/** The lines of a serialised character vector; undefined for other values. */
function readStringVector(record: Buffer): string[] | undefined {
  if (record.toString('latin1', 0, 2) !== 'X\n') return undefined;
  let position = 14;
  if (record.readUInt32BE(2) === 3) position += 4 + record.readUInt32BE(14);
  if ((record.readUInt32BE(position) & 0xff) !== STRING_VECTOR) return undefined;
  const count = record.readUInt32BE(position + 4);
  position += 8;
  const lines: string[] = [];
  for (let i = 0; i < count; i++) {
    if ((record.readUInt32BE(position) & 0xff) !== CHARACTER_STRING) return undefined;
    const length = record.readUInt32BE(position + 4);
    position += 8;
    if (length === NA_LENGTH) continue;
    lines.push(record.toString('utf8', position, position + length));
    position += length;
  }
  return lines;
}

function bookBlocks(lines: readonly string[]): Block[] {
  return paragraphsOf(lines.join('\n')).map((block) =>
    /^(?:CHAPTER|VOLUME|Chapter) [\dIVXLC]+\.?$/.test(block.text) ? { kind: 'heading', text: block.text } : block,
  );
}
