/** A range of numbers of fixed width as sequences of digit ranges: 123–456 is 12[3-9], 1[3-9]x, [23]xx, 4[0-4]x, 45[0-6]. */
import { pushAll } from '@attune/base/many';

export type DigitRange = readonly [low: number, high: number];

/**
 * @param bases number of values of each digit, most significant first
 * @returns disjoint sequences of `bases.length` ranges that together cover [low, high]
 */
export function digitRanges(low: number, high: number, bases: readonly number[]): DigitRange[][] {
  if (low > high) return [];
  if (bases.length === 1) return [[[low, high]]];
  const [, ...rest] = bases;
  const unit = rest.reduce((product, base) => product * base, 1);
  const first = Math.floor(low / unit);
  const last = Math.floor(high / unit);
  if (first === last) return within(first, digitRanges(low % unit, high % unit, rest));
  const result: DigitRange[][] = [];
  const isFirstWhole = low % unit === 0;
  const isLastWhole = high % unit === unit - 1;
  if (!isFirstWhole) pushAll(result, within(first, digitRanges(low % unit, unit - 1, rest)));
  const [from, to] = [isFirstWhole ? first : first + 1, isLastWhole ? last : last - 1];
  if (from <= to) result.push([[from, to], ...rest.map((base): DigitRange => [0, base - 1])]);
  if (!isLastWhole) pushAll(result, within(last, digitRanges(0, high % unit, rest)));
  return result;
}

function within(digit: number, sequences: readonly DigitRange[][]): DigitRange[][] {
  return sequences.map((sequence) => [[digit, digit], ...sequence]);
}
