import { spellingOf } from '@attune/files/written-numbers';
import type { Budget } from './budget.ts';
import { TemplateFailure } from './errors.ts';
import { parseJson } from './parse-json.ts';
import { Dict, Float, JsonText, type Value } from './values.ts';

/** Converts a row's data to template values. Keys without a value are omitted. */
export function fromData(data: unknown, budget: Budget): Value {
  budget.grant(typeof data === 'string' ? data.length : 0);
  if (data === null || data === undefined) return null;
  if (typeof data === 'string' || typeof data === 'boolean' || typeof data === 'bigint') return data;
  if (typeof data === 'number') return fromNumber(data);
  if (typeof data !== 'object') return String(data);
  if (data instanceof JsonText) budget.grant(data.text.length);
  if (isValue(data)) return data;
  return budget.nested(() => {
    const read = (key: string, value: unknown): Value => {
      const spelling = typeof value === 'number' ? spellingOf(data, key, value) : undefined;
      return spelling === undefined ? fromData(value, budget) : parseJson(spelling);
    };
    if (Array.isArray(data)) return data.map((item, index) => read(String(index), item));
    const dict = new Dict();
    for (const [key, value] of Object.entries(data)) if (value !== undefined) dict.entries.set(key, read(key, value));
    return dict;
  });
}

/** Without its spelling, 1.0 is 1. An integer beyond 2^53 has been rounded, which must not go unnoticed. */
function fromNumber(number: number): Value {
  if (!Number.isInteger(number)) return new Float(number);
  if (Number.isSafeInteger(number)) return number + 0;
  throw new TemplateFailure(
    'NotSupported',
    `the number ${number} is too large to be represented exactly; give it as text`,
  );
}

/** Whether it is a template value already. */
function isValue(data: object): data is Exclude<Value, null | boolean | number | bigint | string> {
  const prototype: unknown = Object.getPrototypeOf(data);
  return prototype !== Object.prototype && prototype !== null && !Array.isArray(data);
}
