/** A field of a message: a number, or bytes (a string, a nested message, a fixed-size number). */
export interface Field {
  number: number;
  value: number | Uint8Array;
}

/** Iterates over the fields of a protocol buffer message. @throws RangeError if the bytes are not one */
export function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  const cursor = { at: 0 };
  while (cursor.at < bytes.length) {
    const key = readVarint(bytes, cursor);
    yield { number: key >>> 3, value: readValue(bytes, cursor, key & 7) };
  }
}

function readValue(bytes: Uint8Array, cursor: { at: number }, wire: number): number | Uint8Array {
  if (wire === 0) return readVarint(bytes, cursor);
  const length = wire === 1 ? 8 : wire === 5 ? 4 : wire === 2 ? readVarint(bytes, cursor) : -1;
  const end = cursor.at + length;
  if (length < 0 || end > bytes.length) throw new RangeError('not a protocol buffer message');
  const value = bytes.subarray(cursor.at, end);
  cursor.at = end;
  return value;
}

/** Exact up to 2^53; larger values (negative numbers) become floats modulo 2^64. */
function readVarint(bytes: Uint8Array, cursor: { at: number }): number {
  let value = 0;
  for (let factor = 1; cursor.at < bytes.length && factor < 2 ** 70; factor *= 128) {
    const byte = bytes[cursor.at++];
    value += (byte & 127) * factor;
    if (byte < 128) return value;
  }
  throw new RangeError('not a protocol buffer message');
}

export function floatOf(value: number | Uint8Array): number {
  const bytes = value as Uint8Array;
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true);
}

export function textOf(value: number | Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(value as Uint8Array);
}
