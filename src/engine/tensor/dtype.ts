/** Element types, named as in the safetensors format, in lower case. */
export type DType =
  | 'f64'
  | 'f32'
  | 'bf16'
  | 'f16'
  | 'i64'
  | 'i32'
  | 'i16'
  | 'i8'
  | 'u8'
  | 'bool'
  | 'c64'
  | 'f8_e4m3'
  | 'f8_e5m2';

/** libtorch's `ScalarType` numbers. */
export const dtypeCode: Record<DType, number> = {
  u8: 0,
  i8: 1,
  i16: 2,
  i32: 3,
  i64: 4,
  f16: 5,
  f32: 6,
  f64: 7,
  c64: 9,
  bool: 11,
  bf16: 15,
  f8_e5m2: 23,
  f8_e4m3: 24,
};

const nameOfCode = new Map(Object.entries(dtypeCode).map(([name, code]) => [code, name as DType]));

/** attune's name of a libtorch type. Throws for unsupported ones, such as quantised types. */
export function dtypeOfCode(code: number): DType {
  const name = nameOfCode.get(code);
  if (name === undefined) throw new TypeError(`element type ${code} of libtorch has no name here`);
  return name;
}

/** Bytes of one element. */
export const dtypeBytes: Record<DType, number> = {
  f64: 8,
  f32: 4,
  bf16: 2,
  f16: 2,
  i64: 8,
  i32: 4,
  i16: 2,
  i8: 1,
  u8: 1,
  bool: 1,
  c64: 8,
  f8_e4m3: 1,
  f8_e5m2: 1,
};

/** Whether weights may have this type; eight-bit floats are codes, which need scales. */
export function isFloating(dtype: DType): boolean {
  return dtype === 'f32' || dtype === 'bf16' || dtype === 'f16' || dtype === 'f64';
}

export type NumericArray =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array
  | Uint16Array;

/** Typed array over a type's elements; bf16, f16 and eight-bit floats appear as raw bits. */
export function typedArrayOver(dtype: DType, buffer: ArrayBuffer): NumericArray {
  switch (dtype) {
    case 'f64':
      return new Float64Array(buffer);
    case 'f32':
    case 'c64':
      return new Float32Array(buffer);
    case 'i64':
      return new BigInt64Array(buffer);
    case 'i32':
      return new Int32Array(buffer);
    case 'i16':
      return new Int16Array(buffer);
    case 'i8':
      return new Int8Array(buffer);
    case 'u8':
    case 'bool':
    case 'f8_e4m3':
    case 'f8_e5m2':
      return new Uint8Array(buffer);
    case 'bf16':
    case 'f16':
      return new Uint16Array(buffer);
  }
}

/** Element type of a typed array. */
export function dtypeOfArray(array: NumericArray): DType {
  if (array instanceof Float32Array) return 'f32';
  if (array instanceof Float64Array) return 'f64';
  if (array instanceof BigInt64Array) return 'i64';
  if (array instanceof Int32Array) return 'i32';
  if (array instanceof Int16Array) return 'i16';
  if (array instanceof Int8Array) return 'i8';
  if (array instanceof Uint8Array) return 'u8';
  throw new TypeError('16-bit unsigned arrays need a dtype: bf16 or f16');
}

/** Type of sums and norms over values of a type: at least single precision. */
export function wideType(dtype: DType): 'f32' | 'f64' {
  return dtype === 'f64' ? 'f64' : 'f32';
}
