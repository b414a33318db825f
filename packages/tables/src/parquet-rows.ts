import { isUtf8 } from 'node:buffer';
import {
  asyncBufferFromFile,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type FileMetaData,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { AttuneError } from '@attune/base/errors';
import { readFailure } from '@attune/files/bytes';
import { decodeUtf8, type Defect } from '@attune/files/utf8';
import type { RawRow } from './container.ts';

/** The smallest page header: a decoder that reads more pages than fit into the file is in an endless loop. */
const LEAST_PAGE_BYTES = 8;

/**
 * Reads the rows of a Parquet file with any compression. A malicious file can make the decoder loop for ever;
 * `alive`, which reports progress, is then no longer called.
 * @throws AttuneError E_BAD_FILE
 */
export async function* parquetRows(
  path: string,
  file: string,
  alive: () => void = () => undefined,
): AsyncGenerator<RawRow, void, undefined> {
  const buffer = await asyncBufferFromFile(path).catch((error: unknown) => {
    throw readFailure(path, error);
  });
  const metadata = await parquetMetadataAsync(buffer).catch((error: unknown) => {
    throw broken(file, error);
  });
  checkColumns(metadata, file);
  let pages = buffer.byteLength / LEAST_PAGE_BYTES;
  const onPage = (): void => void (pages-- > 0 && alive());
  let rowStart = 0;
  // One row group at a time: for a part of one, the decoder would decode the whole group each time.
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const options = {
      file: buffer,
      metadata,
      rowStart,
      rowEnd,
      compressors,
      utf8: false,
      parsers: { stringFromBytes },
      onPage,
    };
    const rows = await parquetReadObjects(options).catch((error: unknown) => {
      throw broken(file, error);
    });
    for (const [index, row] of rows.entries()) yield toRow(rowStart + index + 1, row);
    rowStart = rowEnd;
  }
}

/** Rejects an inconsistent footer: with one, the decoder fails asynchronously or reports endless rows. */
function checkColumns(metadata: FileMetaData, file: string): void {
  try {
    const leaves = leafPaths(parquetSchema(metadata)).join('\n');
    for (const { columns, num_rows: rows } of metadata.row_groups) {
      const found = columns.map(({ meta_data: column }) => column!);
      const paths = found.map((column) => column.path_in_schema.join('\0')).join('\n');
      if (paths !== leaves) throw new Error('its row groups have other columns than its schema');
      const isWhole = rows >= 0n && found.every((column) => column.num_values >= rows);
      if (!isWhole) throw new Error('its row groups have fewer values than rows');
    }
  } catch (error) {
    throw broken(file, error);
  }
}

function leafPaths({ children, path }: ReturnType<typeof parquetSchema>): string[] {
  return children.length === 0 ? [path.join('\0')] : children.flatMap(leafPaths);
}

/** Marks text that is not UTF-8 until the number of its row is known. */
class InvalidText {
  readonly defect: Defect;

  constructor(defect: Defect) {
    this.defect = defect;
  }
}

function stringFromBytes(bytes: Uint8Array | undefined): unknown {
  if (!bytes) return bytes;
  const { text, defect } = decodeUtf8(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return defect === undefined ? text : new InvalidText(defect);
}

function toRow(line: number, row: Record<string, unknown>): RawRow {
  try {
    return { line, value: toJson(row) as Record<string, unknown> };
  } catch (error) {
    if (error instanceof InvalidText) return { line, defect: error.defect };
    throw error;
  }
}

/**
 * Parquet values as JSON. A struct has the same fields in each row, so a null in one represents a key that the row's
 * JSON did not have, and is left out; otherwise each tool would get the arguments of all others.
 */
function toJson(value: unknown): unknown {
  if (value instanceof InvalidText) throw value;
  if (value === null || typeof value !== 'object') return typeof value === 'bigint' ? fromBigInt(value) : value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return fromBytes(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as unknown[], toJson);
  const entries = Object.entries(value).filter(([, field]) => field !== null && field !== undefined);
  return Object.fromEntries(entries.map(([name, field]) => [name, toJson(field)]));
}

/** Bytes that are not declared as text, as old writers leave them: text if they are valid UTF-8, else base64. */
function fromBytes(value: Uint8Array): string {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'base64');
}

/** An integer that a JavaScript number cannot hold exactly becomes text rather than a different number. */
function fromBigInt(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}

function broken(file: string, error: unknown): AttuneError {
  return new AttuneError('E_BAD_FILE', {
    what: `${file} cannot be read as Parquet`,
    got: (error as Error).message,
    fix: 'the file may be cut off: fetch or write it again',
    cause: error,
  });
}
