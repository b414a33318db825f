import { closeSync, fstatSync, openSync } from 'node:fs';
import { AttuneError } from '../../../base/errors.ts';
import { writeAll, writeAtomic } from '../../../files/atomic.ts';
import { dtypeCode } from '../dtype.ts';
import { engine } from '../engine.ts';
import { scope } from '../scope.ts';
import { Tensor } from '../tensor.ts';
import { decodeBlocks, encodeBlocks, isBlockType } from './block-types.ts';
import { HeaderCursor } from './header-cursor.ts';
import { layOutGguf, parseGguf, type GgufHeader, type GgufTensor } from './header.ts';
import type { GgufMetadata } from './gguf-values.ts';

/** Reads and validates a file's header. @throws E_WEIGHTS_MISSING, E_GGUF_BAD */
export function readGgufHeader(path: string): GgufHeader {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    const got = (error as Error).message;
    throw new AttuneError('E_WEIGHTS_MISSING', { what: `Cannot read ${path}`, got, cause: error });
  }
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) {
      throw new AttuneError('E_WEIGHTS_MISSING', { what: `Cannot read ${path}`, got: 'it is not a file' });
    }
    return parseGguf(path, new HeaderCursor(path, descriptor, status.size));
  } finally {
    closeSync(descriptor);
  }
}

/** Memory-mapped tensors of a GGUF file (version 3), paged in on use; quantised ones are decoded to f32. */
export class GgufFile implements Disposable {
  readonly path: string;
  readonly header: GgufHeader;
  readonly #entries;
  readonly #mapping: number;

  constructor(path: string) {
    this.path = path;
    this.header = readGgufHeader(path);
    this.#entries = new Map(this.header.entries.map((entry) => [entry.name, entry]));
    this.#mapping = engine().map(path);
  }

  get names(): string[] {
    return [...this.#entries.keys()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** A tensor by name; it keeps the mapping alive. */
  get(name: string): Tensor {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new Error(`${this.path} has no tensor "${name}"`);
    const place = this.header.dataStart + entry.begin;
    const { dtype, shape } = entry;
    if (isBlockType(dtype)) {
      const bytes = new Tensor(engine().fromMapping(this.#mapping, place, [entry.end - entry.begin], dtypeCode.u8));
      return scope(() => decodeBlocks(dtype, bytes, shape));
    }
    return new Tensor(engine().fromMapping(this.#mapping, place, shape, dtypeCode[dtype]));
  }

  [Symbol.dispose](): void {
    engine().unmap(this.#mapping);
  }
}

/**
 * Writes a file atomically. Tensors are requested one at a time and must match their descriptions.
 *
 * @returns the file's size in bytes
 */
export function writeGguf(
  path: string,
  metadata: GgufMetadata,
  tensors: readonly (GgufTensor & { make: () => Tensor })[],
): number {
  const { header, entries, dataBytes } = layOutGguf(
    metadata,
    tensors.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
  );
  writeAtomic(path, (descriptor) => {
    writeAll(descriptor, header);
    for (const [i, { begin, end }] of entries.entries()) {
      scope(() => writeAll(descriptor, bytesOf(tensors[i])));
      const next = entries[i + 1]?.begin ?? dataBytes;
      if (end - begin < next - begin) writeAll(descriptor, Buffer.alloc(next - end));
    }
  });
  return header.byteLength + dataBytes;
}

function bytesOf({ name, dtype, shape, make }: GgufTensor & { make: () => Tensor }): Uint8Array {
  const made = make().detach().contiguous();
  const tensor = isBlockType(dtype) ? made.to('f32') : made;
  if ((!isBlockType(dtype) && tensor.dtype !== dtype) || tensor.shape.join() !== shape.join()) {
    throw new Error(
      `"${name}" came as ${tensor.dtype} [${tensor.shape.join(', ')}], not ${dtype} [${shape.join(', ')}]`,
    );
  }
  const data = (isBlockType(dtype) ? encodeBlocks(dtype, tensor) : tensor).data();
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}
