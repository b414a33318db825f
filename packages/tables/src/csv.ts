import { AttuneError } from '@attune/base/errors';
import { readLines, type LineReading } from '@attune/files/lines';
import type { Defect } from '@attune/files/utf8';
import type { Container, RawRow, RowReading } from './container.ts';
import { CsvReader, type CsvRecord } from './csv-records.ts';
import { markMerged } from './merged-rows.ts';

async function* read(path: string, file: string, reading?: RowReading): AsyncGenerator<RawRow, void, undefined> {
  const records = recordsOf(path, reading);
  const { value: first } = await records.next();
  if (first === undefined) return;
  const { cells: names, line: number, defect: flaw } = first;
  const header = checkHeader(reading?.namesColumns === true ? named(names) : names, {
    file,
    line: number,
    defect: flaw,
  });
  for await (const { line, cells, defect } of markMerged(records, header.length)) {
    if (defect !== undefined) yield { line, defect };
    else if (cells.length !== header.length) yield { line, defect: wrongWidth(cells.length, header.length) };
    else yield { line, value: Object.fromEntries(header.map((name, index) => [name, cells[index]])) };
  }
}

async function* recordsOf(path: string, reading?: LineReading): AsyncGenerator<CsvRecord, void, undefined> {
  let reader: CsvReader | undefined;
  for await (const line of readLines(path, reading)) {
    if (reader === undefined) {
      const told = /^"?sep=(.)"?$/i.exec(line.text)?.[1];
      if (line.text !== '') reader = new CsvReader(told ?? delimiterOf(line.text, path), reading?.maxBytes);
      // Excel can state the separator in the first line: `sep=;`.
      if (told !== undefined) continue;
    }
    const record = reader?.take(line);
    if (record !== undefined) yield record;
    if (reader?.isEndless) break;
  }
  const last = reader?.end();
  if (last !== undefined) yield last;
}

/** The separator is the candidate that occurs most often in the header line: column names rarely contain one. */
function delimiterOf(header: string, path: string): string {
  if (/\.tsv(\.gz)?$/i.test(path)) return '\t';
  const outsideQuotes = header.replace(/"[^"]*"/g, '');
  const count = (delimiter: string): number => outsideQuotes.split(delimiter).length;
  return [',', ';', '\t', '|'].reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

/** Gives each column a name: a separator at the end of a line leaves one without, and joins of tables repeat names. */
function named(cells: readonly string[]): string[] {
  const names = new Set<string>();
  const counts = new Map<string, number>();
  for (const [index, cell] of cells.entries()) {
    const name = cell.trim() || `column ${index + 1}`;
    let count = counts.get(name) ?? 1;
    let unique = name;
    while (names.has(unique)) unique = `${name} ${++count}`;
    counts.set(name, count);
    names.add(unique);
  }
  return [...names];
}

function checkHeader(cells: string[], place: { file: string; line: number; defect?: Defect }): string[] {
  const names = cells.map((cell) => cell.trim());
  const known = new Set<string>();
  const repeated = names.find((name) => known.size === known.add(name).size);
  const empty = names.indexOf('');
  const { file, line, defect } = place;
  let message = defect?.reason;
  if (repeated !== undefined) message ??= `the column "${repeated}" occurs twice`;
  if (empty !== -1) message ??= `column ${empty + 1} has no name`;
  if (message === undefined) return names;
  throw new AttuneError('E_BAD_FILE', {
    what: `The first line of ${file} must name the columns`,
    problems: [{ file, line, message, fix: defect?.fix }],
    fix: 'give each column a different name',
  });
}

function wrongWidth(got: number, expected: number): Defect {
  return {
    reason: `the row has ${got} ${got === 1 ? 'cell' : 'cells'}, the header ${expected}`,
    fix: 'put a cell with a separator or a line break in quotes',
  };
}

/** Comma-, semicolon-, tab- or bar-separated values with a header line. */
export const csv: Container = { read };
