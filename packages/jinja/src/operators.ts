import type { Budget } from './budget.ts';
import { undefinedError } from './comparison.ts';
import { TemplateFailure, TemplateLimitError, typeError } from './errors.ts';
import { escapeHtml } from './markup.ts';
import { MOST_BITS, normalInt, toDouble } from './numbers.ts';
import { percentFormat } from './percent-format.ts';
import {
  asInt,
  asText,
  Dict,
  DictView,
  Float,
  isNative,
  Lazy,
  Markup,
  Namespace,
  Range,
  Tuple,
  typeName,
  Undefined,
  type Value,
  type Runtime,
} from './values.ts';

type Int = number | bigint;

/** Cost in units of the budget for arithmetic on bigints. */
const LONG_INT = 40;

/** Python's arithmetic. @throws TypeError, ZeroDivisionError, OverflowError, UndefinedError */
export function calculate(operator: string, left: Value, right: Value, runtime: Runtime): Value {
  if (typeof left === 'string' && typeof right === 'string' && operator === '+') {
    runtime.budget.checkLength(left.length + right.length);
    return left + right;
  }
  // `%` formats an undefined value, which prints nothing.
  const isFormat = operator === '%' && asText(left) !== undefined;
  for (const side of isFormat ? [] : [left, right]) if (side instanceof Undefined) throw undefinedError(side);
  const [a, b] = [asInt(left), asInt(right)];
  if (a !== undefined && b !== undefined) {
    if (typeof a === 'bigint' || typeof b === 'bigint' || operator === '**') runtime.budget.charge(LONG_INT);
    return calculateInts(operator, a, b);
  }
  const isFloat = (value: Value, int: Int | undefined) => int !== undefined || value instanceof Float;
  if (isFloat(left, a) && isFloat(right, b)) return calculateFloats(operator, toDouble(left), toDouble(right));
  const result = calculateSequences(operator, [left, right], runtime);
  if (result !== undefined) return result;
  throw unsupported(operator, left, right);
}

function unsupported(operator: string, left: Value, right: Value): TemplateFailure {
  const [a, b] = [typeName(left), typeName(right)];
  if (operator === '+' && asText(left) !== undefined) return typeError(`can only concatenate str (not "${b}") to str`);
  return typeError(`unsupported operand type(s) for ${operator}: '${a}' and '${b}'`);
}

function calculateInts(operator: string, a: Int, b: Int): Value {
  if (operator === '/') return new Float(divided(toDouble(a), toDouble(b)));
  if (operator === '**') return power(a, b);
  if (typeof a === 'number' && typeof b === 'number') {
    const short = calculateNumbers(operator, a, b);
    if (Number.isSafeInteger(short)) return short + 0;
  }
  return normalInt(calculateBigInts(operator, BigInt(a), BigInt(b)));
}

function calculateNumbers(operator: string, a: number, b: number): number {
  if (operator === '+') return a + b;
  if (operator === '-') return a - b;
  if (operator === '*') return a * b;
  if (b === 0) throw new TemplateFailure('ZeroDivisionError', 'integer division or modulo by zero');
  // The quotient of two doubles can round up to an integer.
  const rest = a % b;
  const floorRest = rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
  return operator === '%' ? floorRest : (a - floorRest) / b;
}

function calculateBigInts(operator: string, a: bigint, b: bigint): bigint {
  if (operator === '+') return a + b;
  if (operator === '-') return a - b;
  if (operator === '*') return a * b;
  if (b === 0n) throw new TemplateFailure('ZeroDivisionError', 'integer division or modulo by zero');
  const rest = a % b;
  const floorRest = rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
  return operator === '%' ? floorRest : (a - floorRest) / b;
}

function power(a: Int, b: Int): Value {
  if (b < 0) return calculateFloats('**', toDouble(a), toDouble(b));
  const bits = BigInt(a).toString(2).length * Number(b);
  const isLarge = bits > 2 * MOST_BITS;
  if (isLarge && BigInt(a) ** 2n > 1n) throw new TemplateLimitError(`an int of more than ${MOST_BITS} bits`);
  // For 1, 0 and -1 only the parity of the exponent matters.
  return normalInt(BigInt(a) ** (isLarge ? (BigInt(b) % 2n) + 2n : BigInt(b)));
}

