/**
 * The second, third and fourth held-out sets: rows read from `fixtures/pii/second/*.txt`, `third/*.txt` and
 * `fourth/*.txt`, what is wrong with them, and how they are written.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ibanDigits, luhnDigit } from './checksums.ts';
import { Draws } from './random.ts';
import { requested } from './second-values.ts';

interface Span {
  start: number;
  end: number;
  kind: string;
}

export interface Row {
  id: string;
  text: string;
  language: string;
  country: string;
  source: 'written';
  spans: Span[];
}

interface Set {
  folder: string;
  number: number;
  seed: number;
}

const SECOND: Set = { folder: 'second', number: 2, seed: 202 };
const THIRD: Set = { folder: 'third', number: 3, seed: 303 };
const FOURTH: Set = { folder: 'fourth', number: 4, seed: 404 };
const SOURCE = join(import.meta.dirname, '../../fixtures/pii');
export const KINDS = new Set(
  (
    'name address date age phone fax email national_id medical_record health_plan account iban card passport ' +
    'licence vehicle device url ip biometric photo other_id secret'
  ).split(' '),
);

/** `[[kind|value]]` becomes the value and a span, `[[kind|~request]]` a drawn value, `{{~request}}` one without a label. */
function read(block: string, draws: Draws): { text: string; spans: Span[] } {
  const spans: Span[] = [];
  let text = '';
  let done = 0;
  for (const match of block.matchAll(
    /\[\[(?<kind>\w+)\|(?<value>(?:(?!\]\]|\[\[)[^])+)\]\]|\{\{~(?<decoy>[^}]+)\}\}/g,
  )) {
    text += block.slice(done, match.index);
    done = match.index + match[0].length;
    const { kind, value = '', decoy } = match.groups ?? {};
    const part = decoy ? requested(draws, decoy) : value.startsWith('~') ? requested(draws, value.slice(1)) : value;
    if (kind !== undefined) spans.push({ start: text.length, end: text.length + part.length, kind });
    text += part;
  }
  return { text: text + block.slice(done), spans };
}

/** Blocks between empty lines; `== en US` sets language and country of those that follow, a line `¶` is an empty line. */
function rowsOf({ folder, number, seed }: Set, file: string): Row[] {
  const draws = new Draws(seed + [...file].reduce((sum, symbol) => sum * 31 + symbol.charCodeAt(0), 0));
  const name = file.replace('.txt', '');
  const rows: Row[] = [];
  let [language, country] = ['', ''];
  for (const block of readFileSync(join(SOURCE, folder, file), 'utf8')
    .trim()
    .split(/\n{2,}/)) {
    const header = /^== (\w\w) (\w\w)$/.exec(block);
    if (header) [, language, country] = header as unknown as [string, string, string];
    else {
      const id = `${number}-${name}-${String(rows.length + 1).padStart(3, '0')}`;
      const { text, spans } = read(block.replace(/^¶$/gm, ''), draws);
      rows.push({ id, text, language, country, source: 'written', spans });
    }
  }
  return rows;
}

function isIban(value: string): boolean {
  const number = value.replaceAll(' ', '').toUpperCase();
  return ibanDigits(number.slice(0, 2), number.slice(4)) === number.slice(2, 4);
}

function isCard(value: string): boolean {
  const digits = value.replace(/\D/g, '');
  return digits.length >= 15 && luhnDigit(digits.slice(0, -1)) === digits.at(-1);
}

/** What is wrong with a row's labels, in words. */
export function defects({ id, text, language, spans }: Row): string[] {
  const found =
    language === '' || /\[\[|\]\]\S*\||\{\{~/.test(text) ? [`${id}: unread markup or no language: ${text}`] : [];
  return spans.reduce((list, { start, end, kind }, at) => {
    const value = text.slice(start, end);
    const wrong =
      (!KINDS.has(kind) && 'unknown kind') ||
      ((value === '' || value !== value.trim()) && 'empty or padded') ||
      (start < (spans[at - 1]?.end ?? 0) && 'overlaps') ||
      (kind === 'iban' && !isIban(value) && 'wrong check digits') ||
      (kind === 'card' && !isCard(value) && 'wrong check digit') ||
      (kind === 'age' && !/^\d+$/.test(value) && 'not a number') ||
      (kind === 'age' && !(Number(value) > 89) && 'not over 89');
    return wrong ? [...list, `${id}: ${kind} "${value}" ${wrong}`] : list;
  }, found);
}

/** JSON whose secrets begin with an escape: the same text to a parser, but nothing that a push scanner takes for a leak. */
export function serialise(row: Row): string {
  const secrets = row.spans.filter(({ kind }) => kind === 'secret').map(({ start, end }) => row.text.slice(start, end));
  return secrets.reduce((json, secret) => {
    const escape = `\\u${secret.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return json.replaceAll(secret, () => escape + secret.slice(1));
  }, JSON.stringify(row));
}

/** Every row, in the order of the file. */
function rowsOfSet(set: Set): Row[] {
  const files = readdirSync(join(SOURCE, set.folder)).filter((file) => file.endsWith('.txt'));
  return files.sort().flatMap((file) => rowsOf(set, file));
}

export const secondRows = (): Row[] => rowsOfSet(SECOND);

/** The written rows of the third and fourth sets; their mails lie in `mails.tsv` beside them. */
export const thirdWrittenRows = (): Row[] => rowsOfSet(THIRD);
export const fourthWrittenRows = (): Row[] => rowsOfSet(FOURTH);
