import { notSupported, valueError } from './errors.ts';
import type { Budget } from './budget.ts';
import { exactDecimal } from './numbers.ts';

/** The layout of a number, shared by both of Python's ways to format. */
export interface NumberLayout {
  sign: string;
  /** `#`: prefixes such as `0x`. */
  alternate: boolean;
  precision: number | undefined;
  /** The conversion: d, x, f, … */
  kind: string;
}

/** Sign and digits of an int in the base of the conversion. */
export function formatInt(
  value: number | bigint,
  layout: NumberLayout,
  budget: Budget,
): { sign: string; digits: string } {
  const base = { x: 16, X: 16, o: 8, b: 2 }[layout.kind] ?? 10;
  let digits = (value < 0 ? -BigInt(value) : BigInt(value)).toString(base);
  if (layout.kind === 'X') digits = digits.toUpperCase();
  const least = layout.precision ?? 0;
  budget.checkLength(least);
  budget.chargeText(least);
  digits = digits.padStart(least, '0');
  if (layout.alternate && base !== 10) digits = `0${layout.kind}${digits}`;
  return { sign: signOf(value < 0, layout.sign), digits };
}

export function signOf(isNegative: boolean, sign: string): string {
  if (isNegative) return '-';
  return sign === '+' || sign === ' ' ? sign : '';
}

/** Sign and digits of a float in the notation of the conversion: e, f, g or %. */
export function formatFloat(value: number, layout: NumberLayout): { sign: string; digits: string } {
  const { kind, precision = 6, alternate } = layout;
  if (alternate) throw notSupported('the alternate form of floats');
  if (precision > 400) throw valueError('precision too big');
  const isNegative = value < 0 || Object.is(value, -0);
  const sign = signOf(isNegative, layout.sign);
  const lower = kind.toLowerCase();
  const digits = notation(Math.abs(value), lower, precision);
  return { sign, digits: kind === lower ? digits : digits.toUpperCase() };
}

function notation(value: number, kind: string, precision: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return 'inf';
  if (kind === '%') return `${exactDecimal(value * 100, precision)}%`;
  if (kind === 'f') return exactDecimal(value, precision);
  if (precision > 100) throw notSupported('a precision of more than 100 digits');
  if (kind === 'e') return exponential(value, precision);
  return general(value, Math.max(1, precision));
}

function exponential(value: number, precision: number): string {
  const [digits, exponent] = value.toExponential(precision).split('e');
  return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}

/** C's %g: fixed or exponential notation, whichever fits, without trailing zeros. */
function general(value: number, precision: number): string {
  const exponent = value === 0 ? 0 : Number(value.toExponential(precision - 1).split('e')[1]);
  const isFixed = exponent >= -4 && exponent < precision;
  if (isFixed) return withoutZeros(exactDecimal(value, precision - 1 - exponent));
  const [digits, power] = exponential(value, precision - 1).split('e');
  return `${withoutZeros(digits)}e${power}`;
}

function withoutZeros(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
}
