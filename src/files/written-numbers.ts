/**
 * Numbers of JSON as they are written: JavaScript does not distinguish 1 from 1.0, Python does. Objects and lists
 * read by `parseJsonAsWritten` carry the spellings under a symbol, which spreading keeps and JSON.stringify skips.
 */

const WRITTEN = Symbol('numbers as written');

/** Spellings by key. */
type Spellings = Map<string, string>;
type Holder = Record<string, unknown> & { [WRITTEN]?: Spellings };

/** Supported by Node 24, but missing from TypeScript's library. */
const { parse, rawJSON } = JSON as unknown as {
  parse(text: string, read?: (this: Holder, key: string, value: unknown, at?: { source?: string }) => unknown): unknown;
  rawJSON?(text: string): unknown;
};

/** A number that JavaScript may write differently: with a fraction, an exponent, or too many digits. */
const LONG_NUMBER = /\d[.eE]|\d{16}/;

/** Whether this process has read any such number. */
let hasSpellings = false;

/** Parses JSON, preserving how numbers are written; json.ts adds the limits. */
export function parseWithSpellings(text: string): unknown {
  if (!LONG_NUMBER.test(text)) return parse(text);
  return parse(text, function read(key, value, at) {
    const spelling = at?.source;
    if (typeof value === 'number' && spelling !== undefined && spelling !== String(value))
      keepSpelling(this, key, spelling);
    return value;
  });
}

function keepSpelling(holder: Holder, key: string, spelling: string): void {
  hasSpellings = true;
  (holder[WRITTEN] ??= new Map()).set(key, spelling);
}

/** Original spelling of the number under a key, if the value has not changed. */
export function spellingOf(holder: object, key: string, value: unknown): string | undefined {
  const spelling = (holder as Holder)[WRITTEN]?.get(key);
  return spelling !== undefined && Number(spelling) === value ? spelling : undefined;
}

/** JSON in which numbers keep their original spelling. */
export function stringifyAsWritten(value: unknown, indent?: number): string {
  if (!hasSpellings || rawJSON === undefined) return JSON.stringify(value, null, indent);
  function spell(this: object, key: string, one: unknown): unknown {
    const spelling = typeof one === 'number' ? spellingOf(this, key, one) : undefined;
    return spelling === undefined ? one : rawJSON!(spelling);
  }
  return JSON.stringify(value, spell, indent);
}

/** The spellings in a value by the paths of their holders, for code that does not copy symbols; undefined if there are none. */
export function spellingsIn(value: unknown): [path: string[], Spellings][] | undefined {
  if (!hasSpellings) return undefined;
  const found: [string[], Spellings][] = [];
  const walk = (one: unknown, path: string[]): void => {
    if (typeof one !== 'object' || one === null || ArrayBuffer.isView(one)) return;
    const own = (one as Holder)[WRITTEN];
    if (own !== undefined) found.push([path, own]);
    for (const [key, inner] of Object.entries(one)) if (inner instanceof Object) walk(inner, [...path, key]);
  };
  walk(value, []);
  return found.length === 0 ? undefined : found;
}

/** Restores the spellings in a copy of the value. */
export function restoreSpellings(value: unknown, spellings: ReturnType<typeof spellingsIn>): void {
  for (const [path, own] of spellings ?? []) {
    const holder = path.reduce<unknown>((one, key) => (one as Holder | undefined)?.[key], value);
    for (const [key, spelling] of own) if (holder instanceof Object) keepSpelling(holder as Holder, key, spelling);
  }
}
