/**
 * Output of readers and steps, each item with its source: texts in sections, messages, records of tables, and
 * training rows.
 */
import { greatest, smallest } from '@attune/base/many';

/** A place in a source, which stays with everything derived from it, up to the final row. */
export interface Origin {
  /** Display path; files in an archive follow its name: `mails.zip/inbox.mbox`. */
  file: string;
  /** SHA-256 of that file's bytes: 64 hex digits. */
  sha256: string;
  /** 1-based page, slide or chapter, if the format has them; `lastPage` if it extends to a later one. */
  page?: number;
  lastPage?: number;
  /** 1-based line, row or message number in the file; `lastRow` if it extends to a later one. */
  row?: number;
  lastRow?: number;
  /** Headings above it, outermost first; a table's sheet or a database's table. */
  section?: readonly string[];
  /** The mail that it is or was attached to, if a mail has attachments: rows of one mail are never split. */
  mail?: string;
  /** The quotation that supports a generated row. */
  quote?: string;
}

/** Position within a file: an origin without the file's own fields. */
export type Place = Omit<Origin, 'file' | 'sha256' | 'mail'> & {
  /** For mails with attachments: the attachment's name within its file, '' for the mail. */
  mail?: string;
};

/** Part of a document below one heading, without its subsections. */
export interface Section {
  /** Absent before the first heading. */
  heading?: string;
  /** 1 for the topmost headings; 0 without one. */
  level: number;
  /** Markdown: paragraphs, lists, tables and code; without the heading. */
  text: string;
  page?: number;
  lastPage?: number;
  /** Sections on several pages: where in the text each page begins. */
  pages?: readonly (readonly [at: number, page: number])[];
  /** 1-based line, if the format has lines. */
  line?: number;
}

/** Running text. */
export interface TextDocument {
  kind: 'text';
  title?: string;
  sections: readonly Section[];
  origins: readonly Origin[];
}

/** A message of a conversation: a mail, a chat line, a comment on a ticket. */
export interface MessageDocument {
  kind: 'message';
  /** Group of related messages: a channel, a ticket, a mailbox. */
  conversation: string;
  /** Id of the message within its conversation, and of those that it replies to. */
  id?: string;
  answers?: readonly string[];
  subject?: string;
  author: string;
  /** Role according to the export: a bot or help-desk agent, or a customer. */
  role?: 'agent' | 'customer' | 'system';
  /** Milliseconds since the epoch. */
  at?: number;
  /** The author's own text, without quotations and signature. */
  text: string;
  quoted?: string;
  signature?: string;
  origins: readonly Origin[];
}

/** A row of a table, or an object of a JSON file. */
export interface RecordDocument {
  kind: 'record';
  values: Record<string, unknown>;
  origins: readonly Origin[];
}

/** Document read from a file. */
export type Document = TextDocument | MessageDocument | RecordDocument;

/** A training row: as a line of JSONL its values and, under `provenance`, its origins. */
export interface DataRow {
  kind: 'row';
  values: Record<string, unknown>;
  origins: readonly Origin[];
  /** Split keys of a row whose values were removed; not written. */
  splitKeys?: Record<string, unknown>;
}

/** Item passed between steps. */
export type Item = Document | DataRow;

export type ItemKind = Item['kind'];

/** Approximate number of characters in an item. */
export function charactersOf(item: Item): number {
  if (item.kind === 'text') return item.sections.reduce((sum, { text }) => sum + text.length, 0);
  if (item.kind === 'message') return item.text.length + (item.quoted?.length ?? 0);
  return Object.values(item.values).reduce<number>(
    (sum, value) => sum + (typeof value === 'string' ? value.length : 32),
    0,
  );
}

/** Merges origins in one section of one file; the others are kept, without repeats. */
export function mergeOrigins(origins: readonly Origin[]): Origin[] {
  const groups = Map.groupBy(origins, ({ file, sha256, section = [], mail }) =>
    JSON.stringify([file, sha256, section, mail]),
  );
  return [...groups.values()].map((group) => group.reduce(join));
}

function join(a: Origin, b: Origin): Origin {
  const { page, lastPage, row, lastRow, ...rest } = a;
  const pages = span([page, lastPage, b.page, b.lastPage]);
  const rows = span([row, lastRow, b.row, b.lastRow]);
  return {
    ...rest,
    ...(pages && { page: pages[0], ...(pages[1] > pages[0] && { lastPage: pages[1] }) }),
    ...(rows && { row: rows[0], ...(rows[1] > rows[0] && { lastRow: rows[1] }) }),
  };
}

function span(values: readonly (number | undefined)[]): [number, number] | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : [smallest(known), greatest(known)];
}

/** The origin of a section: its document's, with the section's own pages, line and headings. */
export function sectionOrigin(document: TextDocument, section: Section, path: readonly string[]): Origin {
  const { page, lastPage, line } = section;
  return {
    ...document.origins[0],
    ...(page !== undefined && { page, lastPage }),
    ...(line !== undefined && { row: line }),
    ...(path.length > 0 && { section: path }),
  };
}

/** The sections of a document, each with its heading path, outermost first. */
export function* withHeadings({ sections }: TextDocument): Generator<{ section: Section; path: string[] }> {
  const open: { level: number; heading: string }[] = [];
  for (const section of sections) {
    while (open.length > 0 && open.at(-1)!.level >= section.level) open.pop();
    if (section.heading !== undefined) open.push({ level: section.level, heading: section.heading });
    yield { section, path: open.map(({ heading }) => heading) };
  }
}
