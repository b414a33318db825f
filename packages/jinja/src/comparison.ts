import type { Budget } from './budget.ts';
import { TemplateFailure, typeError } from './errors.ts';
import { forOf, isIterable, numbersOf } from './iteration.ts';
import { keyOf } from './keys.ts';
import { indexOf } from './search.ts';
import {
  asInt,
  asMapping,
  asText,
  Dict,
  DictView,
  Float,
  Namespace,
  Range,
  Tuple,
  typeName,
  Undefined,
  type Value,
} from './values.ts';

/** Python's ==. */
export function equals(a: Value, b: Value, budget: Budget): boolean {
  if (a === b) return true;
  const [textA, textB] = [asText(a), asText(b)];
  if (textA !== undefined && textB !== undefined) {
    if (textA.length === textB.length) budget.chargeText(textA.length);
    return textA === textB;
  }
  if (a === null || b === null || textA !== undefined || textB !== undefined) return false;
  const [numberA, numberB] = [asNumber(a), asNumber(b)];
  // JavaScript also compares a bigint with a number exactly.
  // oxlint-disable-next-line eqeqeq -- across the two representations of ints
  if (numberA !== undefined && numberB !== undefined) return numberA == numberB;
  budget.charge(1);
  return budget.nested(() => equalObjects(a, b, budget));
}

function asNumber(value: Value): number | bigint | undefined {
  return value instanceof Float ? value.value : asInt(value);
}

function equalObjects(a: Value, b: Value, budget: Budget): boolean {
  if (Array.isArray(a)) return Array.isArray(b) && equalLists(a, b, budget);
  if (a instanceof Tuple) return b instanceof Tuple && equalLists(a.items, b.items, budget);
  if (a instanceof Dict) return b instanceof Dict && equalDicts(a, b, budget);
  if (a instanceof Undefined) return b instanceof Undefined;
  if (a instanceof Range && b instanceof Range) return equalLists([...ends(a)], [...ends(b)], budget);
  if (a instanceof DictView && b instanceof DictView && a.kind !== 'values' && b.kind !== 'values') {
    const keysOfB = new Set(b.dict.entries.keys());
    if (a.kind !== b.kind) return a.dict.size === 0 && b.dict.size === 0;
    if (a.kind === 'items') return equalDicts(a.dict, b.dict, budget);
    return a.dict.size === b.dict.size && [...a.dict.entries.keys()].every((key) => keysOfB.has(key));
  }
  return false;
}

/** Values that determine whether two ranges are equal. */
function* ends(range: Range): Generator<number> {
  yield range.length;
  if (range.length > 0) yield range.start;
  if (range.length > 1) yield range.step;
}

function equalLists(a: readonly Value[], b: readonly Value[], budget: Budget): boolean {
  budget.charge(1);
  return a.length === b.length && a.every((item, index) => equalsCharged(item, b[index], budget));
}

function equalsCharged(a: Value, b: Value, budget: Budget): boolean {
  budget.charge(1);
  return equals(a, b, budget);
}

function equalDicts(a: Dict, b: Dict, budget: Budget): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a.entries) {
    const other = b.entries.get(key);
    if (other === undefined || !equalsCharged(value, other, budget)) return false;
  }
  return true;
}

/** Python's order: negative if a < b. @throws TypeError if they are not comparable */
export function compareOrder(a: Value, b: Value, budget: Budget, operator = '<'): number {
  budget.charge(1);
  const [textA, textB] = [asText(a), asText(b)];
  if (textA !== undefined && textB !== undefined) {
    budget.chargeText(Math.min(textA.length, textB.length));
    return compareTexts(textA, textB);
  }
  const [numberA, numberB] = [asNumber(a), asNumber(b)];
  if (numberA !== undefined && numberB !== undefined) {
    if (numberA < numberB) return -1;
    return numberA > numberB ? 1 : Number.isNaN(numberA) || Number.isNaN(numberB) ? Number.NaN : 0;
  }
  if (Array.isArray(a) && Array.isArray(b)) return budget.nested(() => compareLists([a, b], budget, operator));
  if (a instanceof Tuple && b instanceof Tuple)
    return budget.nested(() => compareLists([a.items, b.items], budget, operator));
  for (const side of [a, b]) if (side instanceof Undefined) throw undefinedError(side);
  throw typeError(`'${operator}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
}

function compareLists([a, b]: readonly (readonly Value[])[], budget: Budget, operator: string): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    if (!equalsCharged(a[index], b[index], budget)) return compareOrder(a[index], b[index], budget, operator);
  }
  return a.length - b.length;
}

/** Compares by code points: UTF-16 order puts those beyond U+FFFF too early. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  if (!/[\ud800-\uffff]/.test(a) || !/[\ud800-\uffff]/.test(b)) return a < b ? -1 : 1;
  const length = Math.min(a.length, b.length);
  let place = 0;
  while (place < length && a[place] === b[place]) place++;
  if (place === length) return a.length - b.length;
  const [unitA, unitB] = [a.charCodeAt(place), b.charCodeAt(place)];
  const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
  if (isSurrogate(unitA) === isSurrogate(unitB)) return unitA - unitB;
  const [other, sign] = isSurrogate(unitA) ? [unitB, 1] : [unitA, -1];
  // A surrogate represents a code point beyond U+FFFF.
  return other < 0xd800 ? unitA - unitB : sign;
}

/** Python's `in`. @throws TypeError */
export function contains(container: Value, item: Value, budget: Budget): boolean {
  const mapping = container instanceof Dict ? container : undefined;
  if (mapping !== undefined) return mapping.entries.has(keyOf(item));
  const text = asText(container);
  if (text !== undefined) return containsText(container, text, item, budget);
  if (container instanceof DictView && container.kind === 'keys') return container.dict.entries.has(keyOf(item));
  if (container instanceof Namespace || !isIterable(container))
    throw typeError(`argument of type '${typeName(container)}' is not iterable`);
  const all = container instanceof Range ? numbersOf(container) : forOf(container, budget);
  for (const element of all) if (equalsCharged(element, item, budget)) return true;
  return false;
}

// oxlint-disable-next-line max-params -- the container both as a value and as text
function containsText(container: Value, text: string, item: Value, budget: Budget): boolean {
  const part = asText(item);
  if (item instanceof Undefined) throw undefinedError(item);
  if (part === undefined) throw typeError(`'in <string>' requires string as left operand, not ${typeName(item)}`);
  // JSON text also serves as its mapping, whose keys are searched first.
  if (asMapping(container)?.entries.has(part) === true) return true;
  return indexOf(text, part, 0, budget) !== -1;
}

/** The failure of using an undefined value. */
export function undefinedError({ message }: Undefined): TemplateFailure {
  return new TemplateFailure('UndefinedError', message);
}
