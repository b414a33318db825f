/** Files of rows, read as training data are: CSV, TSV, JSON, JSON Lines, Parquet; chats among them by their exports' form. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { containers } from '../../data/containers/index.ts';
import { MAX_ROW_BYTES } from '../../files/lines.ts';
import type { Defect } from '../../files/utf8.ts';
import { encodingOfFile, longerThan, readTextLines } from '../text/decode.ts';
import type { Draft, FileInput, ReadContext, Reader } from '../reader.ts';
import { chatsOf } from './chats/index.ts';
import type { ChatSource } from './chats/chat.ts';
import { peopleBeside } from './chats/people.ts';

function readerOf(container: string, reader: Omit<Reader, 'read'>): Reader {
  return {
    ...reader,
    async *read(input, context) {
      const { read } = await containers.load(container);
      const source = { file: input.name, notes: context.notes, people: await peopleBeside(input) };
      const path = reader.isBinary === true ? input.path : await inUtf8(input, context);
      // A file of JSON may be one value: an export with all its messages.
      const limit = container === 'json' ? Math.max(MAX_ROW_BYTES, context.limits.lineBytes) : context.limits.lineBytes;
      const reading = { maxBytes: limit, onChunk: context.alive, ...(input.range && { range: input.range }) };
      for await (const { line, value, defect } of read(path, input.name, reading)) {
        if (value === undefined) context.notes.add(noteOf(defect!, limit), `line ${line}: ${defect!.reason}`);
        else yield* draftsOf(value, line, source);
      }
    },
  };
}

/** Numbers in a defect would make a reason of their own for every row. */
function noteOf({ reason, isTooLong }: Defect, limit: number): string {
  if (isTooLong === true) return `rows left out: ${longerThan(limit)}`;
  return `rows left out: ${reason.replace(/(["'`]).*?\1/g, '…').replace(/\d[\d.,]*/g, 'n')}`;
}

function* draftsOf(value: Record<string, unknown>, line: number, source: ChatSource): Generator<Draft> {
  const messages = chatsOf(value, source);
  if (messages === undefined) yield { kind: 'record', values: value, place: { row: line } };
  else for (const message of messages) yield { ...message, place: { ...message.place, row: line } };
}

/** The file itself where it is UTF-8, else a copy that is. */
async function inUtf8(input: FileInput, context: ReadContext): Promise<string> {
  if ((await encodingOfFile(input)) === 'utf-8') return input.path;
  const path = join(context.folder, 'utf8');
  const lines = async function* lines(): AsyncGenerator<string> {
    for await (const { text } of readTextLines(input, context)) yield `${text}\n`;
  };
  await pipeline(Readable.from(lines()), createWriteStream(path));
  return path;
}

export const csv = readerOf('csv', { endings: ['csv'] });
export const tsv = readerOf('tsv', { endings: ['tsv', 'tab'] });
export const json = readerOf('json', { endings: ['json'] });
export const jsonLines = readerOf('jsonl', { endings: ['jsonl', 'ndjson'], byLines: true });
export const parquet = readerOf('parquet', {
  endings: ['parquet'],
  isBinary: true,
  recognise: (head) => head.toString('latin1', 0, 4) === 'PAR1',
});
