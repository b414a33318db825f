/**
 * JSON numbers as digits. Generated numbers have at most 15 digits, so that every JSON reader sees exactly that number
 * (doubles distinguish all decimals of 15 digits), and numbers can be compared digit by digit.
 */
import { digitRanges } from '../automaton/digit-ranges.ts';
import type { Grammar } from '../automaton/grammar.ts';
import type { NumberBounds } from './bounds.ts';

const MOST_DIGITS = 15;
const MOST_DECIMALS = 10;
const [ZERO, MINUS, POINT] = [0x30, 0x2d, 0x2e];

interface Ends {
  from: number;
  to: number;
}

/** Integers within bounds that are multiples of `step`. */
export function addIntegers(
  grammar: Grammar,
  ends: Ends,
  { bounds, step }: { bounds: NumberBounds; step: number },
): void {
  const free = freeDigits(grammar, step, ends.to);
  for (const { from, ...range } of signed(grammar, ends.from, bounds)) {
    for (let length = 1; length <= MOST_DIGITS; length++) {
      const [low, high] = unitsWithin(range, length, 0);
      for (const digits of digitRanges(low, high, tens(length))) addMultiples(grammar, { from, digits, step, free });
    }
  }
}

/**
 * Digits equal to the bound first, then one digit within a range, then arbitrary digits: from there on only their count
 * and the remainder matter.
 */
function addMultiples(
  grammar: Grammar,
  path: {
    from: number;
    digits: readonly (readonly [number, number])[];
    step: number;
    free: (left: number, remainder: number) => number;
  },
): void {
  const { digits, step, free } = path;
  let node = path.from;
  let remainder = 0;
  for (const [index, [low, high]] of digits.entries()) {
    const left = digits.length - index - 1;
    const isFixed = low === high && left > 0;
    const next = isFixed ? grammar.addNode() : -1;
    for (let digit = low; digit <= high; digit++) {
      const after = (remainder * 10 + digit) % step;
      grammar.addBytes(node, [ZERO + digit, ZERO + digit], isFixed ? next : free(left, after));
      if (isFixed) remainder = after;
    }
    if (!isFixed) return;
    node = next;
  }
}

/** Nodes from which `left` arbitrary digits complete a multiple of the step, given the remainder so far. */
function freeDigits(grammar: Grammar, step: number, to: number): (left: number, remainder: number) => number {
  const known = new Map<number, number>();
  const nodeOf = (left: number, remainder: number): number => {
    const key = left * step + remainder;
    let node = known.get(key);
    if (node !== undefined) return node;
    known.set(key, (node = grammar.addNode()));
    if (left === 0 && remainder === 0) grammar.addJump(node, to);
    if (left === 0) return node;
    if (step === 1) grammar.addBytes(node, [ZERO, ZERO + 9], nodeOf(left - 1, 0));
    else
      for (let digit = 0; digit <= 9; digit++) {
        grammar.addBytes(node, [ZERO + digit, ZERO + digit], nodeOf(left - 1, (remainder * 10 + digit) % step));
      }
    return node;
  };
  return nodeOf;
}

/** Numbers within bounds, with decimals but without an exponent. */
export function addDecimals(grammar: Grammar, ends: Ends, bounds: NumberBounds): void {
  for (const { from, ...range } of signed(grammar, ends.from, bounds)) {
    for (let whole = 1; whole <= MOST_DIGITS; whole++) {
      const decimals = Math.min(MOST_DECIMALS, MOST_DIGITS - whole);
      const [low, high] = unitsWithin(range, whole, decimals);
      for (const digits of digitRanges(low, high, tens(whole + decimals)))
        addDecimal(grammar, { from, to: ends.to, digits, whole });
    }
  }
}

/** Digits with a decimal point; trailing zeros may be omitted. */
function addDecimal(
  grammar: Grammar,
  path: Ends & { digits: readonly (readonly [number, number])[]; whole: number },
): void {
  const { digits, whole, to } = path;
  let node = path.from;
  for (const [index, [low, high]] of digits.entries()) {
    if (index === whole) {
      const after = grammar.addNode();
      grammar.addBytes(node, [POINT, POINT], after);
      node = after;
    }
    const next = grammar.addNode();
    grammar.addBytes(node, [ZERO + low, ZERO + high], next);
    if (index >= whole - 1 && digits.slice(index + 1).every(([least]) => least === 0)) grammar.addJump(next, to);
    node = next;
  }
}

