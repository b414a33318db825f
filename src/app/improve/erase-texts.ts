/** Erases a user's texts from the files of a run that quote rows: its samples, report and log. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { extname, join } from 'node:path';
import { entryOf } from '../../base/table.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { parseJson } from '../../files/json.ts';
import { escapeHtml } from '../../jobs/report/html.ts';

/** Shorter texts are likely to occur in other users' rows too. */
const LEAST_CHARACTERS = 12;
/** Reports truncate long texts, so a text with the same beginning counts as a part of one. */
const BEGINNING = 40;
const IN_PLACE = '(erased)';

const readers: Readonly<Record<string, (content: string, erase: (text: string) => string) => string>> = {
  '.json': (content, erase) => JSON.stringify(mapTexts(parseJson(content), erase), null, 2),
  '.jsonl': (content, erase) =>
    content
      .split('\n')
      .map((line) => (line === '' ? '' : JSON.stringify(mapTexts(parseJson(line), erase))))
      .join('\n'),
  '.html': (content, erase) => erase(content),
  '.log': (content, erase) => erase(content),
};

/** Only edits files directly in the folder: subfolders have models, whose vocabularies must stay. */
export function eraseTexts(folder: string, given: readonly string[]): void {
  // Longer texts first, since one may be part of another.
  const texts = given.filter(({ length }) => length >= LEAST_CHARACTERS).toSorted((a, b) => b.length - a.length);
  if (texts.length === 0 || !existsSync(folder)) return;
  const erase = (content: string): string =>
    texts.flatMap(forms).reduce((left, form) => left.replaceAll(form, IN_PLACE), content);
  const beginnings = texts.filter(({ length }) => length > BEGINNING).map((text) => text.slice(0, BEGINNING));
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const read = entryOf(readers, extname(entry.name));
    const path = join(folder, entry.name);
    if (!entry.isFile() || read === undefined || entry.name === 'recipe.json') continue;
    const before = readFileSync(path, 'utf8');
    if (![...texts, ...beginnings].some((text) => quotes(before, text))) continue;
    const after = read(before, erase);
    if (beginnings.some((text) => quotes(after, text))) rmSync(path);
    else writeFileAtomic(path, after);
  }
}

function quotes(content: string, text: string): boolean {
  return forms(text).some((form) => content.includes(form));
}

/** A text as it appears in plain files, JSON and HTML. */
function forms(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  return [...new Set([text, json, escapeHtml(text), escapeHtml(json)])];
}

function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, map));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mapTexts(one, map)]));
}
