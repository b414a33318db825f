/** Set-up code for QuickJS, run before an answer's code: functions are passed as source, so that none refers to this module. */

/** Names that keep their standard meaning in tests, even if the answer redefines them. */
const STANDARD_NAMES =
  'Object Array String Number Boolean Symbol BigInt Math JSON Reflect Promise Date RegExp Map Set parseInt parseFloat isNaN isFinite ' +
  'Error TypeError RangeError SyntaxError ReferenceError EvalError URIError';

/** Parameters of the function that wraps a test. */
export const TEST_PARAMETERS = ['assert', ...STANDARD_NAMES.split(' ')].join(', ');

/** Prepares a context, given a callback for the amount printed; returns the console and a function that runs a test. */
export const guestProgram = (): string => `(print) => {
  const standard = ${JSON.stringify(STANDARD_NAMES.split(' '))}.map((name) => globalThis[name]);
  (${freezeLanguage.toString()})();
  return (${testTools.toString()})(print, (${sameness.toString()})(), standard);
}`;

/** Freezes all built-ins, so that code cannot change what a test relies on. */
// oxlint-disable-next-line max-lines-per-function -- one text, which QuickJS is given as a whole
function freezeLanguage(): void {
  type Key = string | symbol;
  const { ownKeys, getPrototypeOf, getOwnPropertyDescriptor: descriptorOf, defineProperty } = Reflect;
  const { freeze, hasOwn } = Object;
  const isObject = (value: unknown): value is object =>
    (typeof value === 'object' && value !== null) || typeof value === 'function';

  // Structured stack traces would expose the calling functions.
  for (const [name, value] of Object.entries({ prepareStackTrace: undefined, stackTraceLimit: 10 }))
    defineProperty(Error, name, { value, writable: false, configurable: false });

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
  // Prototypes that are not reachable by name.
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

  // Inheriting from a frozen prototype makes `toString` unassignable; a setter defines an own property instead.
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
    const isAll = owner === Object.prototype || owner === Function.prototype || owner instanceof Error;
    if (hasOwn(owner, 'constructor')) for (const key of isAll ? ownKeys(owner) : often) letAssign(owner, key);
  }
  for (const owner of found) freeze(owner);
}

/**
 * Deep strict equality, compared via serialised text: the actual value is serialised completely before the expected one
 * is read, so that getters and proxies learn nothing about it.
 */
// oxlint-disable-next-line max-lines-per-function -- one text, which QuickJS is given as a whole
function sameness(): (actual: unknown, expected: unknown) => boolean {
  const { apply, ownKeys, getPrototypeOf, getOwnPropertyDescriptor: descriptorOf } = Reflect;
  const getter = (owner: object, key: string) => descriptorOf(owner, key)?.get as () => unknown;
  const list = (owner: Map<unknown, unknown> | Set<unknown>) => [...apply(owner.entries, owner, [])] as unknown[];
  const [sizeOf, countOf] = [getter(Map.prototype, 'size'), getter(Set.prototype, 'size')];
  /** Each throws for objects of another kind, whatever their class claims. */
  const kinds: readonly [name: string, read: (value: object) => unknown][] = [
    ['map', (value) => (apply(sizeOf, value, []), list(value as Map<unknown, unknown>))],
    ['set', (value) => (apply(countOf, value, []), list(value as Set<unknown>))],
    ...[Date, Number, String, Boolean, BigInt].map(({ name, prototype }): [string, (value: object) => unknown] => [
      name,
      (value) => apply(prototype.valueOf, value, []),
    ]),
  ];

  /** Serialises one side; objects that occur on both sides share a number. */
  const textOf = (root: unknown, numbers: Map<unknown, number>): string => {
    const open = new Map<object, number>();
    const numberOf = (value: unknown): string => {
      if (!numbers.has(value)) numbers.set(value, numbers.size);
      return `#${numbers.get(value)}`;
    };
    const text = (value: unknown): string => {
      if (typeof value === 'string') return JSON.stringify(value);
      if (typeof value === 'bigint') return `${value}n`;
      if (typeof value === 'symbol' || typeof value === 'function') return numberOf(value);
      if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
      if (open.has(value)) return `^${open.get(value)}`;
      open.set(value, open.size);
      const written = `${numberOf(getPrototypeOf(value))}${contentOf(value)}{${propertiesOf(value)}}`;
      open.delete(value);
      return written;
    };
    const contentOf = (value: object): string => {
      if (value instanceof Error) return `error ${text(value.name)} ${text(value.message)}`;
      if (value instanceof RegExp) return `regexp ${text(value.source)} ${text(value.flags)} ${value.lastIndex}`;
      if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet) return numberOf(value);
      if (value instanceof ArrayBuffer) return `bytes ${new Uint8Array(value).join()}`;
      if (Array.isArray(value)) return `array ${value.length}`;
      for (const [name, read] of kinds) {
        try {
          const content = read(value);
          return `${name} ${Array.isArray(content) ? content.map(text).sort().join() : text(content)}`;
        } catch {
          // Not an object of this kind.
        }
      }
      return '';
    };
    const propertiesOf = (value: object): string =>
      ownKeys(value)
        .filter((key) => descriptorOf(value, key)?.enumerable === true)
        .map((key) => `${text(key)}:${text((value as Record<string | symbol, unknown>)[key])}`)
        .sort()
        .join();
    return text(root);
  };
  return (actual, expected) => {
    const numbers = new Map<unknown, number>();
    const written = textOf(actual, numbers);
    return written === textOf(expected, numbers);
  };
}

interface Tools {
  console: object;
  /** Calls a test's function with TEST_PARAMETERS; whether it returned anything but `false`. */
  run: (test: (...own: unknown[]) => unknown) => Promise<boolean>;
}

/** `assert` and `console`. */
function testTools(
  print: (length: number) => void,
  isSame: (a: unknown, b: unknown) => boolean,
  standard: unknown[],
): Tools {
  const { is, freeze } = Object;
  const ok = (value: unknown, message?: unknown): void => {
    if (!value) throw new Error(typeof message === 'string' ? message : 'assertion failed');
  };
  const assert = (value: unknown, message?: unknown): void => ok(value, message);
  const comparison =
    (isEqual: (a: unknown, b: unknown) => boolean, wanted: boolean) => (a: unknown, b: unknown, message?: unknown) =>
      ok(isEqual(a, b) === wanted, message);
  const [equal, notEqual] = [comparison(is, true), comparison(is, false)];
  const [deepEqual, notDeepEqual] = [comparison(isSame, true), comparison(isSame, false)];
  const throws = (run: () => unknown, message?: unknown): void => {
    let isThrown = false;
    try {
      run();
    } catch {
      isThrown = true;
    }
    ok(isThrown, message);
  };
  Object.assign(assert, { ok, throws, equal, strictEqual: equal, notEqual, notStrictEqual: notEqual });
  Object.assign(assert, { deepEqual, deepStrictEqual: deepEqual, notDeepEqual, notDeepStrictEqual: notDeepEqual });
  freeze(assert);
  const log = (...values: unknown[]): void => {
    let length = 0;
    for (const value of values) length += String(value).length + 1;
    print(length);
  };
  const run: Tools['run'] = async (test) => (await test(assert, ...standard)) !== false;
  return { console: { log, info: log, warn: log, error: log, debug: log }, run };
}