function calculateFloats(operator: string, a: number, b: number): Float {
  if (operator === '+') return new Float(a + b);
  if (operator === '-') return new Float(a - b);
  if (operator === '*') return new Float(a * b);
  if (operator === '/') return new Float(divided(a, b));
  if (operator === '**') return new Float(floatPower(a, b));
  if (b === 0) throw new TemplateFailure('ZeroDivisionError', 'float floor division or modulo by zero');
  const rest = a % b;
  const floorRest = rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
  if (operator === '%') return new Float(floorRest === 0 && b < 0 ? -0 : floorRest);
  return new Float(Math.round((a - floorRest) / b));
}

function divided(a: number, b: number): number {
  if (b === 0) throw new TemplateFailure('ZeroDivisionError', 'division by zero');
  return a / b;
}

function floatPower(a: number, b: number): number {
  if (a === 0 && b < 0) throw new TemplateFailure('ZeroDivisionError', '0.0 cannot be raised to a negative power');
  if (a < 0 && !Number.isInteger(b)) throw new TemplateFailure('NotSupported', 'a complex number is not supported');
  // Unlike in JavaScript, 1 to any power is 1.
  const result = a === 1 ? 1 : a ** b;
  if (Number.isFinite(result) || !Number.isFinite(a) || !Number.isFinite(b)) return result;
  throw new TemplateFailure('OverflowError', 'Numerical result out of range');
}

function calculateSequences(operator: string, [left, right]: [Value, Value], runtime: Runtime): Value | undefined {
  const { budget } = runtime;
  if (operator === '+') return joined(left, right, budget);
  if (operator === '*') return repeated(left, right, budget) ?? repeated(right, left, budget);
  const text = asText(left);
  if (operator === '%' && text !== undefined) return formatted(left, right, runtime);
  return undefined;
}

function formatted(left: Value, right: Value, runtime: Runtime): Value {
  if (left instanceof Markup) throw new TemplateFailure('NotSupported', 'formatting a Markup is not supported');
  return percentFormat(asText(left)!, right, runtime);
}

function joined(left: Value, right: Value, budget: Budget): Value | undefined {
  const [a, b] = [asText(left), asText(right)];
  if (a !== undefined && b !== undefined) {
    budget.checkLength(a.length + b.length);
    if (!(left instanceof Markup) && !(right instanceof Markup)) return a + b;
    return new Markup(escapeHtml(left, budget) + escapeHtml(right, budget));
  }
  if (Array.isArray(left) && Array.isArray(right)) {
    budget.charge(left.length + right.length);
    return [...left, ...right];
  }
  if (left instanceof Tuple && right instanceof Tuple) {
    budget.charge(left.items.length + right.items.length);
    return new Tuple([...left.items, ...right.items]);
  }
  return undefined;
}

function repeated(sequence: Value, times: Value, budget: Budget): Value | undefined {
  const count = asInt(times);
  if (count === undefined) return undefined;
  const times_ = Math.max(0, Math.min(Number(count), Number.MAX_SAFE_INTEGER));
  const text = asText(sequence);
  if (text !== undefined) {
    budget.checkLength(text.length * times_);
    budget.chargeText(text.length * times_);
    const result = text.repeat(text === '' ? 0 : times_);
    return sequence instanceof Markup ? new Markup(result) : result;
  }
  const items = sequence instanceof Tuple ? sequence.items : Array.isArray(sequence) ? sequence : undefined;
  if (items === undefined) return undefined;
  budget.charge(items.length * times_);
  const all = Array.from({ length: items.length * times_ }, (_, index) => items[index % items.length]);
  return sequence instanceof Tuple ? new Tuple(all) : all;
}

/** `+x` and `-x`. @throws TypeError, UndefinedError */
export function calculateUnary(operator: string, operand: Value): Value {
  if (operand instanceof Undefined) throw undefinedError(operand);
  if (operand instanceof Float) return operator === '-' ? new Float(-operand.value) : operand;
  const int = asInt(operand);
  if (int === undefined) throw typeError(`bad operand type for unary ${operator}: '${typeName(operand)}'`);
  if (operator === '+') return int;
  return typeof int === 'bigint' ? -int : 0 - int;
}

/** Python's bool(). */
export function isTrue(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  if (value === null) return false;
  if (typeof value === 'string') return value !== '';
  if (typeof value === 'number' || typeof value === 'bigint') return Boolean(value);
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Dict) return value.size > 0;
  if (value instanceof Undefined) return false;
  if (value instanceof Float) return value.value !== 0;
  if (value instanceof Tuple) return value.items.length > 0;
  if (value instanceof DictView) return value.dict.size > 0;
  if (value instanceof Range) return value.length > 0;
  if (value instanceof Lazy || value instanceof Namespace || isNative(value)) return true;
  return asText(value) !== '';
}
