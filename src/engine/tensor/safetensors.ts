import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import { writeAll, writeAtomic } from '../../files/atomic.ts';
import { dtypeCode } from './dtype.ts';
import { engine } from './engine.ts';
import { headerLength, layOut, parseHeader, type SafetensorsHeader } from './safetensors-header.ts';
import { Tensor } from './tensor.ts';

/** Reads and validates a file's header. */
export function readSafetensorsHeader(path: string): SafetensorsHeader {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    throw new AttuneError('E_WEIGHTS_MISSING', {
      what: `Cannot read ${path}`,
      got: (error as Error).message,
      cause: error,
    });
  }
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile())
      throw new AttuneError('E_WEIGHTS_MISSING', { what: `Cannot read ${path}`, got: 'it is not a file' });
    const fileBytes = status.size;
    const first = Buffer.alloc(Math.min(8, fileBytes));
    readSync(descriptor, first, 0, first.byteLength, 0);
    const json = Buffer.alloc(headerLength(path, first, fileBytes));
    readSync(descriptor, json, 0, json.byteLength, 8);
    return parseHeader(path, json, fileBytes);
  } finally {
    closeSync(descriptor);
  }
}

/** Memory-mapped tensors of a safetensors file, paged in on use and never copied. */
export class SafetensorsFile implements Disposable {
  readonly path: string;
  readonly header: SafetensorsHeader;
  readonly names: readonly string[];
  readonly #entries;
  readonly #mapping: number;

  constructor(path: string) {
    this.path = path;
    this.header = readSafetensorsHeader(path);
    this.names = this.header.entries.map((entry) => entry.name);
    this.#entries = new Map(this.header.entries.map((entry) => [entry.name, entry]));
    this.#mapping = engine().map(path);
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** A tensor by name; it keeps the mapping alive. In-place changes do not affect the file. */
  get(name: string): Tensor {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new Error(`${this.path} has no tensor "${name}"`);
    const id = engine().fromMapping(
      this.#mapping,
      this.header.dataStart + entry.begin,
      entry.shape,
      dtypeCode[entry.dtype],
    );
    return new Tensor(id);
  }

  [Symbol.dispose](): void {
    engine().unmap(this.#mapping);
  }
}

/**
 * Writes tensors to a file, atomically and byte for byte like the reference writer (safetensors' Rust core).
 *
 * @returns the file's size in bytes
 */
export function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Record<string, string> = { format: 'pt' },
): number {
  const described = [...tensors].map(([name, tensor]) => ({ name, dtype: tensor.dtype, shape: tensor.shape }));
  const { header, entries } = layOut(described, metadata);
  writeAtomic(path, (descriptor) => {
    writeAll(descriptor, header);
    for (const entry of entries) {
      const data = (tensors.get(entry.name) as Tensor).detach().data();
      writeAll(descriptor, new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength));
    }
  });
  return header.byteLength + (entries.at(-1)?.end ?? 0);
}
