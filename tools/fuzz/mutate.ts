/** Damage to files, reproducible by seed: to bytes, to values in JSON, and to words. */
import { createHash } from 'node:crypto';

/** Random numbers from a key: `draw(n)` is below n. */
export class Chance {
  readonly #key: string;
  #drawn = Buffer.alloc(0);
  #count = 0;

  constructor(...key: readonly (string | number)[]) {
    this.#key = key.join('/');
  }

  draw(bound: number): number {
    if (this.#drawn.length < 4)
      this.#drawn = createHash('sha512')
        .update(`${this.#key}/${this.#count++}`)
        .digest();
    const value = this.#drawn.readUInt32LE();
    this.#drawn = this.#drawn.subarray(4);
    return value % Math.max(1, bound);
  }

  of<Item>(items: readonly Item[]): Item {
    return items[this.draw(items.length)];
  }
}

const BYTES = [0, 1, 0x7f, 0x80, 0xff, 0x22, 0x7b, 0x0a, 0x2d];

/** Changes, cuts, doubles or moves some parts. */
export function mutateBytes(data: Buffer, chance: Chance): Buffer {
  let bytes = Buffer.from(data);
  for (let change = 0; change <= chance.draw(4); change++) {
    const at = chance.draw(bytes.length);
    const length = 1 + chance.draw(chance.of([1, 4, 16, 256]));
    const end = Math.min(bytes.length, at + length);
    const kind = chance.draw(7);
    if (kind === 0) bytes[at] = chance.draw(256);
    else if (kind === 1) bytes[at] = chance.of(BYTES);
    else if (kind === 2) bytes = bytes.subarray(0, at);
    else if (kind === 3) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    else if (kind === 4) bytes = Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
    else if (kind === 5) bytes.fill(chance.of(BYTES), at, end);
    else if (at + 8 <= bytes.length)
      bytes.writeBigUInt64LE(chance.of([0n, 1n, 2n ** 31n, 2n ** 53n, 2n ** 64n - 1n]), at);
  }
  return bytes;
}

const deep = (depth: number, open: string, close: string): unknown =>
  JSON.parse(open.repeat(depth) + close.repeat(depth));

/** Unexpected values, put in place of valid ones. */
const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  0.5,
  -0.5,
  2 ** 31,
  2 ** 53,
  -(2 ** 53),
  1e9,
  1e300,
  1e-300,
  '',
  ' ',
  'x',
  '0',
  'constructor',
  '__proto__',
  'null',
  'NaN',
  '../../../etc/passwd',
  '/etc/passwd',
  './x.ts#f',
  '\u0000',
  '\u001b[2J',
  '\ud800',
  'é',
  'a'.repeat(5000),
  ' '.repeat(5000),
  '(([a-z_.0-9])+)+!',
  '{{ 7 * 7 }}',
  '{% for i in range(9999) %}x{% endfor %}',
  [],
  {},
  [[]],
  [null],
  { a: 1 },
  Array.from({ length: 300 }, () => 0),
  deep(200, '[', ']'),
];

/** Changes some values, keys or lists of a JSON value. */
export function mutateJson(value: unknown, chance: Chance): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(value));
  const root = { value: copy };
  for (let change = 0; change <= chance.draw(3); change++) mutateOne(root, 'value', chance);
  return root.value;
}

function mutateOne(holder: Record<string, unknown>, key: string, chance: Chance): void {
  const value = holder[key];
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  // Mostly a value further down, the outer ones less often.
  if (keys.length > 0 && chance.draw(8) > 0)
    return mutateOne(value as Record<string, unknown>, chance.of(keys), chance);
  const kind = chance.draw(6);
  if (kind === 0) delete holder[key];
  else if (kind === 1 && typeof value === 'number') holder[key] = value * chance.of([-1, 0, 10, 1e6, 1.5]);
  else if (kind === 2 && Array.isArray(value)) holder[key] = [...value, ...value, structuredClone(chance.of(VALUES))];
  else if (kind === 3 && !Array.isArray(holder))
    Object.defineProperty(holder, chance.of(['__proto__', 'constructor', 'x', '']), {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  else holder[key] = structuredClone(chance.of(VALUES));
}

/** Inserts, doubles, swaps or removes words of the language in a text. */
export function mutateText(text: string, words: readonly string[], chance: Chance): string {
  let parts = text.split(/(\s+|(?<=[{}%[\]():,])|(?=[{}%[\]():,]))/);
  for (let change = 0; change <= chance.draw(5); change++) {
    const at = chance.draw(parts.length);
    const kind = chance.draw(5);
    if (kind === 0) parts.splice(at, 1 + chance.draw(3));
    else if (kind === 1) parts.splice(at, 0, chance.of(words));
    else if (kind === 2) parts = [...parts.slice(0, at), ...parts.slice(Math.max(0, at - chance.draw(12)))];
    else if (kind === 3) parts[at] = String(chance.of(VALUES));
    else parts[at] = chance.of(words);
  }
  return parts.join('');
}
