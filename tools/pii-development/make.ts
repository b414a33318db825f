/**
 * The development set of personal data as rows that `attune data audit` reads:
 * `node tools/pii-development/make.ts FOLDER [FAKER_FOLDER]` writes `tune.jsonl`, `aside.jsonl` and those of `written/`.
 * Every fourth sentence is set aside: no rule is written by what it shows. `written.jsonl` and `written-aside.jsonl`
 * (every third) hold the rows of `written/`, whose values stand in the sentence: `{name=J. R. Whitcombe}`.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Draws, valueOf } from './values.ts';

const [folder, fakerFolder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: make.ts FOLDER [FAKER_FOLDER]');
const ROWS_OF_A_SENTENCE = 3;
/** Slots whose values have a form of their own, and slots that label another kind than their name. */
const FORM_SLOTS = new Set(['age', 'vin', 'phone', 'email']);
const KINDS: Record<string, string> = { given: 'name', family: 'name', street: 'address', other_id: 'code' };

type Source = { given: string[]; family: string[]; addresses: string[] };

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

function sourcesOf(): Map<string, Source> {
  const sources = new Map<string, Source>();
  for (const line of read('people.txt').trim().split('\n')) {
    const [, language, part, names] = /^(\w+) (given|family): (.*)$/.exec(line)!;
    const source = sources.get(language) ?? { given: [], family: [], addresses: [] };
    source[part as 'given' | 'family'] = names.split(' ').map((name) => name.replaceAll('_', ' '));
    sources.set(language, source);
  }
  for (const line of read('addresses.txt').trim().split('\n')) {
    const [, language, all] = /^(\w+): (.*)$/.exec(line)!;
    sources.get(language)!.addresses = all.split(' | ').map((address) => address.replaceAll(String.raw`\n`, '\n'));
  }
  return sources;
}

interface Faker {
  seed(value: number): void;
  person: { firstName(): string; lastName(): string };
}

const fakers =
  fakerFolder === undefined
    ? undefined
    : ((await import(pathToFileURL(join(fakerFolder, 'dist/index.js')).href)) as Record<string, Faker>);
const LOCALES: Record<string, string> = { pt: 'PT_PT' };

/** Half of the names are of the list beside this file, half of faker's where it is given. */
function nameOf(
  language: string,
  part: 'given' | 'family',
  { source, draws }: { source: Source; draws: Draws },
): string {
  const faker = fakers?.[`faker${LOCALES[language] ?? language.toUpperCase()}`];
  if (faker === undefined || draws.below(2) === 0) return draws.of(source[part]);
  faker.seed(draws.below(1e9));
  return part === 'given' ? faker.person.firstName() : faker.person.lastName();
}

function slotValue(
  slot: string,
  form: string | undefined,
  about: { language: string; source: Source; draws: Draws },
): string {
  const { language, source, draws } = about;
  if (slot === 'name') return `${nameOf(language, 'given', about)} ${nameOf(language, 'family', about)}`;
  if (slot === 'given' || slot === 'family') return nameOf(language, slot, about);
  if (slot === 'address' && form === undefined) return draws.of(source.addresses);
  // The line of the street alone: up to what looks like a postcode or a second line.
  if (slot === 'street')
    return draws
      .of(source.addresses)
      .split(/\n|, (?=(?:[A-Z]{1,2}-)?(?:\d{4,}|\d\d-\d{3}|\d{3} \d\d)|\p{Lu}\p{L}+(?: \p{L}+)?(?:,| [A-Z\d]|$))/u)[0];
  return valueOf(form ?? slot, draws);
}

function rowOf(sentence: string, about: { language: string; source: Source; draws: Draws }): string {
  const spans: { start: number; end: number; label: string }[] = [];
  let text = '';
  let at = 0;
  for (const { 0: whole, 1: slot, 2: form, index } of sentence.matchAll(/\{(!|\w+)(?::([^{}]*))?\}/g)) {
    text += sentence.slice(at, index);
    const start = [...text].length;
    text += FORM_SLOTS.has(slot) ? valueOf(slot, about.draws) : slotValue(slot, form, about);
    if (slot !== '!') spans.push({ start, end: [...text].length, label: KINDS[slot] ?? slot });
    at = index + whole.length;
  }
  return `${JSON.stringify({ text: text + sentence.slice(at), spans, language: about.language })}\n`;
}

function writtenRow(line: string, language: string): string {
  const spans: { start: number; end: number; label: string }[] = [];
  let text = '';
  let at = 0;
  const sentence = line.replaceAll(String.raw`\n`, '\n');
  for (const { 0: whole, 1: label, 2: value, index } of sentence.matchAll(/\{(\w+)=([^{}]*)\}/g)) {
    text += sentence.slice(at, index);
    const start = [...text].length;
    text += value;
    spans.push({ start, end: [...text].length, label });
    at = index + whole.length;
  }
  return `${JSON.stringify({ text: text + sentence.slice(at), spans, language })}\n`;
}

const sources = sourcesOf();
const rows: Record<string, string[]> = { tune: [], aside: [], written: [], 'written-aside': [] };
for (const file of readdirSync(new URL('sentences', import.meta.url)).toSorted()) {
  const language = file.slice(0, 2);
  for (const line of read(`sentences/${file}`).trim().split('\n')) {
    const hash = createHash('sha256').update(line).digest();
    const draws = new Draws(hash.readUInt32LE(0));
    for (let count = 0; count < ROWS_OF_A_SENTENCE; count++) {
      const row = rowOf(line.replaceAll(String.raw`\n`, '\n'), { language, source: sources.get(language)!, draws });
      rows[hash[4] % 4 === 0 ? 'aside' : 'tune'].push(row);
    }
  }
}
for (const file of readdirSync(new URL('written', import.meta.url)).toSorted()) {
  const lines = read(`written/${file}`).trim().split('\n');
  for (const line of lines) {
    const isAside = createHash('sha256').update(line).digest()[4] % 3 === 0;
    rows[isAside ? 'written-aside' : 'written'].push(writtenRow(line, file.replace('.txt', '')));
  }
}
mkdirSync(folder, { recursive: true });
for (const [part, lines] of Object.entries(rows)) {
  writeFileSync(join(folder, `${part}.jsonl`), lines.join(''));
  console.log(`${part}: ${lines.length} rows`);
}
