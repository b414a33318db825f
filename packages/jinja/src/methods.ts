import { equals } from './comparison.ts';
import { notSupported, valueError } from './errors.ts';
import { lookUp, assign, keyOf } from './keys.ts';
import { iterate, toList, unpack } from './iteration.ts';
import { markupMethod } from './methods-markup.ts';
import { textMethods, UNSUPPORTED_TEXT_METHODS } from './methods-text.ts';
import { toIndex } from './numbers.ts';
import { boundMethod, type Method } from './signature.ts';
import {
  asText,
  Dict,
  DictView,
  Float,
  JsonText,
  Markup,
  orElse,
  Range,
  Tuple,
  typeName,
  Undefined,
  type Value,
  type Runtime,
} from './values.ts';

/** A method or attribute of Python's own types; undefined where the type has none of that name. */
export function methodOf(object: Value, name: string): Value | undefined {
  if (object instanceof Markup) return markupMethod(object, name);
  const text = asText(object);
  if (text !== undefined) return methodOfText(object, text, name);
  if (object instanceof Dict) return find(DICT, object, name) ?? changing(object, name, CHANGING_DICT);
  if (Array.isArray(object)) return find(SEQUENCE, object, name) ?? changing(object, name, CHANGING_LIST);
  if (object instanceof Tuple) return tuplePart(object, name);
  if (object instanceof Float) return find(FLOAT, object, name) ?? unsupported(object, name, OTHER_FLOAT);
  if (typeof object === 'number' || typeof object === 'bigint' || typeof object === 'boolean')
    return unsupported(object, name, OTHER_INT);
  if (object instanceof Range) return unsupported(object, name, ['start', 'stop', 'step', 'count', 'index']);
  if (object instanceof DictView) return unsupported(object, name, ['isdisjoint', 'mapping']);
  return undefined;
}

function methodOfText(object: Value, text: string, name: string): Value | undefined {
  // A mapping that was given as JSON text has the methods of a mapping.
  if (object instanceof JsonText && !textMethods.has(name)) return methodOf(object.mapping, name);
  return find(textMethods, text, name) ?? unsupported(object, name, UNSUPPORTED_TEXT_METHODS);
}

function find<T>(methods: ReadonlyMap<string, Method<T>>, object: T, name: string): Value | undefined {
  const method = methods.get(name);
  return method === undefined ? undefined : boundMethod(object, name, method);
}

/** The sandbox hides the methods that change a list or a mapping. */
function changing(object: Value, name: string, names: readonly string[]): Value | undefined {
  if (!names.includes(name)) return undefined;
  return new Undefined(`access to attribute '${name}' of '${typeName(object)}' object is unsafe.`);
}

/** An unsupported method of Python must not look as if it did not exist. */
function unsupported(object: Value, name: string, names: readonly string[]): undefined {
  if (names.includes(name)) throw notSupported(`${typeName(object)}.${name}`);
}

function tuplePart({ isGroup, items }: Tuple, name: string): Value | undefined {
  if (isGroup && name === 'grouper') return items[0];
  if (isGroup && name === 'list') return items[1];
  return name === 'copy' ? undefined : find(SEQUENCE, items, name);
}

const CHANGING_DICT = ['clear', 'pop', 'popitem', 'setdefault', 'update'];
const CHANGING_LIST = ['append', 'clear', 'pop', 'reverse', 'insert', 'sort', 'extend', 'remove'];
const OTHER_FLOAT = ['as_integer_ratio', 'conjugate', 'fromhex', 'hex', 'imag', 'real'];
const OTHER_INT = [
  'as_integer_ratio',
  'bit_count',
  'bit_length',
  'conjugate',
  'denominator',
  'from_bytes',
  'imag',
  'numerator',
  'real',
  'to_bytes',
];

const DICT: ReadonlyMap<string, Method<Dict>> = new Map<string, Method<Dict>>([
  ['keys', { parameters: [], run: (dict) => new DictView('keys', dict) }],
  ['values', { parameters: [], run: (dict) => new DictView('values', dict) }],
  ['items', { parameters: [], run: (dict) => new DictView('items', dict) }],
  [
    'get',
    { parameters: ['key', ['default', null]], run: (dict, [key, other]) => orElse(lookUp(dict, key), () => other) },
  ],
  ['copy', { parameters: [], run: (dict, _args, runtime) => copyOf(dict, runtime) }],
  [
    'fromkeys',
    {
      parameters: ['iterable', ['value', null]],
      run: (_dict, [keys, value], runtime) => {
        const dict = new Dict();
        for (const key of toList(keys, runtime.budget)) assign(dict, key, value);
        return dict;
      },
    },
  ],
]);

const FLOAT: ReadonlyMap<string, Method<Float>> = new Map<string, Method<Float>>([
  ['is_integer', { parameters: [], run: ({ value }) => Number.isInteger(value) }],
]);

const SEQUENCE: ReadonlyMap<string, Method<readonly Value[]>> = new Map<string, Method<readonly Value[]>>([
  [
    'count',
    {
      parameters: ['value'],
      run: (items, [value], { budget }) => {
        budget.charge(items.length);
        return items.filter((item) => equals(item, value, budget)).length;
      },
    },
  ],
  ['copy', { parameters: [], run: (items, _args, { budget }) => toList(items as Value[], budget) }],
  ['index', { parameters: ['value', ['start', 0], ['stop', Number.MAX_SAFE_INTEGER]], run: indexInList }],
]);

function indexInList(items: readonly Value[], [value, start, stop]: Value[], { budget }: Runtime): number {
  const bound = (index: Value): number => {
    const place = toIndex(index);
    return place < 0 ? Math.max(0, place + items.length) : Math.min(place, items.length);
  };
  for (let place = bound(start); place < bound(stop); place++) {
    budget.charge(1);
    if (equals(items[place], value, budget)) return place;
  }
  throw valueError('the value is not in the list');
}

function copyOf(dict: Dict, { budget }: Runtime): Dict {
  budget.charge(2 * dict.size);
  const copy = new Dict();
  for (const [key, value] of dict.items()) assign(copy, key, value);
  return copy;
}

/** Python's dict(), from a mapping or from pairs. @throws TypeError, ValueError */
export function dictOf(source: Value, runtime: Runtime): Dict {
  const { budget } = runtime;
  if (source instanceof Dict) return copyOf(source, runtime);
  const dict = new Dict();
  const pairs = iterate(source, budget);
  for (let next = pairs.next(); next.done !== true; next = pairs.next()) {
    const [key, value] = unpack(next.value, 2, budget);
    budget.charge(2);
    keyOf(key);
    assign(dict, key, value);
  }
  return dict;
}
