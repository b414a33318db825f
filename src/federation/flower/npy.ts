/** NumPy's file format 1.0, limited to arrays of trained weights. */
import { AttuneError } from '../../base/errors.ts';

export interface Matrix {
  /** Any number of dimensions; row-major. */
  shape: readonly number[];
  values: Float32Array;
}

const MAGIC = Buffer.from('\x93NUMPY\x01\x00', 'latin1');
const HEADER = /^\{'descr': '([^']+)', 'fortran_order': (True|False), 'shape': \(([\d, ]*)\), \}\s*$/;

export function writeNpy({ shape, values }: Matrix): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sizes}), }`;
  // NumPy leaves room for another growth of the first axis, then aligns the values to 64 bytes.
  const growth = shape.length === 0 ? 0 : Math.max(0, 21 - String(shape[0]).length);
  const length = Math.ceil((MAGIC.length + 2 + text.length + growth + 1) / 64) * 64 - MAGIC.length - 2;
  const header = Buffer.from(`${text.padEnd(length - 1)}\n`, 'latin1');
  const size = Buffer.alloc(2);
  size.writeUInt16LE(header.length);
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return Buffer.concat([MAGIC, size, header, bytes]);
}

/** @throws AttuneError E_FEDERATED_ARRAY for anything but a little-endian f32 array in row-major order */
export function readNpy(bytes: Uint8Array): Matrix {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (data.length < 10 || !data.subarray(0, 8).equals(MAGIC)) throw badArray('bytes that are not NumPy version 1.0');
  const end = 10 + data.readUInt16LE(8);
  const header = data.subarray(10, end).toString('latin1');
  const [, kind, order, sizes] = HEADER.exec(header) ?? [];
  if (kind !== '<f4' || order !== 'False') throw badArray(header.trim().slice(0, 120));
  const shape = sizes
    .split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);
  const count = shape.reduce((product, size) => product * size, 1);
  if (data.length - end !== count * 4) throw badArray(`${data.length - end} bytes for shape [${shape.join(', ')}]`);
  const values = new Float32Array(count);
  Buffer.from(values.buffer).set(data.subarray(end));
  return { shape, values };
}

function badArray(got: string): AttuneError {
  return new AttuneError('E_FEDERATED_ARRAY', {
    what: 'An array of a message cannot be read',
    got,
    expected: "NumPy's format 1.0 with float32 values in row-major order",
  });
}
