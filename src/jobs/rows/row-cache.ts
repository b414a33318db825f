import { isPlainObject } from '../../base/plain-object.ts';
import { parseJson } from '../../files/json.ts';
import { ContentCache, type CacheKey } from '../../files/cache.ts';
import type { Example } from '../../data/example.ts';
import { imagesIn, type ImageFile } from '../../models/text/index.ts';
import type { PreparedRow } from '../../answering/tasks/rows/prepared-rows.ts';

/** Fields of a prepared row that cannot be restored from its example. */
interface Entry extends Record<string, unknown> {
  length: number;
  hasTypes: boolean;
  /** Number of the example's images that the row keeps, from the first on. */
  images?: number;
}

/** Fields restored from the example, whose files may have moved, or stored as bytes. */
const RESTORED = new Set(['id', 'source', 'media', 'prompt', 'images', 'ids', 'trained', 'typeIds']);

/** On-disk cache of tokenised rows, keyed by a hash of everything that they depend on. */
export class RowCache {
  readonly #cache = new ContentCache();

  read(key: CacheKey, examples: readonly Example[]): PreparedRow[] | undefined {
    const data = this.#cache.read(key);
    if (data === undefined) return undefined;
    const headerBytes = new DataView(data.buffer, data.byteOffset).getUint32(0, true);
    const header = parseJson(new TextDecoder().decode(data.subarray(4, 4 + headerBytes)));
    const entries = fromBytes(header) as Entry[];
    if (entries.length !== examples.length) return undefined;
    // A copy: slices of the cached Buffer would be views with its offset.
    const body = new Uint8Array(data.subarray(4 + headerBytes));
    let offset = 0;
    const ints = (count: number): Int32Array => {
      const array = new Int32Array(body.slice(offset, offset + 4 * count).buffer);
      offset += 4 * count;
      return array;
    };
    return entries.map(({ length, hasTypes, images, ...kept }, i) => {
      const ids = ints(length);
      const typeIds = hasTypes ? ints(length) : undefined;
      const trained = body.slice(offset, offset + length);
      offset += length;
      const example = examples[i];
      const media = 'media' in example ? example.media : undefined;
      const prompt = example.kind === 'prompt' ? { prompt: example } : {};
      const seen = images === undefined ? {} : { images: imagesOf(example).slice(0, images) };
      return { id: example.id, source: example.source, ids, trained, typeIds, media, ...kept, ...prompt, ...seen };
    });
  }

  write(key: CacheKey, rows: readonly PreparedRow[]): void {
    this.#cache.write(key, encode(rows));
  }
}

const ARRAYS = { Int32Array, Uint8Array, Float32Array } as const;

/** A typed array in JSON: its type, and its bytes in base64. */
interface Written {
  typed: keyof typeof ARRAYS;
  bytes: string;
}

function withBytes(_key: string, value: unknown): unknown {
  if (!ArrayBuffer.isView(value)) return value;
  const typed = value.constructor.name;
  if (!Object.hasOwn(ARRAYS, typed)) throw new Error(`the row cache does not support ${typed}`);
  return { typed, bytes: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
}

function fromBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromBytes);
  if (!isPlainObject(value)) return value;
  if (isWritten(value)) return new ARRAYS[value.typed](Uint8Array.from(Buffer.from(value.bytes, 'base64')).buffer);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fromBytes(one)]));
}

function isWritten(value: object): value is Written {
  return 'typed' in value && 'bytes' in value && Object.hasOwn(ARRAYS, String(value.typed));
}

function imagesOf(example: Example): ImageFile[] {
  return example.kind === 'chat' ? imagesIn(example.messages) : [];
}

function* encode(rows: readonly PreparedRow[]): Generator<Uint8Array> {
  const entries = rows.map((row): Entry => {
    const { ids, typeIds, images } = row;
    const kept = Object.fromEntries(Object.entries(row).filter(([key]) => !RESTORED.has(key)));
    return { ...kept, length: ids.length, hasTypes: typeIds !== undefined, images: images?.length };
  });
  const header = new TextEncoder().encode(JSON.stringify(entries, withBytes));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, header.byteLength, true);
  yield length;
  yield header;
  for (const { ids, typeIds, trained } of rows) {
    yield new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength);
    if (typeIds !== undefined) yield new Uint8Array(typeIds.buffer, typeIds.byteOffset, typeIds.byteLength);
    yield trained;
  }
}
