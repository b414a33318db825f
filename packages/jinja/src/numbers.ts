import { notSupported, TemplateFailure, TemplateLimitError, typeError, valueError } from './errors.ts';
import { trimEnd, trimStart } from './python-space.ts';
import { asInt, Float, typeName, type Value } from './values.ts';

/** Larger ints are rejected. */
export const MOST_BITS = 1024;
export const MOST_DIGITS = 308;

/** A number if the int can be exact as one, else a bigint. */
export function normalInt(value: bigint): number | bigint {
  const short = Number(value);
  if (Number.isSafeInteger(short)) return short;
  if (value > LARGEST || value < -LARGEST) throw new TemplateLimitError(`an int of more than ${MOST_BITS} bits`);
  return value;
}

const LARGEST = 1n << BigInt(MOST_BITS);

/** The value as a JavaScript number. @throws TypeError if it is not a number, OverflowError */
export function toDouble(value: Value): number {
  if (value instanceof Float) return value.value;
  const int = asInt(value);
  if (int === undefined) throw typeError(`must be real number, not ${typeName(value)}`);
  const double = Number(int);
  if (Number.isFinite(double)) return double;
  throw new TemplateFailure('OverflowError', 'int too large to convert to float');
}

/** A small int, such as an index or a width. @throws TypeError */
export function toIndex(value: Value): number {
  const int = asInt(value);
  if (int === undefined) throw typeError(`'${typeName(value)}' object cannot be interpreted as an integer`);
  // Clamps an int that a double cannot represent exactly, which suffices for comparisons with a length.
  return typeof int === 'bigint' ? (int > 0n ? Number.MAX_SAFE_INTEGER : -Number.MAX_SAFE_INTEGER) : int;
}

/** A float as Python's repr writes it: the shortest digits, with an exponent below 1e-4 and from 1e16. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const [digits, power] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 16) {
    const signed = Object.is(value, -0) ? '-0' : String(value);
    return signed.includes('.') ? signed : `${signed}.0`;
  }
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** A float's whole part as an int. @throws ValueError, OverflowError */
export function truncateFloat(value: number): number | bigint {
  if (Number.isNaN(value)) throw valueError('cannot convert float NaN to integer');
  if (!Number.isFinite(value)) throw new TemplateFailure('OverflowError', 'cannot convert float infinity to integer');
  const whole = Math.trunc(value);
  return Number.isSafeInteger(whole) ? whole + 0 : normalInt(BigInt(whole));
}

const DIGITS = /^[+-]?\d+(?:_\d+)*$/;
const PREFIXES: Record<number, string> = { 2: '0b', 8: '0o', 16: '0x' };

/** Python's int(text, base). @throws ValueError */
export function parseInt10(text: string, base: number): number | bigint {
  const plain = trimEnd(trimStart(text));
  const invalid = valueError(`invalid literal for int() with base ${base}: '${text}'`);
  if (base === 10) {
    if (!DIGITS.test(plain)) throw invalid;
    return normalInt(signedBigInt(plain.replaceAll('_', ''), ''));
  }
  const prefix = PREFIXES[base];
  if (prefix === undefined) throw notSupported(`int() with base ${base}`);
  const match = /^([+-]?)(0[box])?_?([\da-f]+(?:_[\da-f]+)*)$/i.exec(plain);
  const digits = match?.[3].replaceAll('_', '') ?? '';
  const given = match?.[2]?.toLowerCase();
  if (match === null || (given !== undefined && given !== prefix)) throw invalid;
  if ([...digits].some((digit) => Number.isNaN(Number.parseInt(digit, base)))) throw invalid;
  return normalInt(signedBigInt(match[1] + digits, prefix));
}

function signedBigInt(text: string, prefix: string): bigint {
  if (text.length > MOST_DIGITS) throw new TemplateLimitError(`an int of more than ${MOST_DIGITS} digits`);
  const value = BigInt(prefix + text.replace(/^[+-]/, ''));
  return text.startsWith('-') ? -value : value;
}

/** Python's float(text). @throws ValueError */
export function parseFloatText(text: string): number {
  const plain = trimEnd(trimStart(text)).toLowerCase();
  if (/^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/.test(plain))
    return Number(plain.replaceAll('_', ''));
  const special = /^([+-]?)(nan|inf(?:inity)?)$/.exec(plain);
  if (special === null) throw valueError(`could not convert string to float: '${text}'`);
  const value = special[2] === 'nan' ? Number.NaN : Infinity;
  return special[1] === '-' ? -value : value;
}

/** Rounds half to even on the exact value, as Python's round does. */
export function roundFloat(value: number, digits: number): number {
  if (!Number.isFinite(value) || digits > 300) return value;
  if (digits < -308) return value * 0;
  if (digits >= 0) return roundedDecimal(value, digits);
  const unit = 10 ** -digits;
  const scaled = value / unit;
  const low = Math.floor(scaled);
  const rest = value - low * unit;
  const up = rest > unit / 2 || (rest === unit / 2 && low % 2 !== 0);
  return (up ? low + 1 : low) * unit;
}

/** A double is an integer divided by a power of two: a bigint can hold it exactly. */
function roundedDecimal(value: number, digits: number): number {
  return Number(exactDecimal(value, digits));
}

/** The value with `digits` decimals, rounded half to even on the exact value, like C's printf. */
export function exactDecimal(value: number, digits: number): string {
  const [numerator, denominator] = fractionOf(Math.abs(value));
  const scaled = numerator * 10n ** BigInt(digits);
  let whole = scaled / denominator;
  const rest = (scaled % denominator) * 2n;
  if (rest > denominator || (rest === denominator && whole % 2n === 1n)) whole += 1n;
  const text = whole.toString().padStart(digits + 1, '0');
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

function fractionOf(value: number): [numerator: bigint, denominator: bigint] {
  let scale = 0;
  let scaled = value;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    scale++;
  }
  return [BigInt(scaled), 1n << BigInt(scale)];
}
