import { table } from '@attune/base/table';
import type { MessageDocument, Place } from '../../document.ts';
import type { NoteBook } from '../../outcome.ts';

export type People = ReadonlyMap<string, string>;

/** A message of an export, before its file is added. */
export type ChatMessage = Omit<MessageDocument, 'origins'> & { place?: Place };

export interface ChatSource {
  file: string;
  notes: NoteBook;
  /** Names of people whom messages refer to by id. */
  people: People;
}

/** The format of one service's export: converts an object of its JSON files to messages. */
export interface ChatExport {
  /** Recognises an object by keys that no other export combines. */
  recognise(value: Readonly<Record<string, unknown>>): boolean;
  /** Its messages, except those of the service itself (X joined), which are noted. */
  messages(value: Readonly<Record<string, unknown>>, source: ChatSource): Iterable<ChatMessage>;
}

export type Json = Record<string, unknown>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A text or number as text; undefined for anything else and for empty text. */
export function textOf(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '';
  return text === '' ? undefined : text;
}

const NAMED: Readonly<Record<string, string>> = table({
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  bull: '•',
  euro: '€',
});

function characterOf(code: string): string | undefined {
  const point = /^x/i.test(code) ? Number.parseInt(code.slice(1), 16) : Number(code);
  return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : undefined;
}

function instead(tag: string): string {
  if (/^<li\b/i.test(tag)) return '- ';
  if (/^<(?:br|\/p|\/div|\/li|\/ul|\/ol|\/h\d|\/tr)\b/i.test(tag)) return '\n';
  return /^<\/t[dh]\b/i.test(tag) ? ' ' : '';
}

/** Help desks store messages as HTML. */
export function plainOf(html: string): string {
  // No tag ends after the last ">", but each "<" there would start a search for one.
  const end = html.lastIndexOf('>') + 1;
  const marked = html.slice(0, end);
  if (!/<[a-z][^>]*>/i.test(marked)) return html.trim();
  return (marked.replace(/<[^>]*>/g, instead) + html.slice(end))
    .replace(/&#(x[0-9a-f]{1,6}|\d{1,7});/gi, (entity, code: string) => characterOf(code) ?? entity)
    .replace(/&([rl][sd]quo|[nm]dash|hellip|bull|euro);/g, (_, name: string) => NAMED[name])
    .replace(/&nbsp;/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
    .replace(/(?<![ \t])[ \t]+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
