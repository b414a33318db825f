import type { Budget } from './budget.ts';
import { typeError, valueError } from './errors.ts';
import { charactersOf, forOf } from './iteration.ts';
import { titleLetter } from './letter-case.ts';
import { toIndex } from './numbers.ts';
import { isSpace, trimEnd, trimStart } from './python-space.ts';
import { lastPlacesOf, placesOf } from './search.ts';
import { asText, Tuple, typeName, type Value, type Runtime } from './values.ts';

/** Python's str.strip, lstrip and rstrip. `chars` are the characters to remove, null means white space. */
// oxlint-disable-next-line max-params -- the side is the last of three names
export function strip(text: string, chars: Value, { budget }: Runtime, side?: 'start' | 'end'): string {
  budget.chargeText(text.length);
  if (chars === null) {
    const left = side === 'end' ? text : trimStart(text);
    return side === 'start' ? left : trimEnd(left);
  }
  const set = asText(chars);
  if (set === undefined) throw typeError(`strip arg must be None or str, not ${typeName(chars)}`);
  const taken = new Set(charactersOf(set, budget));
  const letters = charactersOf(text, budget);
  let [start, end] = [0, letters.length];
  if (side !== 'end') while (start < end && taken.has(letters[start])) start++;
  if (side !== 'start') while (end > start && taken.has(letters[end - 1])) end--;
  return letters.slice(start, end).join('');
}

export function removeAffix(text: string, affix: Value, side: 'start' | 'end'): string {
  const part = requireText(affix);
  if (part === '') return text;
  if (side === 'start') return text.startsWith(part) ? text.slice(part.length) : text;
  return text.endsWith(part) ? text.slice(0, -part.length) : text;
}

function requireText(value: Value): string {
  const text = asText(value);
  if (text === undefined) throw typeError(`must be str, not ${typeName(value)}`);
  return text;
}

/** Python's str.split and rsplit. */
// oxlint-disable-next-line max-params -- the side is the last of two names
export function split(text: string, [separator, most]: Value[], runtime: Runtime, side: 'start' | 'end'): string[] {
  const limit = toIndex(most) < 0 ? Infinity : toIndex(most);
  if (separator === null) return splitAtSpace(text, limit, runtime.budget, side);
  const part = requireText(separator);
  if (part === '') throw valueError('empty separator');
  const { budget } = runtime;
  const places = side === 'start' ? placesOf(text, part, budget, limit) : lastPlacesOf(text, part, budget, limit);
  return cutAt(text, places, part.length, budget);
}

// oxlint-disable-next-line max-params -- a text, where and how wide it is cut
function cutAt(text: string, places: readonly number[], width: number, budget: Budget): string[] {
  budget.chargeText(text.length);
  budget.charge(2 * places.length);
  const parts = places.map((at, index) => text.slice(index === 0 ? 0 : places[index - 1] + width, at));
  parts.push(text.slice(places.length === 0 ? 0 : places[places.length - 1] + width));
  return parts;
}

// oxlint-disable-next-line max-params -- as `split`
function splitAtSpace(text: string, limit: number, budget: Budget, side: 'start' | 'end'): string[] {
  budget.charge(text.length / 4 + 1);
  // Starts and ends of the words, alternating.
  const bounds: number[] = [];
  for (let place = 0; place < text.length;) {
    while (place < text.length && isSpace(text, place)) place++;
    if (place === text.length) break;
    bounds.push(place);
    while (place < text.length && !isSpace(text, place)) place++;
    bounds.push(place);
    budget.charge(4);
  }
  const count = bounds.length / 2;
  const words = (from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, index) =>
      text.slice(bounds[2 * (from + index)], bounds[2 * (from + index) + 1]),
    );
  if (count <= limit) return words(0, count);
  if (side === 'start') return [...words(0, limit), text.slice(bounds[2 * limit])];
  const from = count - limit;
  return [text.slice(0, bounds[2 * from - 1]), ...words(from, count)];
}

// oxlint-disable-next-line no-control-regex -- some of them end lines in Python
const LINE = /\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/g;

export function splitLines(text: string, keepEnds: boolean, budget: Budget): string[] {
  budget.chargeText(text.length * 2);
  const lines: string[] = [];
  let start = 0;
  for (const { 0: end, index } of text.matchAll(LINE)) {
    budget.charge(8);
    lines.push(text.slice(start, index + (keepEnds ? end.length : 0)));
    start = index + end.length;
  }
  if (start < text.length) lines.push(text.slice(start));
  return lines;
}

/** Python's str.partition and rpartition. */
// oxlint-disable-next-line max-params -- the side is the last of two names
export function splitOnce(text: string, separator: Value, { budget }: Runtime, which: 'first' | 'last'): Tuple {
  const part = requireText(separator);
  if (part === '') throw valueError('empty separator');
  const [at] = which === 'first' ? placesOf(text, part, budget, 1) : lastPlacesOf(text, part, budget, 1);
  if (at === undefined) return new Tuple(which === 'first' ? [text, '', ''] : ['', '', text]);
  budget.chargeText(text.length);
  return new Tuple([text.slice(0, at), part, text.slice(at + part.length)]);
}

export function replaceText(text: string, [old, by, most]: Value[], runtime: Runtime): string {
  const { budget } = runtime;
  const [from, to] = [requireText(old), requireText(by)];
  const limit = toIndex(most) < 0 ? Infinity : toIndex(most);
  const parts = from === '' ? betweenLetters(text, limit, budget) : split(text, [from, most], runtime, 'start');
  const length = text.length + (parts.length - 1) * (to.length - from.length);
  budget.checkLength(length);
  budget.chargeText(length);
  return parts.join(to);
}

/** Where the empty text is replaced: before each character and at the end. */
function betweenLetters(text: string, limit: number, budget: Budget): string[] {
  const letters = charactersOf(text, budget);
  if (limit > letters.length) return ['', ...letters, ''];
  if (limit === 0) return [text];
  return ['', ...letters.slice(0, limit - 1), letters.slice(limit - 1).join('')];
}

/** Python's str.join. @throws TypeError for elements other than text */
export function joinTexts(separator: string, values: Value, { budget }: Runtime): string {
  const texts: string[] = [];
  let length = 0;
  for (const value of forOf(values, budget)) {
    const text = asText(value);
    if (text === undefined)
      throw typeError(`sequence item ${texts.length}: expected str instance, ${typeName(value)} found`);
    length += text.length + (texts.length > 0 ? separator.length : 0);
    budget.checkLength(length);
    budget.chargeText(text.length + separator.length);
    texts.push(text);
  }
  return texts.join(separator);
}

/** Python's str.title: upper case after any non-letter. */
export function titleCase(text: string): string {
  return text.replaceAll(/(\p{Cased})([\p{Cased}]*)/gu, (_word, first: string, rest: string) => {
    return titleLetter(first) + rest.toLowerCase();
  });
}
