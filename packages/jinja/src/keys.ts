import { notSupported, typeError } from './errors.ts';
import { normalInt } from './numbers.ts';
import { asText, Dict, Float, Range, Tuple, typeName, Undefined, type Key, type Value } from './values.ts';

const UNDEFINED_KEY = Symbol('undefined');

/** A value as a dictionary key, by Python's hash and equality. @throws TypeError for lists and mappings */
export function keyOf(value: Value): Key {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || value === null)
    return value;
  if (typeof value === 'boolean') return Number(value);
  const text = asText(value);
  if (text !== undefined) return text;
  if (value instanceof Float) return floatKey(value.value);
  if (value instanceof Undefined) return UNDEFINED_KEY;
  if (Array.isArray(value) || value instanceof Dict) throw typeError(`unhashable type: '${typeName(value)}'`);
  if (value instanceof Tuple || value instanceof Range) throw notSupported(`a ${typeName(value)} as a key`);
  throw notSupported(`an object of type ${typeName(value)} as a key`);
}

function floatKey(value: number): Key {
  if (Number.isNaN(value)) throw notSupported('NaN as a key');
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? normalInt(BigInt(value)) : value + 0;
}

export function lookUp(dict: Dict, key: Value): Value | undefined {
  return dict.entries.get(keyOf(key));
}

export function assign(dict: Dict, key: Value, value: Value): void {
  dict.set(keyOf(key), key, value);
}
