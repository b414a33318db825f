/**
 * Files of rows, read like training data: CSV, TSV, JSON, JSON Lines, Parquet; chat exports are recognised among them.
 */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as tables from '@attune/tables';
import { MAX_ROW_BYTES } from '@attune/files/lines';
import type { Defect } from '@attune/files/utf8';
import { NoteBook } from '../outcome.ts';
import { encodingOfFile, longerThan, readTextLines } from '../text/decode.ts';
import type { Draft, FileInput, ReadContext, Reader } from '../reader.ts';
import { chatsOf } from './chats/index.ts';
import { isObject, type ChatSource, type Json } from './chats/chat.ts';
import { peopleBeside } from './chats/people.ts';
import { readByQuery } from './sql/duckdb.ts';

function readerOf(container: tables.Container, reader: Omit<Reader, 'read'>): Reader {
  const isJson = container === tables.json;
  return {
    ...reader,
    async *read(input, context) {
      const source = { file: input.name, notes: context.notes, people: await peopleBeside(input) };
      const path = reader.isBinary === true ? input.path : await inUtf8(input, context);
      const { sql } = context.choices;
      if (sql !== undefined) {
        yield* readByQuery({ path, format: reader.queried! }, sql, context);
        return;
      }
      // A JSON file may be a single value: an export with all its messages.
      const limit = isJson ? Math.max(MAX_ROW_BYTES, context.limits.lineBytes) : context.limits.lineBytes;
      const reading = {
        maxBytes: limit,
        onChunk: context.alive,
        namesColumns: true,
        isConfined: true,
        ...(input.range && { range: input.range }),
      };
      // A JSON file with a single value may be a service's response that contains the rows.
      let first: tables.RawRow | undefined;
      let rows = 0;
      for await (const row of container.read(path, input.name, reading)) {
        if (row.defect !== undefined)
          context.notes.add(noteOf(row.defect, limit), `line ${row.line}: ${row.defect.reason}`);
        else if (isJson && rows++ === 0) first = row;
        else {
          if (first !== undefined) yield* draftsOf(first.value!, first.line, source);
          first = undefined;
          yield* draftsOf(row.value!, row.line, source);
        }
      }
      if (first !== undefined) yield* wrapped(first, source);
    },
  };
}

/** Removes quoted values and numbers from a defect, which would make each row's reason distinct. */
function noteOf({ reason, isTooLong }: Defect, limit: number): string {
  if (isTooLong === true) return `rows left out: ${longerThan(limit)}`;
  return `rows left out: ${reason.replace(/(["'`]).*?\1/g, '…').replace(/\d[\d.,]*/g, 'n')}`;
}

function* draftsOf(value: Record<string, unknown>, line: number, source: ChatSource): Generator<Draft> {
  const messages = chatsOf(value, source);
  if (messages === undefined) yield { kind: 'record', values: value, place: { row: line } };
  else for (const message of messages) yield { ...message, place: { row: line, ...message.place } };
}

/** Usual keys of the rows in a service's response, next to their number and the next page. */
const LIST_NAMES =
  /^(?:data|rows|items|results?|records|entries|values?|list|tickets|conversations|articles|examples)$/i;

/** The single object of a file: its rows if it contains a list of them. */
function* wrapped({ value, line }: tables.RawRow, source: ChatSource): Generator<Draft> {
  if (chatsOf(value!, { ...source, notes: new NoteBook() }) !== undefined) return yield* draftsOf(value!, line, source);
  const lists = Object.entries(value!).filter(([, held]) => Array.isArray(held) && held.length > 0);
  const [name, list] = lists.length === 1 ? (lists[0] as [string, unknown[]]) : ['', []];
  const isOfRows =
    list.length > 0 &&
    list.every(isObject) &&
    (LIST_NAMES.test(name) || chatsOf(list[0] as Json, { ...source, notes: new NoteBook() }) !== undefined);
  if (!isOfRows) return yield* draftsOf(value!, line, source);
  for (const [index, row] of (list as Json[]).entries()) yield* draftsOf(row, index + 1, source);
}

/** The file itself if it is UTF-8 with Unix or Windows line ends, otherwise a converted copy. */
async function inUtf8(input: FileInput, context: ReadContext): Promise<string> {
  const endsLines = input.head.includes(0x0a) || !input.head.includes(0x0d);
  if (endsLines && (await encodingOfFile(input)) === 'utf-8') return input.path;
  const path = join(context.folder, 'utf8');
  const lines = async function* lines(): AsyncGenerator<string> {
    for await (const { text } of readTextLines(input, context)) yield `${text}\n`;
  };
  await pipeline(Readable.from(lines()), createWriteStream(path));
  return path;
}

export const csv = readerOf(tables.csv, { endings: ['csv'], queried: 'csv' });
export const tsv = readerOf(tables.csv, { endings: ['tsv', 'tab'], queried: 'csv' });
export const json = readerOf(tables.json, { endings: ['json'] });
export const jsonLines = readerOf(tables.jsonl, { endings: ['jsonl', 'ndjson'], byLines: true });
export const parquet = readerOf(tables.parquet, {
  endings: ['parquet'],
  queried: 'parquet',
  isBinary: true,
  recognise: (head) => head.toString('latin1', 0, 4) === 'PAR1',
});
