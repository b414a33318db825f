import { attributeReader, foldCase, keyReader } from './attribute-reader.ts';
import { attributeOf, getAttribute } from './attributes.ts';
import { compareOrder, equals, undefinedError } from './comparison.ts';
import { isFailure, notSupported, TemplateFailure, typeError } from './errors.ts';
import { filter, lazy } from './filter.ts';
import { forOf, isIterable, iterate, lengthOf, toList } from './iteration.ts';
import { keyOf } from './keys.ts';
import { toIndex } from './numbers.ts';
import { calculate, isTrue } from './operators.ts';
import { toText } from './printing.ts';
import {
  asMapping,
  asText,
  Dict,
  DictView,
  Lazy,
  Range,
  Tuple,
  typeName,
  Undefined,
  type Value,
  type Runtime,
} from './values.ts';

export const sequenceFilters = [
  ...['length', 'count'].map((name) => filter(name, [], (input, _args, runtime) => lengthOf(input, runtime.budget))),
  ...['default', 'd'].map((name) =>
    filter(
      name,
      [
        ['default_value', ''],
        ['boolean', false],
      ],
      (input, [other, boolean]) => (input instanceof Undefined || (isTrue(boolean) && !isTrue(input)) ? other : input),
    ),
  ),
  filter('list', [], (input, _args, runtime) => toList(input, runtime.budget)),
  filter('first', [], (input, _args, runtime) => {
    const next = iterate(input, runtime.budget).next();
    return next.done === true ? new Undefined('No first item, sequence was empty.') : next.value;
  }),
  filter('last', [], (input, _args, runtime) => {
    const next = reversed(input, runtime).next();
    return next.done === true ? new Undefined('No last item, sequence was empty.') : next.value;
  }),
  filter('random', [], () => {
    throw notSupported('the filter random, whose output changes every time,');
  }),
  filter('reverse', [], reverse),
  filter(
    'join',
    [
      ['d', ''],
      ['attribute', null],
    ],
    join,
  ),
  filter('attr', ['name'], (input, [name], runtime) => attribute(input, name, runtime)),
  lazy('items', [], items),
  filter(
    'dictsort',
    [
      ['case_sensitive', false],
      ['by', 'key'],
      ['reverse', false],
    ],
    dictSort,
  ),
  filter(
    'sort',
    [
      ['reverse', false],
      ['case_sensitive', false],
      ['attribute', null],
    ],
    sort,
  ),
  lazy(
    'unique',
    [
      ['case_sensitive', false],
      ['attribute', null],
    ],
    unique,
  ),
  filter(
    'min',
    [
      ['case_sensitive', false],
      ['attribute', null],
    ],
    (...all) => extreme(-1, ...all),
  ),
  filter(
    'max',
    [
      ['case_sensitive', false],
      ['attribute', null],
    ],
    (...all) => extreme(1, ...all),
  ),
  filter(
    'sum',
    [
      ['attribute', null],
      ['start', 0],
    ],
    sum,
  ),
  lazy('batch', ['linecount', ['fill_with', null]], batch),
  lazy('slice', ['slices', ['fill_with', null]], slice),
  filter('groupby', ['attribute', ['default', null], ['case_sensitive', false]], groupBy),
];

function reversed(input: Value, runtime: Runtime): Iterator<Value> {
  const isSequence =
    input instanceof Tuple || input instanceof Range || Array.isArray(input) || asText(input) !== undefined;
  if (input instanceof Undefined) return [][Symbol.iterator]();
  if (!isSequence && !(input instanceof Dict) && !(input instanceof DictView))
    throw typeError(`'${typeName(input)}' object is not reversible`);
  return toList(input, runtime.budget).toReversed()[Symbol.iterator]();
}

function reverse(input: Value, _args: Value[], runtime: Runtime): Value {
  const text = asText(input);
  if (text !== undefined) return toList(text, runtime.budget).toReversed().join('');
  if (input instanceof Undefined) throw notSupported('reversing an undefined value');
  if (input instanceof Lazy) return toList(input, runtime.budget).toReversed();
  if (!isIterable(input)) throw new TemplateFailure('TemplateRuntimeError', 'argument must be iterable');
  return new Lazy(reversed(input, runtime), Array.isArray(input) ? 'list_reverseiterator' : 'reversed');
}

function join(input: Value, [separator, path]: Value[], runtime: Runtime): Value {
  const { budget } = runtime;
  const read = path === null ? (item: Value) => item : attributeReader(path, runtime);
  const between = toText(separator, runtime);
  const texts: string[] = [];
  let length = 0;
  for (const item of forOf(input, budget)) {
    const text = toText(read(item), runtime);
    length += text.length + between.length;
    budget.checkLength(length);
    budget.chargeText(text.length + between.length);
    texts.push(text);
  }
  return texts.join(between);
}

function attribute(input: Value, name: Value, runtime: Runtime): Value {
  const key = asText(name);
  if (key === undefined) throw typeError(`attribute name must be string, not '${typeName(name)}'`);
  if (input instanceof Undefined) throw undefinedError(input);
  if (attributeOf(input, key, runtime) !== undefined) return getAttribute(input, key, runtime);
  return new Undefined(`'${typeName(input)} object' has no attribute '${key}'`);
}

function* items(input: Value, _args: Value[], { budget }: Runtime): Generator<Value> {
  if (input instanceof Undefined) return;
  const mapping = asMapping(input);
  if (mapping === undefined) throw typeError('Can only get item pairs from a mapping.');
  for (const item of mapping.items()) {
    budget.charge(4);
    yield new Tuple(item);
  }
}

