/** Values in GGUF metadata (ggml's docs/gguf.md): typed numbers, strings and flat lists of them, little-endian. */

/** Type numbers are the indices in this list. */
const TYPES = ['u8', 'i8', 'u16', 'i16', 'u32', 'i32', 'f32', 'bool', 'string', 'array', 'u64', 'i64', 'f64'] as const;

type TypeName = (typeof TYPES)[number];
export type GgufItemType = Exclude<TypeName, 'array'>;
/** 64-bit integers are numbers if exact, else bigints. */
export type GgufItem = number | bigint | boolean | string;

export type GgufValue =
  | { type: GgufItemType; value: GgufItem }
  | { type: 'array'; of: GgufItemType; value: readonly GgufItem[] };

export type GgufMetadata = ReadonlyMap<string, GgufValue>;

/** Bytes of one item; for strings, at least those of the length. */
export const itemBytes: Record<GgufItemType, number> = {
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  f32: 4,
  bool: 1,
  string: 8,
  u64: 8,
  i64: 8,
  f64: 8,
};

export function typeCode(type: TypeName): number {
  return TYPES.indexOf(type);
}

export function typeOfCode(code: number): TypeName | undefined {
  return TYPES[code];
}

type NumberType = Exclude<GgufItemType, 'string' | 'bool'>;

const writers: Record<NumberType, (bytes: Buffer, value: number | bigint) => void> = {
  u8: (bytes, value) => bytes.writeUInt8(Number(value)),
  i8: (bytes, value) => bytes.writeInt8(Number(value)),
  u16: (bytes, value) => bytes.writeUInt16LE(Number(value)),
  i16: (bytes, value) => bytes.writeInt16LE(Number(value)),
  u32: (bytes, value) => bytes.writeUInt32LE(Number(value)),
  i32: (bytes, value) => bytes.writeInt32LE(Number(value)),
  f32: (bytes, value) => bytes.writeFloatLE(Number(value)),
  u64: (bytes, value) => bytes.writeBigUInt64LE(BigInt(value)),
  i64: (bytes, value) => bytes.writeBigInt64LE(BigInt(value)),
  f64: (bytes, value) => bytes.writeDoubleLE(Number(value)),
};

const readers: Record<NumberType, (bytes: Buffer) => number | bigint> = {
  u8: (bytes) => bytes.readUInt8(),
  i8: (bytes) => bytes.readInt8(),
  u16: (bytes) => bytes.readUInt16LE(),
  i16: (bytes) => bytes.readInt16LE(),
  u32: (bytes) => bytes.readUInt32LE(),
  i32: (bytes) => bytes.readInt32LE(),
  f32: (bytes) => bytes.readFloatLE(),
  u64: (bytes) => bytes.readBigUInt64LE(),
  i64: (bytes) => bytes.readBigInt64LE(),
  f64: (bytes) => bytes.readDoubleLE(),
};

/** Encodes one item. Throws a RangeError for numbers outside the type's range. */
export function encodeItem(type: GgufItemType, value: GgufItem): Buffer {
  if (type === 'string') return encodeText(value as string);
  if (type === 'bool') return Buffer.from([value === true ? 1 : 0]);
  const bytes = Buffer.alloc(itemBytes[type]);
  writers[type](bytes, value as number | bigint);
  return bytes;
}

/** Decodes a number of the given type. */
export function decodeNumber(type: NumberType, bytes: Buffer): number | bigint {
  const value = readers[type](bytes);
  const exact = typeof value === 'bigint' && BigInt.asIntN(54, value) === value;
  return exact ? Number(value) : value;
}

/** Length in bytes as u64, then UTF-8. */
export function encodeText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([encodeItem('u64', bytes.byteLength), bytes]);
}

export function encodeValue(value: GgufValue): Buffer {
  const code = encodeItem('u32', typeCode(value.type));
  if (value.type !== 'array') return Buffer.concat([code, encodeItem(value.type, value.value)]);
  const { of, value: items } = value;
  const start = [code, encodeItem('u32', typeCode(of)), encodeItem('u64', items.length)];
  return Buffer.concat([...start, ...items.map((item) => encodeItem(of, item))]);
}
