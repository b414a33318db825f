import { table } from '../../base/table.ts';
import { AttuneError } from '../../base/errors.ts';
import { parseJson } from '../../files/json.ts';
import { dtypeBytes, type DType } from './dtype.ts';

/** A tensor's position in a safetensors file; offsets are relative to the end of the header. */
export interface TensorEntry {
  name: string;
  dtype: DType;
  shape: readonly number[];
  begin: number;
  end: number;
}

export interface SafetensorsHeader {
  entries: readonly TensorEntry[];
  metadata: Readonly<Record<string, string>>;
  /** Start of the data: 8 bytes of length, plus the JSON. */
  dataStart: number;
}

const MAX_HEADER_BYTES = 100_000_000;

const dtypeOfName: Record<string, DType> = {
  F64: 'f64',
  F32: 'f32',
  F16: 'f16',
  BF16: 'bf16',
  I64: 'i64',
  I32: 'i32',
  I16: 'i16',
  I8: 'i8',
  U8: 'u8',
  BOOL: 'bool',
  C64: 'c64',
  F8_E4M3: 'f8_e4m3',
  F8_E5M2: 'f8_e5m2',
};
const nameOfDtype = Object.fromEntries(Object.entries(dtypeOfName).map(([name, dtype]) => [dtype, name]));

function refuse(
  path: string,
  message: string,
  code: 'E_SAFETENSORS_BAD' | 'E_SAFETENSORS_TRUNCATED' = 'E_SAFETENSORS_BAD',
): AttuneError {
  return new AttuneError(code, {
    what: `${path} is not a valid safetensors file`,
    got: message,
    fix: 'fetch or write the file again; nothing was loaded from it',
  });
}

/** The format's types for packed numbers, which weights never have. */
const PACKED: readonly unknown[] = ['U16', 'U32', 'U64', 'F4', 'F6_E2M3', 'F6_E3M2', 'F8_E8M0'];

function refuseType(path: string, name: string, type: unknown): AttuneError {
  if (!PACKED.includes(type)) return refuse(path, `tensor "${name}" has the unknown type ${JSON.stringify(type)}`);
  return new AttuneError('E_QUANTISATION_UNSUPPORTED', {
    what: `${path} has tensors of the unsupported type ${String(type)}`,
    got: `tensor "${name}", probably packed by a quantiser such as MLX`,
    fix: 'use the model it was quantised from; its model card names it',
  });
}

/** Length of the JSON header, from the file's first eight bytes. */
export function headerLength(path: string, first: Uint8Array, fileBytes: number): number {
  if (first.byteLength < 8) throw refuse(path, `only ${first.byteLength} bytes`, 'E_SAFETENSORS_TRUNCATED');
  const length = new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES))
    throw refuse(path, `a header of ${length} bytes (at most ${MAX_HEADER_BYTES} are allowed)`);
  if (8n + length > BigInt(fileBytes)) {
    throw refuse(path, `a header of ${length} bytes in a file of ${fileBytes}`, 'E_SAFETENSORS_TRUNCATED');
  }
  return Number(length);
}

/** Validates everything in a hostile or damaged header: types, shapes, offsets, overlaps and gaps. */
export function parseHeader(path: string, json: Uint8Array, fileBytes: number): SafetensorsHeader {
  let value: unknown;
  try {
    value = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (error) {
    throw refuse(path, `the header is not JSON: ${(error as Error).message}`);
  }
  if (!isRecord(value)) throw refuse(path, 'the header is not a JSON object');
  const dataStart = 8 + json.byteLength;
  const entries: TensorEntry[] = [];
  for (const [name, entry] of Object.entries(value)) {
    if (name !== '__metadata__') entries.push(parseEntry(path, name, entry));
  }
  checkCover(path, entries, fileBytes - dataStart);
  return { entries, metadata: parseMetadata(path, value.__metadata__), dataStart };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseMetadata(path: string, value: unknown): Record<string, string> {
  if (value === undefined) return {};
  if (!isRecord(value) || Object.values(value).some((item) => typeof item !== 'string')) {
    throw refuse(path, '__metadata__ is not a table of strings');
  }
  return value as Record<string, string>;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function parseEntry(path: string, name: string, entry: unknown): TensorEntry {
  if (!isRecord(entry)) throw refuse(path, `tensor "${name}" has no entry in the header`);
  const dtype = Object.hasOwn(dtypeOfName, String(entry.dtype)) ? dtypeOfName[String(entry.dtype)] : undefined;
  if (dtype === undefined) throw refuseType(path, name, entry.dtype);
  const { shape, data_offsets: offsets } = entry;
  if (!Array.isArray(shape) || !shape.every(isCount))
    throw refuse(path, `tensor "${name}" has the shape ${JSON.stringify(shape)}`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw refuse(path, `tensor "${name}" has the offsets ${JSON.stringify(offsets)}`);
  }
  const [begin, end] = offsets as [number, number];
  const bytes = shape.reduce((product: number, size: number) => product * size, dtypeBytes[dtype]);
  if (!Number.isSafeInteger(bytes) || end - begin !== bytes) {
    throw refuse(
      path,
      `tensor "${name}" of shape [${shape.join(', ')}] needs ${bytes} bytes, its offsets give ${end - begin}`,
    );
  }
  return { name, dtype, shape: shape as number[], begin, end };
}

function checkCover(path: string, entries: TensorEntry[], dataBytes: number): void {
  let position = 0;
  for (const entry of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== position)
      throw refuse(
        path,
        `tensor "${entry.name}" starts at byte ${entry.begin}, not at ${position}: an overlap or a gap`,
      );
    position = entry.end;
  }
  if (position > dataBytes) {
    throw refuse(path, `the tensors need ${position} bytes, the file has ${dataBytes}`, 'E_SAFETENSORS_TRUNCATED');
  }
  if (position < dataBytes)
    throw refuse(path, `${dataBytes - position} bytes after the last tensor belong to no tensor`);
}

/** Lays out tensors like the reference writer (widest type first, then by name); returns the header's bytes. */
export function layOut(
  tensors: readonly { name: string; dtype: DType; shape: readonly number[] }[],
  metadata: Record<string, string>,
): { header: Uint8Array; entries: TensorEntry[] } {
  const ordered = tensors.toSorted((a, b) => rank(b.dtype) - rank(a.dtype) || (a.name < b.name ? -1 : 1));
  let position = 0;
  const entries = ordered.map(({ name, dtype, shape }) => {
    const begin = position;
    position += shape.reduce((product, size) => product * size, dtypeBytes[dtype]);
    return { name, dtype, shape, begin, end: position };
  });
  const described: Record<string, unknown> = table(Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {});
  for (const entry of entries) {
    described[entry.name] = {
      dtype: nameOfDtype[entry.dtype],
      shape: entry.shape,
      data_offsets: [entry.begin, entry.end],
    };
  }
  const json = Buffer.from(JSON.stringify(described));
  const length = Math.ceil(json.byteLength / 8) * 8;
  const header = Buffer.alloc(8 + length, ' ');
  header.writeBigUInt64LE(BigInt(length), 0);
  json.copy(header, 8);
  return { header, entries };
}

/** Type order of the reference writer: its enumeration, widest last. */
function rank(dtype: DType): number {
  return ['bool', 'u8', 'i8', 'f8_e5m2', 'f8_e4m3', 'i16', 'f16', 'bf16', 'i32', 'f32', 'c64', 'f64', 'i64'].indexOf(
    dtype,
  );
}