/** Python's sorted(): stable, with each key read once; `reverse` keeps the order of equal elements. */
function sorted(values: readonly Value[], key: (item: Value) => Value, reverseOrder: Value, runtime: Runtime): Value[] {
  const { budget } = runtime;
  budget.charge(4 * values.length);
  const keyed = values.map((value) => ({ value, key: key(value) }));
  const sign = isTrue(reverseOrder) ? -1 : 1;
  keyed.sort((a, b) => sign * compareOrder(a.key, b.key, budget));
  return keyed.map(({ value }) => value);
}

function dictSort(input: Value, [caseSensitive, by, reverseOrder]: Value[], runtime: Runtime): Value {
  const mapping = asMapping(input);
  if (input instanceof Undefined) throw undefinedError(input);
  if (mapping === undefined) throw typeError(`'${typeName(input)}' object has no attribute 'items'`);
  const place = by === 'key' ? 0 : by === 'value' ? 1 : undefined;
  if (place === undefined)
    throw new TemplateFailure('TemplateRuntimeError', 'You can only sort by either "key" or "value"');
  runtime.budget.charge(4 * mapping.size);
  const pairs = [...mapping.items()].map((item) => new Tuple(item));
  const read = (pair: Value): Value => (pair as Tuple).items[place];
  const key = isTrue(caseSensitive) ? read : (pair: Value) => foldCase(read(pair), runtime);
  return sorted(pairs, key, reverseOrder, runtime);
}

function sort(input: Value, [reverseOrder, caseSensitive, path]: Value[], runtime: Runtime): Value {
  const paths = asText(path)?.split(',') ?? [path];
  const readers = paths.map((one) => keyReader(one, caseSensitive, runtime));
  const key = (item: Value): Value => readers.map((read) => read(item));
  return sorted(toList(input, runtime.budget), key, reverseOrder, runtime);
}

function* unique(input: Value, [caseSensitive, path]: Value[], runtime: Runtime): Generator<Value> {
  const read = keyReader(path, caseSensitive, runtime);
  const seen = new Set<unknown>();
  for (const item of forOf(input, runtime.budget)) {
    const key = keyOf(read(item));
    runtime.budget.charge(2);
    if (seen.has(key)) continue;
    seen.add(key);
    yield item;
  }
}

// oxlint-disable-next-line max-params -- the sign, and the parameters of every filter
function extreme(sign: number, input: Value, [caseSensitive, path]: Value[], runtime: Runtime): Value {
  const read = keyReader(path, caseSensitive, runtime);
  let best: { item: Value; key: Value } | undefined;
  for (const item of forOf(input, runtime.budget)) {
    const key = read(item);
    if (best === undefined || sign * compareOrder(key, best.key, runtime.budget, sign > 0 ? '>' : '<') > 0)
      best = { item, key };
  }
  return best === undefined ? new Undefined('No aggregated item, sequence was empty.') : best.item;
}

function sum(input: Value, [path, start]: Value[], runtime: Runtime): Value {
  if (asText(start) !== undefined) throw typeError("sum() can't sum strings [use ''.join(seq) instead]");
  const read = path === null ? (item: Value) => item : attributeReader(path, runtime);
  let total = start;
  for (const item of forOf(input, runtime.budget)) total = calculate('+', total, read(item), runtime);
  return total;
}

function* batch(input: Value, [count, fill]: Value[], runtime: Runtime): Generator<Value> {
  const { budget } = runtime;
  const size = toIndex(count);
  let line: Value[] = [];
  for (const item of forOf(input, budget)) {
    budget.charge(2);
    if (line.length === size) {
      yield line;
      line = [];
    }
    line.push(item);
  }
  if (line.length === 0) return;
  if (fill !== null && line.length < size) {
    budget.charge(size);
    while (line.length < size) line.push(fill);
  }
  yield line;
}

function* slice(input: Value, [slices, fill]: Value[], runtime: Runtime): Generator<Value> {
  const all = toList(input, runtime.budget);
  const count = toIndex(slices);
  if (count === 0) throw new TemplateFailure('ZeroDivisionError', 'integer division or modulo by zero');
  const [size, longer] = [Math.floor(all.length / count), all.length % count];
  let start = 0;
  for (let index = 0; index < count; index++) {
    const end = start + size + (index < longer ? 1 : 0);
    runtime.budget.charge(2 + end - start);
    const part = all.slice(start, end);
    if (fill !== null && index >= longer) part.push(fill);
    yield part;
    start = end;
  }
}

function groupBy(input: Value, [path, fallback, caseSensitive]: Value[], runtime: Runtime): Value {
  const { budget } = runtime;
  const read = attributeReader(path, runtime, fallback);
  const key = isTrue(caseSensitive) ? read : (item: Value) => foldCase(read(item), runtime);
  const groups: { key: Value; members: Value[] }[] = [];
  for (const item of sorted(toList(input, budget), key, false, runtime)) {
    const own = key(item);
    const last = groups.at(-1);
    budget.charge(4);
    if (last !== undefined && equals(last.key, own, budget)) last.members.push(item);
    else groups.push({ key: own, members: [item] });
  }
  return groups.map(({ members }) => new Tuple([read(members[0]), members], true));
}

/** Whether it is a `sequence`: it has a length, and elements by index or key. */
export function isSequence(value: Value, runtime: Runtime): boolean {
  if (value instanceof DictView) return false;
  try {
    lengthOf(value, runtime.budget);
    return true;
  } catch (error) {
    if (isFailure(error, 'TypeError')) return false;
    throw error;
  }
}
