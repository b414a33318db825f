import { calculate, isTrue } from './operators.ts';
import { isFailure, notSupported, TemplateFailure, typeError, valueError } from './errors.ts';
import { filter } from './filter.ts';
import {
  exactDecimal,
  normalInt,
  parseFloatText,
  parseInt10,
  roundFloat,
  toDouble,
  toIndex,
  truncateFloat,
} from './numbers.ts';
import { undefinedError } from './comparison.ts';
import { asInt, asText, Float, typeName, Undefined, type Value, type Runtime } from './values.ts';

export const numberFilters = [
  filter('abs', [], (input) => {
    if (input instanceof Undefined) throw undefinedError(input);
    if (input instanceof Float) return new Float(Math.abs(input.value));
    const int = asInt(input);
    if (int === undefined) throw typeError(`bad operand type for abs(): '${typeName(input)}'`);
    return int < 0 ? -int : int;
  }),
  filter(
    'int',
    [
      ['default', 0],
      ['base', 10],
    ],
    (input, [fallback, base], runtime) => {
      return firstThatWorks([() => toInt(input, toIndex(base), runtime), () => intOfFloat(input, runtime)], fallback);
    },
  ),
  filter('float', [['default', new Float(0)]], (input, [fallback], runtime) => {
    return firstThatWorks([() => new Float(toFloat(input, runtime))], fallback);
  }),
  filter(
    'round',
    [
      ['precision', 0],
      ['method', 'common'],
    ],
    round,
  ),
  filter('filesizeformat', [['binary', false]], (input, [binary], runtime) => fileSize(input, isTrue(binary), runtime)),
];

function firstThatWorks(attempts: (() => Value)[], fallback: Value): Value {
  for (const attempt of attempts) {
    try {
      return attempt();
    } catch (error) {
      if (!isFailure(error, 'TypeError', 'ValueError', 'OverflowError')) throw error;
      if (isFailure(error, 'OverflowError') && attempts.length === 1) throw error;
    }
  }
  return fallback;
}

function toInt(value: Value, base: number, runtime: Runtime): Value {
  if (value instanceof Undefined) throw undefinedError(value);
  const text = asText(value);
  if (text !== undefined) {
    runtime.budget.chargeText(text.length * 4);
    return parseInt10(text, base);
  }
  if (value instanceof Float) {
    // int(inf) raises an error that the filter does not catch initially.
    if (!Number.isFinite(value.value) && !Number.isNaN(value.value))
      throw new TemplateFailure('ZeroDivisionError', 'cannot convert float infinity to integer');
    return truncateFloat(value.value);
  }
  const int = asInt(value);
  if (int === undefined) throw typeError(`int() argument must be a string or a number, not '${typeName(value)}'`);
  return int;
}

/** "42.23"|int gives 42. */
function intOfFloat(value: Value, runtime: Runtime): Value {
  return truncateFloat(toFloat(value, runtime));
}

function toFloat(value: Value, { budget }: Runtime): number {
  if (value instanceof Undefined) throw undefinedError(value);
  const text = asText(value);
  if (text === undefined) return toDouble(value);
  budget.chargeText(text.length * 4);
  return parseFloatText(text);
}

function round(input: Value, [precision, method]: Value[], runtime: Runtime): Value {
  if (!['common', 'ceil', 'floor'].includes(asText(method) ?? ''))
    throw new TemplateFailure('TemplateRuntimeError', 'method must be common, ceil or floor');
  if (input instanceof Undefined) throw undefinedError(input);
  if (method === 'common') return roundCommon(input, precision);
  const unit = calculate('**', 10, precision, runtime);
  const scaled = calculate('*', input, unit, runtime);
  const whole = scaled instanceof Float ? truncatedTowards(scaled.value, method === 'ceil') : scaled;
  return calculate('/', whole, unit, runtime);
}

function truncatedTowards(value: number, up: boolean): Value {
  return truncateFloat(up ? Math.ceil(value) : Math.floor(value));
}

function roundCommon(input: Value, precision: Value): Value {
  const digits = toIndex(precision);
  if (input instanceof Float) {
    const rounded = roundFloat(input.value, digits);
    if (digits < 0 && Number.isFinite(input.value)) return new Float(Number(roundInt(exactInt(input.value), digits)));
    return new Float(rounded);
  }
  const int = asInt(input);
  if (int === undefined) throw typeError(`type ${typeName(input)} doesn't define __round__ method`);
  return digits >= 0 ? int : roundInt(BigInt(int), digits);
}

function exactInt(value: number): bigint {
  if (!Number.isInteger(value)) throw notSupported('rounding the whole part of a float with a fraction');
  return BigInt(value);
}

/** Rounds half to even. */
function roundInt(value: bigint, digits: number): number | bigint {
  if (digits < -5000) return 0;
  const unit = 10n ** BigInt(-digits);
  const rest = ((value % unit) + unit) % unit;
  const low = value - rest;
  const up = rest * 2n > unit || (rest * 2n === unit && (low / unit) % 2n !== 0n);
  return normalInt(up ? low + unit : low);
}

const PREFIXES = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];

function fileSize(input: Value, binary: boolean, runtime: Runtime): Value {
  const bytes = toFloat(input, runtime);
  const base = binary ? 1024 : 1000;
  if (Number.isNaN(bytes)) throw valueError('cannot convert float NaN to integer');
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${truncateFloat(bytes)} Bytes`;
  let index = PREFIXES.findIndex((_prefix, place) => bytes < base ** (place + 2));
  if (index === -1) index = PREFIXES.length - 1;
  const prefix = binary ? `${PREFIXES[index].toUpperCase()}iB` : `${PREFIXES[index]}B`;
  return `${exactDecimal((base * bytes) / base ** (index + 2), 1)} ${prefix}`;
}
