import type { Budget } from './budget.ts';
import { TemplateFailure, typeError } from './errors.ts';
import {
  asText,
  Dict,
  DictView,
  isNative,
  JsonText,
  Lazy,
  Range,
  Tuple,
  typeName,
  Undefined,
  type Value,
} from './values.ts';

/** Python's iter(); charges for each element. @throws TypeError */
export function iterate(value: Value, budget: Budget): Iterator<Value> {
  if (value instanceof Lazy) return value.iterator;
  return charged(elements(value, budget), budget);
}

/** All elements as a new list. */
export function toList(value: Value, budget: Budget): Value[] {
  if (Array.isArray(value)) {
    budget.charge(1 + value.length);
    return value.slice();
  }
  return [...forOf(value, budget)];
}

export function forOf(value: Value, budget: Budget): Iterable<Value> {
  const iterator = iterate(value, budget);
  // A partially consumed generator can be continued.
  return { [Symbol.iterator]: () => ({ next: () => iterator.next() }) };
}

export function isIterable(value: Value): boolean {
  return (
    Array.isArray(value) ||
    value instanceof Tuple ||
    value instanceof Dict ||
    value instanceof DictView ||
    value instanceof Range ||
    value instanceof Lazy ||
    value instanceof Undefined ||
    asText(value) !== undefined ||
    (isNative(value) && value.nativeType === 'LoopContext')
  );
}

function elements(value: Value, budget: Budget): Iterable<Value> {
  if (Array.isArray(value)) return value;
  if (value instanceof Tuple) return value.items;
  // JSON given as text iterates like a mapping.
  if (value instanceof JsonText) return value.mapping.keys();
  const text = asText(value);
  if (text !== undefined) return text;
  if (value instanceof Dict) return value.keys();
  if (value instanceof DictView) return viewed(value, budget);
  if (value instanceof Range) return numbersOf(value);
  if (value instanceof Undefined) return [];
  budget.charge(1);
  throw typeError(`'${typeName(value)}' object is not iterable`);
}

function* charged(values: Iterable<Value>, budget: Budget): Generator<Value> {
  for (const value of values) {
    budget.charge(1);
    yield value;
  }
}

function* viewed({ kind, dict }: DictView, budget: Budget): Generator<Value> {
  if (kind === 'keys') yield* dict.keys();
  else if (kind === 'values') yield* dict.entries.values();
  else {
    for (const item of dict.items()) {
      budget.charge(3);
      yield new Tuple(item);
    }
  }
}

export function* numbersOf({ start, length, step }: Range): Generator<number> {
  for (let index = 0; index < length; index++) yield start + index * step;
}

/** Python's len(); texts count characters rather than UTF-16 units. @throws TypeError */
export function lengthOf(value: Value, budget: Budget): number {
  const text = asText(value);
  if (text !== undefined) return characterCount(text, budget);
  if (Array.isArray(value)) return value.length;
  if (value instanceof Tuple) return value.items.length;
  if (value instanceof Dict) return value.size;
  if (value instanceof DictView) return value.dict.size;
  if (value instanceof Range) return value.length;
  if (value instanceof Undefined) return 0;
  if (isNative(value) && value.length !== undefined) return value.length(undefined as never);
  throw typeError(`object of type '${typeName(value)}' has no len()`);
}

const SURROGATE = /[\ud800-\udfff]/;

/** Whether every character is a single UTF-16 unit. */
export function isPlain(text: string, budget: Budget): boolean {
  budget.chargeText(text.length);
  return !SURROGATE.test(text);
}

/** The characters by code point. */
export function charactersOf(text: string, budget: Budget): string[] {
  budget.charge(text.length + 1);
  return Array.from(text);
}

function characterCount(text: string, budget: Budget): number {
  return isPlain(text, budget) ? text.length : charactersOf(text, budget).length;
}

/** Unpacks elements for a target such as `a, b`. @throws ValueError as in Python */
export function unpack(value: Value, count: number, budget: Budget): Value[] {
  const found: Value[] = [];
  for (const item of forOf(value, budget)) {
    if (found.length === count)
      throw new TemplateFailure('ValueError', `too many values to unpack (expected ${count})`);
    found.push(item);
  }
  if (found.length === count) return found;
  const got = found.length;
  throw new TemplateFailure('ValueError', `not enough values to unpack (expected ${count}, got ${got})`);
}
