import { closeSync, openSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import { writeAll, writeAtomic } from '../../files/atomic.ts';
import { readNumbers } from '../../files/number-files.ts';
import type { DType } from './dtype.ts';
import { layOut } from './safetensors-header.ts';
import { readSafetensorsHeader } from './safetensors.ts';

/** Arrays of numbers in safetensors files, read and written without libtorch. */
export type StoredArray = Float64Array | Float32Array | Int32Array;

export type StoredArrays = Readonly<Record<string, StoredArray>>;

const FORMS = { f64: Float64Array, f32: Float32Array, i32: Int32Array } as const;

function typeOf(array: StoredArray): keyof typeof FORMS {
  return array instanceof Float64Array ? 'f64' : array instanceof Float32Array ? 'f32' : 'i32';
}

/** Writes arrays to a file, atomically and byte for byte like the reference writer. */
export function writeArrays(path: string, arrays: StoredArrays): void {
  const described = Object.entries(arrays).map(([name, array]) => ({
    name,
    dtype: typeOf(array) as DType,
    shape: [array.length],
  }));
  const { header, entries } = layOut(described, { format: 'pt' });
  writeAtomic(path, (descriptor) => {
    writeAll(descriptor, header);
    for (const { name } of entries) {
      // own: a name of `arrays`
      const { buffer, byteOffset, byteLength } = arrays[name];
      writeAll(descriptor, new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength));
    }
  });
}

/** @throws AttuneError E_WEIGHTS_MISSING, E_SAFETENSORS_BAD, E_SAFETENSORS_TRUNCATED */
export function readArrays(path: string): Record<string, StoredArray> {
  const { entries, dataStart } = readSafetensorsHeader(path);
  const descriptor = openSync(path, 'r');
  try {
    return Object.fromEntries(
      entries.map(({ name, dtype, shape, begin, end }) => {
        const Form = FORMS[dtype as keyof typeof FORMS];
        if (Form === undefined || shape.length !== 1) throw foreign(path, name, dtype);
        const words = new Uint32Array((end - begin) / Uint32Array.BYTES_PER_ELEMENT);
        readNumbers(descriptor, words, dataStart + begin);
        return [name, new Form(words.buffer)];
      }),
    );
  } finally {
    closeSync(descriptor);
  }
}

function foreign(path: string, name: string, dtype: string): AttuneError {
  return new AttuneError('E_SAFETENSORS_BAD', {
    what: `${path} contains something other than arrays`,
    got: `"${name}" of type ${dtype}`,
    expected: 'arrays of f64, f32 or i32',
    fix: 'train the model again',
  });
}
