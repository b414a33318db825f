/** Features of each word and of its neighbours, for the tagger. */
import { asListed, asScriptListed, gazetteer, isEveryday, isTown, scriptNames } from './gazetteer.ts';
import type { Terms } from './terms.ts';
import { hashOf, type Form } from './tokens.ts';

/** Rows of the model's table; features are hashed into it. */
export const ROWS = 1 << 19;
/** How many neighbouring words on each side count. */
export const REACH = 2;

/** A feature's row, from its template and the hash of its value. */
export function row(template: number, value: number): number {
  let hash = Math.imul(template + 1, 0x9e3779b1) ^ value;
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) & (ROWS - 1);
}

/** Features of a word form that do not depend on its position. */
export interface FormFacts extends FormMarks {
  /** Rows by offset from -REACH to REACH; those of offset 0 come first. */
  rows: readonly Int32Array[];
}

/** Hashes of a form's lists, sorts and shape, cached for each form. */
export interface FormMarks {
  listing: number;
  sorts: number;
  shape: number;
}

/** Number of leading rows that identify a token's own form; training drops them at random. */
export const IDENTITY_ROWS = 5;
const OWN = 1;
const NEAR = 40;

/** Features of a form from the lexicon and the lists. */
export function factsOf(form: Form, terms: Terms): FormFacts {
  const sorts = terms.sortsOf(form);
  const listing = form.sort === 'word' ? listingOf(form) : '';
  const own = ownRows(form, listing, sorts);
  return {
    rows: [
      farRows(form, sorts, 0),
      nearRows(form, { listing, sorts }, 1),
      own,
      nearRows(form, { listing, sorts }, 2),
      farRows(form, sorts, 3),
    ],
    listing: hashOf(listing),
    sorts: hashOf(sorts.slice(0, 2).join()),
    shape: hashOf(form.shape),
  };
}

function ownRows({ lower, shape, sort, isCapital, text }: Form, listing: string, sorts: readonly string[]): Int32Array {
  const values: [number, string][] = [
    [0, lower],
    [1, lower.slice(-4)],
    [2, lower.slice(-3)],
    [3, lower.slice(0, 3)],
    [4, lower.slice(0, 5)],
    [5, lower.slice(-2)],
    [6, shape],
    [7, listing],
    [8, `${sort} ${text.length > 12 ? 'long' : text.length}`],
    [9, `${isCapital} ${listing}`],
    ...sorts.map((one): [number, string] => [10, one]),
    [11, `${isCapital} ${sorts.join()}`],
    [12, scriptOf(text)],
  ];
  if (sort === 'number') values.push([13, numberClass(text)]);
  return Int32Array.from(values, ([template, value]) => row(OWN + template, hashOf(value)));
}

function nearRows(
  { lower, shape, isCapital }: Form,
  { listing, sorts }: { listing: string; sorts: readonly string[] },
  side: number,
): Int32Array {
  const values: [number, string][] = [
    [0, lower],
    [1, lower.slice(-3)],
    [2, shape],
    [3, listing],
    [4, `${isCapital} ${sorts.join()}`],
    ...sorts.map((one): [number, string] => [5, one]),
  ];
  return Int32Array.from(values, ([template, value]) => row(NEAR + 8 * side + template, hashOf(value)));
}

function farRows({ lower, shape }: Form, sorts: readonly string[], side: number): Int32Array {
  const values: [number, string][] = [[0, lower], [1, shape], ...sorts.map((one): [number, string] => [2, one])];
  return Int32Array.from(values, ([template, value]) => row(NEAR + 32 + 8 * side + template, hashOf(value)));
}

/** Ages from 90 on look like no day, month or year. */
function numberClass(text: string): string {
  const value = Number(text);
  if (text.length === 4) return value >= 1850 && value <= 2100 ? 'year' : '4';
  if (value >= 90 && value <= 125 && text.length <= 3) return 'old';
  if (text.length <= 2) return value <= 12 ? 'month' : value <= 31 ? 'day' : 'age';
  return String(Math.min(text.length, 12));
}

function scriptOf(text: string): string {
  const code = text.charCodeAt(0);
  return code < 0x250 ? 'latin' : String(code >> 7);
}

/** The lists that say whether a form is a name, a place or an everyday word. */
function listingOf({ text, lower, isCapital }: Form): string {
  if (text.charCodeAt(0) >= 0x250) return scriptListing(text);
  const written = isCapital ? asListed(text) : text.slice(0, 1).toUpperCase() + text.slice(1);
  const { given, family, cities } = gazetteer();
  const marks = [
    mark(given.get(written), 'g'),
    mark(family.get(written), 'f'),
    cities.has(written) ? 'c' : isTown(written) ? 't' : '',
    isEveryday(lower) ? 'e' : '',
  ];
  return marks.join('') + hyphened(written);
}

function hyphened(written: string): string {
  if (!written.includes('-')) return '';
  const { given, family } = gazetteer();
  return `-${written
    .split('-')
    .map((part) => (given.has(part) ? 'g' : family.has(part) ? 'f' : ''))
    .join('')}`;
}

function scriptListing(text: string): string {
  const known = asScriptListed(text);
  const { given, family } = scriptNames();
  return `s${mark(given.get(known), 'g')}${mark(family.get(known), 'f')}`;
}

export function mark(standing: 'plain' | 'ambiguous' | undefined, letter: string): string {
  return standing === undefined ? '' : standing === 'plain' ? letter.toUpperCase() : letter;
}