/** Any number: `-?(0|[1-9]…)`, a decimal point and digits, an exponent of at most two digits (RFC 8259, section 6). */
export function addAnyNumber(grammar: Grammar, { from, to }: Ends): void {
  const [unsigned, whole, point, fraction] = Array.from({ length: 4 }, () => grammar.addNode());
  grammar.addJump(from, unsigned);
  grammar.addBytes(from, [MINUS, MINUS], unsigned);
  grammar.addBytes(unsigned, [ZERO, ZERO], whole);
  const first = grammar.addNode();
  grammar.addBytes(unsigned, [ZERO + 1, ZERO + 9], first);
  addDigits(grammar, { from: first, to: whole }, { least: 0, most: MOST_DIGITS - 1 });
  grammar.addJump(whole, to);
  grammar.addBytes(whole, [POINT, POINT], point);
  addDigits(grammar, { from: point, to: fraction }, { least: 1, most: MOST_DIGITS });
  grammar.addJump(fraction, to);
  const [exponent, magnitude] = [grammar.addNode(), grammar.addNode()];
  for (const letter of [0x65, 0x45])
    for (const node of [whole, fraction]) grammar.addBytes(node, [letter, letter], exponent);
  grammar.addJump(exponent, magnitude);
  for (const sign of [MINUS, 0x2b]) grammar.addBytes(exponent, [sign, sign], magnitude);
  addDigits(grammar, { from: magnitude, to }, { least: 1, most: 2 });
}

function addDigits(grammar: Grammar, { from, to }: Ends, count: { least: number; most: number }): void {
  let node = from;
  for (let digits = 0; digits < count.most; digits++) {
    if (digits >= count.least) grammar.addJump(node, to);
    const next = grammar.addNode();
    grammar.addBytes(node, [ZERO, ZERO + 9], next);
    node = next;
  }
  grammar.addJump(node, to);
}

/** Splits bounds into those of nonnegative magnitudes and those after a minus sign. */
function* signed(grammar: Grammar, from: number, bounds: NumberBounds): Generator<NumberBounds & { from: number }> {
  const { low, isLowExcluded, high, isHighExcluded } = bounds;
  if (high >= 0) yield low < 0 ? { from, low: 0, isLowExcluded: false, high, isHighExcluded } : { from, ...bounds };
  if (low >= 0) return;
  const minus = grammar.addNode();
  grammar.addBytes(from, [MINUS, MINUS], minus);
  const negative = { from: minus, high: -low, isHighExcluded: isLowExcluded };
  yield high < 0
    ? { ...negative, low: -high, isLowExcluded: isHighExcluded }
    : { ...negative, low: 0, isLowExcluded: true };
}

/**
 * The least and greatest number with `whole` digits before the decimal point and `decimals` after it, in units of the
 * last digit.
 */
function unitsWithin(bounds: NumberBounds, whole: number, decimals: number): [low: number, high: number] {
  const { low, isLowExcluded, high, isHighExcluded } = bounds;
  const scale = 10 ** decimals;
  const smallest = whole === 1 ? 0 : 10 ** (whole - 1) * scale;
  const largest = 10 ** whole * scale - 1;
  const isAbove = (unit: number): boolean => (isLowExcluded ? unit / scale > low : unit / scale >= low);
  const isBelow = (unit: number): boolean => (isHighExcluded ? unit / scale < high : unit / scale <= high);
  // Scaling rounds, so the two neighbouring units are checked too.
  let first = Math.max(smallest, Math.min(Math.floor(low * scale) - 1, largest + 1));
  while (first <= largest && !isAbove(first)) first++;
  let last = Math.min(largest, Math.max(Math.ceil(high * scale) + 1, smallest - 1));
  while (last >= smallest && !isBelow(last)) last--;
  return [first, last];
}

function tens(count: number): number[] {
  return Array.from({ length: count }, () => 10);
}
