/**
 * Regular expressions whose matches begin where a word does. All of them share one walk over a text, which looks up
 * each word's first three letters; an expression is tried only where one of its matches can begin.
 */
import { beginningsOf, LENGTH } from './beginnings.ts';

/** Of UTF-16 units below U+0250: the small letter, or itself; beyond, one sign for all. */
const MOST = 0x250;
const BITS = 10;
const SMALL = Uint16Array.from({ length: MOST }, (_, code) => {
  const small = String.fromCharCode(code).toLowerCase();
  return small.length === 1 && small.charCodeAt(0) < MOST ? small.charCodeAt(0) : code;
});
const IS_WORD = Uint8Array.from({ length: MOST }, (_, code) =>
  /[\p{L}\p{M}\p{N}]/u.test(String.fromCharCode(code)) ? 1 : 0,
);

export class WordPattern {
  readonly #pattern: RegExp;
  readonly #id: number;

  /** `source` must assert no more than that its matches begin at a word; with flags as `RegExp` has them. */
  constructor(source: string, flags: string) {
    this.#pattern = new RegExp(source, `${flags}y`);
    this.#id = register(source);
  }

  /** All matches, as those of a global expression. */
  matches(text: string): RegExpExecArray[] {
    const places = placesIn(text)[this.#id];
    if (places === undefined) return [];
    const found: RegExpExecArray[] = [];
    let from = 0;
    for (const place of places) {
      if (place < from) continue;
      this.#pattern.lastIndex = place;
      const match = this.#pattern.exec(text);
      if (match === null) continue;
      found.push(match);
      from = place + match[0].length;
    }
    return found;
  }
}

const registered: { source: string; beginnings?: ReadonlySet<string> }[] = [];
/** Which expressions a word's beginning asks for. */
const known = new Map<number, readonly number[]>();

function register(source: string): number {
  known.clear();
  last = undefined;
  return registered.push({ source }) - 1;
}

let last: { text: string; places: (number[] | undefined)[] } | undefined;

/** Of each expression, where it is to be tried. */
function placesIn(text: string): (number[] | undefined)[] {
  if (last?.text === text) return last.places;
  const places: (number[] | undefined)[] = [];
  let isInside = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const isWord = code < MOST && IS_WORD[code] === 1;
    if (isWord && !isInside) {
      for (const id of idsOf(keyAt(text, at))) {
        const found = places[id];
        if (found === undefined) places[id] = [at];
        else found.push(at);
      }
    }
    isInside = isWord;
  }
  last = { text, places };
  return places;
}

function keyAt(text: string, at: number): number {
  let key = 0;
  for (let next = at; next < at + LENGTH; next++) {
    const code = next < text.length ? text.charCodeAt(next) : 0;
    key = (key << BITS) | (code < MOST ? SMALL[code] : MOST);
  }
  return key;
}

function idsOf(key: number): readonly number[] {
  let ids = known.get(key);
  if (ids === undefined) {
    const text = String.fromCharCode(key >> (2 * BITS), (key >> BITS) & 1023, key & 1023);
    ids = registered.flatMap((one, id) => (mayBegin(one, text) ? [id] : []));
    known.set(key, ids);
  }
  return ids;
}

/** Read when they are first asked for: a program that redacts nothing should not wait for that. */
function mayBegin(one: (typeof registered)[number], text: string): boolean {
  one.beginnings ??= beginningsOf(one.source) ?? new Set(['']);
  for (let length = LENGTH; length >= 0; length--) if (one.beginnings.has(text.slice(0, length))) return true;
  return false;
}
