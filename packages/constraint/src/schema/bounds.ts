/** Joint bounds of several schemas on a number, a length or a count. */
import { greatest, smallest } from '@attune/base/many';
import { given, type Conjunction } from './alternatives.ts';
import type { SchemaObject } from './keywords.ts';

export interface NumberBounds {
  low: number;
  isLowExcluded: boolean;
  high: number;
  isHighExcluded: boolean;
}

export function numberBounds(all: Conjunction): NumberBounds {
  const bounds = { low: -Infinity, isLowExcluded: false, high: Infinity, isHighExcluded: false };
  const raise = (low: number, isExcluded: boolean): void => {
    if (low > bounds.low || (low === bounds.low && isExcluded))
      Object.assign(bounds, { low, isLowExcluded: isExcluded });
  };
  const lower = (high: number, isExcluded: boolean): void => {
    if (high < bounds.high || (high === bounds.high && isExcluded))
      Object.assign(bounds, { high, isHighExcluded: isExcluded });
  };
  for (const { schema } of all) {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema as SchemaObject;
    if (typeof minimum === 'number') raise(minimum, exclusiveMinimum === true);
    if (typeof maximum === 'number') lower(maximum, exclusiveMaximum === true);
    if (typeof exclusiveMinimum === 'number') raise(exclusiveMinimum, true);
    if (typeof exclusiveMaximum === 'number') lower(exclusiveMaximum, true);
  }
  return bounds;
}

export interface CountBounds {
  least: number;
  most: number;
}

/** The highest value of one keyword and the lowest of another: `minItems` and `maxItems`. */
export function countBounds(all: Conjunction, least: string, most: string): CountBounds {
  return { least: greatest(given<number>(all, least), 0), most: smallest(given<number>(all, most), Infinity) };
}
