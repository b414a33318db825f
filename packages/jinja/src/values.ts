import type { Budget } from './budget.ts';

/** The state of one rendering. */
export interface Runtime {
  readonly budget: Budget;
  /** The clock that strftime_now reads. */
  readonly now: Date;
  /** Output of the innermost captured block so far. */
  output: string;
}

/**
 * Values of a template, as in Python: a list is an array, an int a number (a bigint beyond 2^53), None null. Templates
 * cannot change lists and mappings (the sandbox is immutable), so values are shared and never copied.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Value[]
  | Float
  | Markup
  | JsonText
  | Tuple
  | Dict
  | DictView
  | Range
  | Lazy
  | Namespace
  | Callable
  | NativeObject
  | Undefined;

/** A float, also one without a fractional part: Python prints that as 1.0. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A text marked as safe HTML by `safe` or `escape`. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The JSON text of a mapping, as OpenAI sends the arguments of a call: a str that also works as that mapping. */
export class JsonText {
  readonly text: string;
  readonly mapping: Dict;

  constructor(text: string, mapping: Dict) {
    this.text = text;
    this.mapping = mapping;
  }
}

export class Tuple {
  readonly items: readonly Value[];
  /** A group from `groupby`: its parts are also available as `grouper` and `list`. */
  readonly isGroup: boolean;

  constructor(items: readonly Value[], isGroup = false) {
    this.items = items;
    this.isGroup = isGroup;
  }
}

/** The result of `keys()`, `values()` or `items()`. */
export class DictView {
  readonly kind: 'keys' | 'values' | 'items';
  readonly dict: Dict;

  constructor(kind: DictView['kind'], dict: Dict) {
    this.kind = kind;
    this.dict = dict;
  }
}

export class Range {
  readonly start: number;
  readonly stop: number;
  readonly step: number;

  constructor(start: number, stop: number, step: number) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }

  get length(): number {
    return Math.max(0, Math.ceil((this.stop - this.start) / this.step));
  }
}

/** An iterator, which can be read once: the result of `map` or `selectattr`, for example. */
export class Lazy {
  /** Python's name of its type, for example `generator`. */
  readonly type: string;
  readonly iterator: Iterator<Value>;

  constructor(iterator: Iterator<Value>, type = 'generator') {
    this.type = type;
    this.iterator = iterator;
  }
}

export class Namespace {
  readonly attributes: Dict;

  constructor(attributes: Dict) {
    this.attributes = attributes;
  }
}

/** Arguments of a call. */
export interface Arguments {
  positional: Value[];
  named: Map<string, Value>;
}

export class Callable {
  /** Python's repr, unless that is a memory address. */
  readonly printed: string | undefined;
  readonly call: (runtime: Runtime, args: Arguments) => Value;
  readonly attributes: ReadonlyMap<string, Value>;

  constructor(
    call: (runtime: Runtime, args: Arguments) => Value,
    printed?: string,
    attributes: ReadonlyMap<string, Value> = new Map(),
  ) {
    this.call = call;
    this.printed = printed;
    this.attributes = attributes;
  }
}

/** An object of Jinja2's own: `loop`, a cycler or a joiner. */
export interface NativeObject {
  readonly nativeType: string;
  attribute(name: string, runtime: Runtime): Value | undefined;
  call?: (runtime: Runtime, args: Arguments) => Value;
  print?: (runtime: Runtime) => string;
  length?: (runtime: Runtime) => number;
}

/** A missing value. Most operations on it fail with its message. */
export class Undefined {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** The form of a mapping's key that JavaScript's Map compares: 1, 1.0 and True are the same key. */
export type Key = string | number | bigint | null | symbol;

/** A mapping in insertion order. */
export class Dict {
  readonly entries = new Map<Key, Value>();
  /** Original keys that differ from those in the Map: true, 1.0. */
  #originals: Map<Key, Value> | undefined;

  static of(entries: Iterable<readonly [string, Value]>): Dict {
    const dict = new Dict();
    for (const [key, value] of entries) dict.entries.set(key, value);
    return dict;
  }

  get size(): number {
    return this.entries.size;
  }

  /** `original` is the value that `key` represents. */
  set(key: Key, original: Value, value: Value): void {
    if (key !== original && !this.entries.has(key)) (this.#originals ??= new Map()).set(key, original);
    this.entries.set(key, value);
  }

  originalOf(key: Key): Value {
    const original = this.#originals?.get(key);
    // Only an Undefined is stored as a symbol, and its original is kept.
    return original === undefined ? (key as Value) : original;
  }

  *keys(): Generator<Value> {
    for (const key of this.entries.keys()) yield this.originalOf(key);
  }

  *items(): Generator<readonly [Value, Value]> {
    for (const [key, value] of this.entries) yield [this.originalOf(key), value];
  }
}

/** A value that may be missing; None counts as present. */
export function orElse(value: Value | undefined, other: () => Value): Value {
  return value === undefined ? other() : value;
}

/** The text of a str, whatever its kind; undefined for other values. */
export function asText(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  return value instanceof Markup || value instanceof JsonText ? value.text : undefined;
}

/** The mapping, also where it came as JSON text. */
export function asMapping(value: Value): Dict | undefined {
  if (value instanceof Dict) return value;
  return value instanceof JsonText ? value.mapping : undefined;
}

/** The int that a value counts as; bools count too. */
export function asInt(value: Value): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  return typeof value === 'boolean' ? Number(value) : undefined;
}

export function isNative(value: Value): value is NativeObject {
  return typeof value === 'object' && value !== null && 'nativeType' in value;
}

/** Python's name of a value's type. */
export function typeName(value: Value): string {
  if (value === null) return 'NoneType';
  switch (typeof value) {
    case 'string':
      return 'str';
    case 'boolean':
      return 'bool';
    case 'number':
    case 'bigint':
      return 'int';
    default:
      return objectType(value as object as Exclude<Value, null | string | boolean | number | bigint>);
  }
}

function objectType(value: Exclude<Value, null | string | boolean | number | bigint>): string {
  if (Array.isArray(value)) return 'list';
  if (value instanceof Float) return 'float';
  if (value instanceof Markup) return 'Markup';
  if (value instanceof JsonText) return 'str';
  if (value instanceof Tuple) return value.isGroup ? '_GroupTuple' : 'tuple';
  if (value instanceof Dict) return 'dict';
  if (value instanceof DictView) return `dict_${value.kind}`;
  if (value instanceof Range) return 'range';
  if (value instanceof Lazy) return value.type;
  if (value instanceof Namespace) return 'Namespace';
  if (value instanceof Undefined) return 'Undefined';
  return isNative(value) ? value.nativeType : 'function';
}
