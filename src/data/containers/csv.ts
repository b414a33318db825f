import { Readable } from 'node:stream';
import { parse, type CsvError, type InfoRecord, type Parser } from 'csv-parse';
import { AttuneError } from '../../base/errors.ts';
import { MAX_ROW_BYTES, readLines, type Line } from '../../files/lines.ts';
import type { Defect } from '../../files/utf8.ts';
import type { Container, RawRow } from './container.ts';

const CHUNK_CHARACTERS = 1 << 16;

async function* read(path: string, file: string): AsyncGenerator<RawRow, void, undefined> {
  const feed = new Feed(file);
  let header: string[] | undefined;
  for await (const { cells, first, last } of feed.records(path)) {
    const defect = feed.defectBetween(first, last);
    if (header === undefined) header = checkHeader(cells, file, defect);
    else if (defect !== undefined) yield { line: first, defect };
    else if (cells.length !== header.length) yield { line: first, defect: wrongWidth(cells.length, header.length) };
    else yield { line: first, value: Object.fromEntries(header.map((name, index) => [name, cells[index]])) };
  }
  for (const [line, defect] of feed.unreported()) yield { line, defect };
}

/** The lines of the file that a record covers, 1-based. */
interface Span {
  first: number;
  last: number;
}

/** Hands a file's lines to the parser and remembers what was wrong with which line. */
class Feed {
  readonly #file: string;
  /** Defects by line, in the order of lines, until a record that covers them took them. */
  readonly #defects = new Map<number, Defect>();
  /** Of the records that the parser has finished and the reader not yet taken. */
  readonly #spans: Span[] = [];
  /** Last line of the record that the parser finished last. */
  #finishedLine = 0;
  #finishedEmpty = 0;
  #bytesSinceRecord = 0;

  constructor(file: string) {
    this.#file = file;
  }

  async *records(path: string): AsyncGenerator<Span & { cells: string[] }, void, undefined> {
    const lines = readLines(path);
    const header = await lines.next();
    if (header.done) return;
    const parser = this.#parser(delimiterOf(header.value.text, path));
    const source = Readable.from(this.#chunks(header.value, lines));
    source.on('error', (error) => parser.destroy(error));
    source.pipe(parser);
    for await (const cells of parser) yield { cells: cells as string[], ...this.#spans.shift()! };
  }

  #parser(delimiter: string): Parser {
    return parse({
      delimiter,
      record_delimiter: '\n',
      skip_empty_lines: true,
      relax_column_count: true,
      skip_records_with_error: true,
      on_skip: (error) => this.#skip(error),
      on_record: (cells, info) => this.#finish(cells, info),
    });
  }

  async *#chunks(header: Line, lines: AsyncIterable<Line>): AsyncGenerator<string, void, undefined> {
    let chunk = this.#take(header);
    for await (const line of lines) {
      chunk += this.#take(line);
      if (chunk.length < CHUNK_CHARACTERS) continue;
      this.#bytesSinceRecord += chunk.length;
      if (this.#bytesSinceRecord > MAX_ROW_BYTES) throw this.#endless();
      yield chunk;
      chunk = '';
    }
    if (chunk !== '') yield chunk;
  }

  #take(line: Line): string {
    if (line.defect !== undefined) this.#defects.set(line.number, line.defect);
    return `${line.text}\n`;
  }

  #finish(cells: string[], info: InfoRecord): string[] {
    const first = this.#finishedLine + 1 + (info.empty_lines - this.#finishedEmpty);
    this.#finishedLine = info.lines;
    this.#finishedEmpty = info.empty_lines;
    this.#bytesSinceRecord = 0;
    this.#spans.push({ first, last: info.lines });
    return cells;
  }

  #skip(error: CsvError | undefined): undefined {
    const line = Math.max(1, Number(error?.lines ?? this.#finishedLine + 1));
    if (this.#defects.has(line)) return;
    const isOpen = error?.code === 'CSV_QUOTE_NOT_CLOSED';
    this.#defects.set(isOpen ? this.#finishedLine + 1 : line, {
      reason: isOpen ? 'a quoted cell that begins in this row is never closed' : 'a quote stands where none may stand',
      fix: 'write a quote inside a cell twice, and the cell in quotes: "say ""hello"""',
    });
  }

  #endless(): AttuneError {
    return new AttuneError('E_BAD_ROWS', {
      what: `A row of ${this.#file} does not end`,
      problems: [
        { file: this.#file, line: this.#finishedLine + 1, message: 'a quoted cell that begins here is not closed' },
      ],
      fix: 'close the quote; a quote inside a cell is written twice',
    });
  }

  /** The first defect on the lines of a record; all of them count as reported. */
  defectBetween(first: number, last: number): Defect | undefined {
    let found: Defect | undefined;
    for (const [line, defect] of this.#defects) {
      if (line < first || line > last) continue;
      found ??= defect;
      this.#defects.delete(line);
    }
    return found;
  }

  unreported(): Iterable<[number, Defect]> {
    return this.#defects;
  }
}

/** The separator is the one that the header line holds most of; column names rarely contain any. */
function delimiterOf(header: string, path: string): string {
  if (/\.tsv(\.gz)?$/i.test(path)) return '\t';
  const outsideQuotes = header.replace(/"[^"]*"/g, '');
  const count = (delimiter: string): number => outsideQuotes.split(delimiter).length;
  return [',', ';', '\t', '|'].reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

function checkHeader(cells: string[], file: string, defect: Defect | undefined): string[] {
  const names = cells.map((cell) => cell.trim());
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  const empty = names.indexOf('');
  let message = defect?.reason;
  if (repeated !== undefined) message ??= `the column "${repeated}" is named twice`;
  if (empty !== -1) message ??= `column ${empty + 1} has no name`;
  if (message === undefined) return names;
  throw new AttuneError('E_BAD_FILE', {
    what: `The first line of ${file} must name the columns`,
    problems: [{ file, line: 1, message, fix: defect?.fix }],
    fix: 'give every column a name of its own',
  });
}

function wrongWidth(got: number, expected: number): Defect {
  return {
    reason: `the row has ${got} cells, the header ${expected}`,
    fix: 'put a cell that holds the separator or a line break in quotes',
  };
}

/** Comma-, semicolon-, tab- or bar-separated values with a header line; quoted cells may hold line breaks. */
export const csv: Container = { read };
