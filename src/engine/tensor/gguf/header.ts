import { dtypeBytes, type DType } from '../dtype.ts';
import { blockTypes, isBlockType, type BlockTypeName } from './block-types.ts';
import { badGguf, type HeaderCursor } from './header-cursor.ts';
import { encodeItem, encodeText, encodeValue, itemBytes, typeOfCode } from './gguf-values.ts';
import type { GgufItem, GgufItemType, GgufMetadata, GgufValue } from './gguf-values.ts';

/** Types of values and block formats. */
export type GgufType = DType | BlockTypeName;

/** Description of a tensor in a GGUF file: rows first, as everywhere here; the file stores the innermost size first. */
export interface GgufTensor {
  name: string;
  dtype: GgufType;
  shape: readonly number[];
}

export interface GgufEntry extends GgufTensor {
  /** Bytes from the start of the data. */
  begin: number;
  end: number;
}

export interface GgufHeader {
  metadata: GgufMetadata;
  entries: readonly GgufEntry[];
  /** Start of the data in the file. */
  dataStart: number;
}

const MAGIC = 'GGUF';
const VERSION = 3;
const ALIGNMENT = 32;
const ALIGNMENT_KEY = 'general.alignment';
const MAX_DIMENSIONS = 4;

/** ggml's type numbers. */
const codeOfDtype: Partial<Record<GgufType, number>> = {
  f32: 0,
  f16: 1,
  bf16: 30,
  f64: 28,
  i8: 24,
  i16: 25,
  i32: 26,
  i64: 27,
  ...Object.fromEntries(Object.entries(blockTypes).map(([name, { code }]) => [name, code])),
};
const dtypeOfCode = new Map(Object.entries(codeOfDtype).map(([name, code]) => [code, name as GgufType]));

/** Lays out tensors in the given order; returns everything that precedes the data. */
export function layOutGguf(
  metadata: GgufMetadata,
  tensors: readonly GgufTensor[],
): { header: Buffer; entries: GgufEntry[]; dataBytes: number } {
  const parts = [Buffer.from(MAGIC), encodeItem('u32', VERSION)];
  parts.push(encodeItem('u64', tensors.length), encodeItem('u64', metadata.size));
  for (const [key, value] of metadata) parts.push(encodeText(key), encodeValue(value));
  let position = 0;
  const entries = tensors.map((tensor): GgufEntry => {
    const begin = position;
    const end = begin + bytesOf(tensor);
    position = aligned(end, ALIGNMENT);
    parts.push(describe(tensor, begin));
    return { ...tensor, begin, end };
  });
  const length = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  parts.push(Buffer.alloc(aligned(length, ALIGNMENT) - length));
  return { header: Buffer.concat(parts), entries, dataBytes: position };
}

function describe({ name, dtype, shape }: GgufTensor, begin: number): Buffer {
  const code = codeOfDtype[dtype];
  if (code === undefined) throw new Error(`GGUF has no type for ${dtype} ("${name}")`);
  const sizes = shape.toReversed().map((size) => encodeItem('u64', size));
  const dimensions = encodeItem('u32', shape.length);
  return Buffer.concat([encodeText(name), dimensions, ...sizes, encodeItem('u32', code), encodeItem('u64', begin)]);
}

function bytesOf({ dtype, shape }: GgufTensor): number {
  if (isBlockType(dtype)) {
    const { bytes, values } = blockTypes[dtype];
    return shape.reduce((product, size) => product * size, bytes / values);
  }
  return shape.reduce((product, size) => product * size, dtypeBytes[dtype]);
}

function aligned(position: number, alignment: number): number {
  return Math.ceil(position / alignment) * alignment;
}

/** Validates everything in a hostile or damaged header: counts, lengths, types, names and tensor positions. */
export function parseGguf(path: string, cursor: HeaderCursor): GgufHeader {
  const magic = cursor.take(4, 'the magic').toString('latin1');
  if (magic !== MAGIC) throw badGguf(path, `it starts with ${JSON.stringify(magic)}, not "GGUF"`);
  const version = Number(cursor.number('u32', 'the version'));
  if (version !== VERSION) throw badGguf(path, `version ${version}; only version ${VERSION} is supported`);
  const tensorCount = cursor.count(32, 'tensors');
  const valueCount = cursor.count(13, 'values');
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < valueCount; i++) {
    const key = cursor.text('a key');
    if (metadata.has(key)) throw badGguf(path, `the key "${key}" appears twice`);
    metadata.set(key, readValue(path, cursor, key));
  }
  const alignment = alignmentOf(path, metadata);
  const entries = Array.from({ length: tensorCount }, () => readEntry(path, cursor));
  const dataStart = aligned(cursor.position, alignment);
  checkPlaces(path, entries, { alignment, room: cursor.fileBytes - dataStart });
  return { metadata, entries, dataStart };
}

