import { AttuneError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { csvLine } from '../../files/csv-line.ts';
import type { OutputRow } from './output-row.ts';

/** How rows are written to a type of file. */
export interface Writing {
  /** Whether the first line fixes the columns of all rows. */
  isTable: boolean;
  /** The header, for types that have one. */
  head(columns: readonly string[]): string;
  row(row: OutputRow, columns: readonly string[]): string;
}

const kinds: Record<string, Writing> = {
  csv: separated(','),
  tsv: separated('\t'),
  jsonl: { isTable: false, head: () => '', row: (row) => `${JSON.stringify(row)}\n` },
};

export const outputEndings: readonly string[] = ['.csv', '.tsv', '.jsonl'];

/** Chooses by the extension of the file. @throws AttuneError E_OUTPUT_KIND */
export function writingFor(path: string): Writing {
  const ending = /\.([^./\\]+)$/.exec(path)?.[1].toLowerCase() ?? '';
  const kind = ending === 'ndjson' ? 'jsonl' : ending;
  if (Object.hasOwn(kinds, kind)) return kinds[kind];
  const close = nearest(`.${ending}`, outputEndings);
  throw new AttuneError('E_OUTPUT_KIND', {
    what: `Predictions cannot be written to ${path}`,
    got: ending === '' ? 'a name without an extension' : `.${ending}`,
    expected: `a name ending in ${outputEndings.join(', ')}`,
    fix: close === undefined ? 'choose one of them' : `did you mean ${close}?`,
  });
}

function separated(separator: ',' | '\t'): Writing {
  return {
    isTable: true,
    head: (columns) => csvLine(columns, separator),
    row: (row, columns) =>
      csvLine(
        columns.map((column) => cellOf(row[column])),
        separator,
      ),
  };
}

/** Joins lists of texts and numbers with |, as training reads multiple labels. */
function cellOf(value: unknown): unknown {
  const isFlat = Array.isArray(value) && value.every((part) => typeof part === 'string' || typeof part === 'number');
  return isFlat ? value.join('|') : value;
}
