import { braceFormat } from './brace-format.ts';
import { undefinedError } from './comparison.ts';
import { isFailure, notSupported, TemplateFailure, typeError } from './errors.ts';
import { charactersOf, isPlain } from './iteration.ts';
import { lookUp } from './keys.ts';
import { methodOf } from './methods.ts';
import { toIndex } from './numbers.ts';
import { quote } from './printing.ts';
import {
  asMapping,
  asText,
  Callable,
  Dict,
  isNative,
  JsonText,
  Markup,
  Namespace,
  orElse,
  Range,
  Tuple,
  typeName,
  Undefined,
  type Value,
  type Runtime,
} from './values.ts';

/** `object.name`: an attribute, otherwise an item of that name, otherwise undefined. @throws UndefinedError */
export function getAttribute(object: Value, name: string, runtime: Runtime): Value {
  if (object instanceof Undefined) throw undefinedError(object);
  if (object instanceof Dict && name.startsWith('__') && object.entries.has(name))
    throw notSupported(`the key ${name} after a dot`);
  const attribute = attributeOf(object, name, runtime);
  if (attribute !== undefined) return attribute;
  return orElse(itemOf(object, name, runtime), () => missing(object, name, runtime));
}

/** `object[key]`: an item, otherwise an attribute of that name, otherwise undefined. @throws UndefinedError */
export function getItem(object: Value, key: Value, runtime: Runtime): Value {
  if (object instanceof Undefined) throw undefinedError(object);
  const item = itemOf(object, key, runtime);
  if (item !== undefined) return item;
  const name = asText(key);
  const attribute = name === undefined ? undefined : attributeOf(object, name, runtime);
  return orElse(attribute, () => missing(object, key, runtime));
}

/** A Python attribute; undefined if it does not exist. */
export function attributeOf(object: Value, name: string, runtime: Runtime): Value | undefined {
  if (object instanceof Namespace) return object.attributes.entries.get(name);
  if (name.startsWith('_')) return undefined;
  if (isNative(object)) return object.attribute(name, runtime);
  if (object instanceof Callable) return object.attributes.get(name);
  if (name === 'format' && typeof object === 'string') return formatMethod(object);
  return methodOf(object, name);
}

/** `format` reads attributes of its values under the sandbox's rules. */
function formatMethod(format: string): Callable {
  return new Callable((runtime, args) => braceFormat(format, args, { runtime, getAttribute, getItem }));
}

function itemOf(object: Value, key: Value, runtime: Runtime): Value | undefined {
  try {
    const item = subscript(object, key, runtime);
    // For a mapping given as JSON text, a key is not an index into the text.
    return item === undefined && object instanceof JsonText ? lookUp(object.mapping, key) : item;
  } catch (error) {
    if (isFailure(error, 'TypeError')) return undefined;
    throw error;
  }
}

/** Python's object[key]; undefined if there is no such item. @throws TypeError */
function subscript(object: Value, key: Value, runtime: Runtime): Value | undefined {
  if (object instanceof Dict) return lookUp(object, key);
  if (Array.isArray(object)) return elementAt(object, key);
  if (object instanceof Tuple) return elementAt(object.items, key);
  if (object instanceof JsonText && typeof key !== 'number') return undefined;
  const text = asText(object);
  if (text !== undefined) {
    const letter = letterAt(text, key, runtime);
    return object instanceof Markup && letter !== undefined ? new Markup(letter) : letter;
  }
  if (!(object instanceof Range)) return undefined;
  const index = place(toIndex(key), object.length);
  return index === undefined ? undefined : object.start + index * object.step;
}

function elementAt(items: readonly Value[], key: Value): Value | undefined {
  const index = place(toIndex(key), items.length);
  return index === undefined ? undefined : items[index];
}

function letterAt(text: string, key: Value, { budget }: Runtime): string | undefined {
  const index = toIndex(key);
  // Avoids scanning a long text for one of its first characters.
  if (index >= 0 && index < 256) {
    const start = text.slice(0, 2 * index + 2);
    return isPlain(start, budget) ? start[index] : charactersOf(start, budget)[index];
  }
  const letters = isPlain(text, budget) ? text : charactersOf(text, budget);
  const found = place(index, letters.length);
  return found === undefined ? undefined : letters[found];
}

function place(index: number, length: number): number | undefined {
  const at = index < 0 ? index + length : index;
  return at >= 0 && at < length ? at : undefined;
}

function missing(object: Value, key: Value, { budget }: Runtime): Undefined {
  const name = asText(key);
  const type = object === null ? 'None' : `${typeName(object)} object`;
  if (name === undefined)
    return new Undefined(`${type} has no element ${typeof key === 'number' ? key : typeName(key)}`);
  return new Undefined(`'${type}' has no attribute ${quote(name.slice(0, 200), budget)}`);
}

/** `object[start:stop:step]`. @throws TypeError */
export function getSlice(object: Value, bounds: readonly Value[], runtime: Runtime): Value {
  if (object instanceof Undefined) throw undefinedError(object);
  const text = asText(object);
  const items = text === undefined ? itemsOf(object) : undefined;
  if (text !== undefined) {
    const slice = sliceText(text, bounds, runtime);
    return object instanceof Markup ? new Markup(slice) : slice;
  }
  if (items === undefined) throw typeError(`'${typeName(object)}' object is not subscriptable`);
  const picked = pick(items, bounds, runtime);
  return object instanceof Tuple ? new Tuple(picked) : picked;
}

function itemsOf(object: Value): readonly Value[] | undefined {
  if (Array.isArray(object)) return object;
  if (object instanceof Tuple) return object.items;
  if (object instanceof Range) throw notSupported('a slice of a range');
  if (asMapping(object) !== undefined) throw typeError("unhashable type: 'slice'");
  return undefined;
}

function sliceText(text: string, bounds: readonly Value[], runtime: Runtime): string {
  const { budget } = runtime;
  if (!isPlain(text, budget)) return pick(charactersOf(text, budget), bounds, runtime).join('');
  if (bounds[2] !== null && bounds[2] !== 1) {
    budget.charge(text.length);
    return pick(text.split(''), bounds, runtime).join('');
  }
  const [start, stop] = sliceEnds(bounds, text.length, 1);
  return text.slice(start, Math.max(start, stop));
}

function pick<T>(items: readonly T[], bounds: readonly Value[], { budget }: Runtime): T[] {
  const step = bounds[2] === null ? 1 : toIndex(bounds[2]);
  if (step === 0) throw new TemplateFailure('ValueError', 'slice step cannot be zero');
  const [start, stop] = sliceEnds(bounds, items.length, step);
  const count = Math.max(0, Math.ceil((stop - start) / step));
  budget.charge(1 + count);
  if (step === 1) return items.slice(start, start + count);
  return Array.from({ length: count }, (_, index) => items[start + index * step]);
}

function sliceEnds([first, last]: readonly Value[], length: number, step: number): [start: number, stop: number] {
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  const bound = (value: Value, fallback: number): number => {
    if (value === null) return fallback;
    const index = toIndex(value);
    return Math.min(high, Math.max(low, index < 0 ? index + length : index));
  };
  return step > 0 ? [bound(first, low), bound(last, high)] : [bound(first, high), bound(last, low)];
}