function readValue(path: string, cursor: HeaderCursor, key: string): GgufValue {
  const type = typeAt(path, cursor, key);
  if (type !== 'array') return { type, value: readItem(path, cursor, { type, key }) };
  const of = typeAt(path, cursor, key);
  if (of === 'array') throw badGguf(path, `"${key}" is a list of lists, which is not supported`);
  const length = cursor.count(itemBytes[of], `items of "${key}"`);
  return { type, of, value: Array.from({ length }, () => readItem(path, cursor, { type: of, key })) };
}

function typeAt(path: string, cursor: HeaderCursor, key: string): GgufItemType | 'array' {
  const code = Number(cursor.number('u32', `the type of "${key}"`));
  const type = typeOfCode(code);
  if (type === undefined) throw badGguf(path, `"${key}" has the unknown type ${code}`);
  return type;
}

function readItem(path: string, cursor: HeaderCursor, { type, key }: { type: GgufItemType; key: string }): GgufItem {
  if (type === 'string') return cursor.text(`"${key}"`);
  if (type !== 'bool') return cursor.number(type, `"${key}"`);
  const [byte] = cursor.take(1, `"${key}"`);
  if (byte > 1) throw badGguf(path, `"${key}" is neither true nor false: ${byte}`);
  return byte === 1;
}

function alignmentOf(path: string, metadata: GgufMetadata): number {
  const value = metadata.get(ALIGNMENT_KEY)?.value ?? ALIGNMENT;
  if (typeof value === 'number' && value >= 8 && value <= 1 << 20 && value % 8 === 0) return value;
  throw badGguf(path, `an alignment of ${String(value)} bytes is not supported`);
}

function readEntry(path: string, cursor: HeaderCursor): GgufEntry {
  const name = cursor.text("a tensor's name");
  const what = `tensor "${name}"`;
  const dimensions = Number(cursor.number('u32', `the dimensions of ${what}`));
  if (dimensions < 1 || dimensions > MAX_DIMENSIONS) throw badGguf(path, `${what} has ${dimensions} dimensions`);
  const sizes = Array.from({ length: dimensions }, () => Number(cursor.number('u64', `the shape of ${what}`)));
  const code = Number(cursor.number('u32', `the type of ${what}`));
  const dtype = dtypeOfCode.get(code);
  if (dtype === undefined) throw badGguf(path, `${what} has ggml type ${code}, an unsupported quantisation`);
  if (isBlockType(dtype) && sizes[0] % blockTypes[dtype].values !== 0)
    throw badGguf(path, `${what} in ${dtype} has rows of ${sizes[0]} values, which do not fill whole blocks`);
  const begin = Number(cursor.number('u64', `the offset of ${what}`));
  const tensor = { name, dtype, shape: sizes.toReversed() };
  const end = begin + bytesOf(tensor);
  if (!sizes.every(Number.isSafeInteger) || !Number.isSafeInteger(end)) {
    throw badGguf(path, `${what} of shape [${tensor.shape.join(', ')}] at byte ${begin} is too large`);
  }
  return { ...tensor, begin, end };
}

/** Tensors must be contiguous at aligned positions, as ggml requires, so they cannot overlap. */
function checkPlaces(
  path: string,
  entries: readonly GgufEntry[],
  { alignment, room }: { alignment: number; room: number },
): void {
  const names = new Set<string>();
  let [expected, last] = [0, 0];
  for (const { name, begin, end } of entries) {
    if (names.has(name)) throw badGguf(path, `the tensor "${name}" appears twice`);
    names.add(name);
    if (begin !== expected) throw badGguf(path, `tensor "${name}" starts at byte ${begin}, expected ${expected}`);
    if (end > room) throw badGguf(path, `tensor "${name}" ends ${end - room} bytes after the end of the file`);
    last = end;
    expected = aligned(end, alignment);
  }
  if (entries.length > 0 && room - last >= alignment) {
    throw badGguf(path, `${room - last} bytes after the last tensor belong to no tensor`);
  }
}
