// V vectors, D width
import { extname } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { FileDraft } from '../../files/file-draft.ts';
import { layOut } from '../../engine/tensor/safetensors-header.ts';

export const vectorFormats = ['.npy', '.jsonl', '.safetensors'] as const;

type VectorFormat = (typeof vectorFormats)[number];

/** @throws AttuneError E_USAGE for any other ending */
export function vectorFormatOf(path: string): VectorFormat {
  const ending = extname(path).toLowerCase();
  const format = vectorFormats.find((one) => one === ending);
  if (format !== undefined) return format;
  throw new AttuneError('E_USAGE', {
    what: `Vectors cannot be written to ${path}`,
    got: ending === '' ? 'a name without an extension' : `the extension ${ending}`,
    expected: `a name ending in ${vectorFormats.join(', ')}`,
  });
}

/** The column of a row's vector in JSON lines. */
export const VECTOR_COLUMN = 'vector';

/** File of rows that accompanies a file of vectors. */
export function rowsFileOf(path: string): string {
  return `${path.slice(0, -extname(path).length)}.rows.jsonl`;
}

/**
 * A file of vectors, written row by row, which appears complete at `commit` or not at all. JSON Lines contain each
 * row's columns with its vector; for other formats, a second file has the rows in the same order.
 */
export class VectorFile implements Disposable {
  readonly paths: readonly string[];
  readonly #vectors: FileDraft;
  readonly #rows: FileDraft | undefined;

  constructor(path: string, { count, width }: { count: number; width: number }) {
    const format = vectorFormatOf(path);
    this.#vectors = new FileDraft(path);
    this.#rows = format === '.jsonl' ? undefined : new FileDraft(rowsFileOf(path));
    this.paths = format === '.jsonl' ? [path] : [path, rowsFileOf(path)];
    if (format === '.npy') this.#vectors.write(numpyHeader(count, width));
    if (format === '.safetensors')
      this.#vectors.write(layOut([{ name: 'vectors', dtype: 'f32', shape: [count, width] }], { format: 'pt' }).header);
  }

  add(row: Readonly<Record<string, unknown>>, vector: Float32Array): void {
    if (this.#rows === undefined) {
      this.#vectors.write(`${JSON.stringify({ ...row, [VECTOR_COLUMN]: Array.from(vector, shortest) })}\n`);
      return;
    }
    this.#vectors.write(Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength));
    this.#rows.write(`${JSON.stringify(row)}\n`);
  }

  commit(): void {
    this.#rows?.commit();
    this.#vectors.commit();
  }

  [Symbol.dispose](): void {
    this.#vectors[Symbol.dispose]();
    this.#rows?.[Symbol.dispose]();
  }
}

/** Nine significant digits distinguish any two f32 values. */
export function shortest(value: number): number {
  return Number(value.toPrecision(9));
}

/** Header in NumPy's format 1.0: little-endian f32 in row-major order. */
function numpyHeader(count: number, width: number): Buffer {
  const description = `{'descr': '<f4', 'fortran_order': False, 'shape': (${count}, ${width}), }`;
  const start = 10;
  const length = Math.ceil((start + description.length + 1) / 64) * 64;
  const header = Buffer.alloc(length, ' ');
  header.write('\x93NUMPY\x01\x00', 'latin1');
  header.writeUInt16LE(length - start, 8);
  header.write(description, start, 'latin1');
  header.write('\n', length - 1, 'latin1');
  return header;
}
