/** What the printed length of a value is told to. */
type Print = (length: number) => void;

/** What tests are judged by. */
interface Tools {
  console: object;
  /** Calls a test's function with `assert` and the language's own names; whether what it gives is not `false`. */
  run: (test: (...own: unknown[]) => unknown) => Promise<boolean>;
}

/** Names that mean the language's own in a test, whatever an answer calls so. */
export const STANDARD_NAMES = [
  ...['Object', 'Array', 'String', 'Number', 'Boolean', 'Symbol', 'BigInt', 'Math', 'JSON', 'Reflect', 'Promise'],
  ...['Error', 'TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError'],
  ...['Date', 'RegExp', 'Map', 'Set', 'parseInt', 'parseFloat', 'isNaN', 'isFinite'],
];

/**
 * Runs inside QuickJS, before an answer's code, given to it as text: it uses nothing of this module. It freezes what the
 * language brings, so that code cannot change what a test relies on, and returns the tools of tests. Values are compared
 * by texts of them; the text of what the code returned is complete before the expected value is looked at.
 */
// oxlint-disable-next-line max-lines-per-function -- one text, which QuickJS is given as a whole
export function javascriptGuest(print: Print, standardNames: readonly string[]): Tools {
  type Key = string | symbol;
  const { apply, ownKeys, getPrototypeOf, getOwnPropertyDescriptor: descriptorOf, defineProperty } = Reflect;
  const { freeze, is, hasOwn } = Object;
  const isObject = (value: unknown): value is object =>
    (typeof value === 'object' && value !== null) || typeof value === 'function';

  // Stack traces as a function sees them would hand out the functions that called it.
  for (const [name, value] of Object.entries({ prepareStackTrace: undefined, stackTraceLimit: 10 }))
    defineProperty(Error, name, { value, writable: false, configurable: false });

  const standard = standardNames.map((name) => (globalThis as Record<string, unknown>)[name]);
  const found = new Set<object>();
  const find = (value: unknown): void => {
    if (!isObject(value) || found.has(value) || value === globalThis) return;
    found.add(value);
    find(getPrototypeOf(value));
    for (const key of ownKeys(value)) {
      const { value: held, get, set } = descriptorOf(value, key) ?? {};
      for (const part of [held, get, set]) find(part);
    }
  };
  for (const key of ownKeys(globalThis)) find(descriptorOf(globalThis, key)?.value);
  for (const hidden of [
    function* () {},
    async () => {},
    async function* () {},
    [][Symbol.iterator](),
    ''[Symbol.iterator](),
    new Map()[Symbol.iterator](),
    new Set()[Symbol.iterator](),
    /a/[Symbol.matchAll](''),
    [].values().map((value) => value),
    Iterator.from({ next: () => ({ done: true, value: undefined }) }),
  ])
    find(hidden);

  // A frozen `toString` could not be assigned to an object that inherits it: a setter gives the object its own.
  const letAssign = (owner: object, key: Key): void => {
    const descriptor = descriptorOf(owner, key);
    if (descriptor?.configurable !== true || descriptor.writable !== true) return;
    const { value } = descriptor;
    const get = (): unknown => value;
    const set = function (this: unknown, own: unknown): void {
      if (this === owner || !isObject(this)) throw new TypeError(`cannot assign to ${String(key)}`);
      defineProperty(this, key, { value: own, writable: true, enumerable: true, configurable: true });
    };
    defineProperty(owner, key, { get: freeze(get), set: freeze(set), enumerable: descriptor.enumerable });
  };
  const often = ['constructor', 'toString', 'valueOf', 'toLocaleString', 'toJSON', 'name', 'message'];
  for (const owner of found) {
    const isPrototype = hasOwn(owner, 'constructor');
    const isAll = owner === Object.prototype || owner === Function.prototype || owner instanceof Error;
    if (isPrototype) for (const key of isAll ? ownKeys(owner) : often) letAssign(owner, key);
  }
  for (const owner of found) freeze(owner);

  const sizeOf = descriptorOf(Map.prototype, 'size')?.get;
  const countOf = descriptorOf(Set.prototype, 'size')?.get;
  const { getTime } = Date.prototype;
  const brands: readonly [name: string, read: (value: object) => unknown][] = [
    ['map', (value) => (apply(sizeOf!, value, []), [...apply(Map.prototype.entries, value, [])])],
    ['set', (value) => (apply(countOf!, value, []), [...apply(Set.prototype.values, value, [])])],
    ['date', (value) => apply(getTime, value, [])],
    ['number', (value) => apply(Number.prototype.valueOf, value, [])],
    ['string', (value) => apply(String.prototype.valueOf, value, [])],
    ['boolean', (value) => apply(Boolean.prototype.valueOf, value, [])],
    ['bigint', (value) => apply(BigInt.prototype.valueOf, value, [])],
  ];

  /** Texts that are equal where values are deeply and strictly equal. */
  const comparer = () => {
    const numbers = new Map<unknown, number>();
    const numberOf = (value: unknown): string => {
      if (!numbers.has(value)) numbers.set(value, numbers.size);
      return `#${numbers.get(value)}`;
    };
    return (root: unknown): string => {
      const open = new Map<object, number>();
      const text = (value: unknown): string => {
        if (typeof value === 'string') return JSON.stringify(value);
        if (typeof value === 'bigint') return `${value}n`;
        if (typeof value === 'symbol' || typeof value === 'function') return numberOf(value);
        if (typeof value !== 'object' || value === null) return is(value, -0) ? '-0' : String(value);
        if (open.has(value)) return `^${open.get(value)}`;
        open.set(value, open.size);
        const written = `${numberOf(getPrototypeOf(value))}${held(value)}{${own(value)}}`;
        open.delete(value);
        return written;
      };
      const held = (value: object): string => {
        if (value instanceof Error) return `error ${text(value.name)} ${text(value.message)}`;
        if (value instanceof RegExp) return `regexp ${text(value.source)} ${text(value.flags)} ${value.lastIndex}`;
        if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet) return numberOf(value);
        if (value instanceof ArrayBuffer) return `bytes ${new Uint8Array(value).join()}`;
        if (Array.isArray(value)) return `array ${value.length}`;
        for (const [name, read] of brands) {
          let content: unknown;
          try {
            content = read(value);
          } catch {
            continue;
          }
          if (name === 'map') {
            const pairs = (content as [unknown, unknown][]).map(([key, each]) => `${text(key)}:${text(each)}`);
            return `map ${pairs.sort().join()}`;
          }
          if (name === 'set') return `set ${(content as unknown[]).map(text).sort().join()}`;
          return `${name} ${text(content)}`;
        }
        return '';
      };
      const own = (value: object): string =>
        ownKeys(value)
          .filter((key) => descriptorOf(value, key)?.enumerable === true)
          .map((key) => `${text(key)}:${text((value as Record<Key, unknown>)[key])}`)
          .sort()
          .join();
      return text(root);
    };
  };
  const isSame = (actual: unknown, expected: unknown): boolean => {
    const text = comparer();
    const written = text(actual);
    return written === text(expected);
  };

  const fail = (message: unknown): never => {
    throw new Error(typeof message === 'string' ? message : 'assertion failed');
  };
  const ok = (value: unknown, message?: unknown): void => void (value || fail(message));
  const equal = (a: unknown, b: unknown, message?: unknown): void => ok(is(a, b), message);
  const notEqual = (a: unknown, b: unknown, message?: unknown): void => ok(!is(a, b), message);
  const deepEqual = (a: unknown, b: unknown, message?: unknown): void => ok(isSame(a, b), message);
  const notDeepEqual = (a: unknown, b: unknown, message?: unknown): void => ok(!isSame(a, b), message);
  const throws = (run: () => unknown, message?: unknown): void => {
    try {
      run();
    } catch {
      return;
    }
    fail(message);
  };
  const assert = (value: unknown, message?: unknown): void => ok(value, message);
  Object.assign(assert, { ok, throws, equal, strictEqual: equal, notEqual, notStrictEqual: notEqual });
  Object.assign(assert, { deepEqual, deepStrictEqual: deepEqual, notDeepEqual, notDeepStrictEqual: notDeepEqual });
  freeze(assert);

  const log = (...values: unknown[]): void => {
    let length = 0;
    for (const value of values) length += `${value as string}`.length + 1;
    print(length);
  };
  const run: Tools['run'] = async (test) => (await test(assert, ...standard)) !== false;
  return { console: { log, info: log, warn: log, error: log, debug: log }, run };
}
