import { describeProblem, type Problem } from '../../base/errors.ts';
import type { ColumnProfile, Guess } from '../../data/guess/index.ts';
import { formatTable, tableWidth } from '../terminal/format-table.ts';
import { defineUseCase } from './use-case.ts';

export interface DescribedColumn extends ColumnProfile {
  /** Description such as "text of 12 words, another in each row". */
  description: string;
}

export interface TableColumns {
  columns: DescribedColumn[];
  /** The first rows, unchanged. */
  rows: Record<string, unknown>[];
  /** Rows that cannot be read; reading stops at the first one. */
  problems: Problem[];
  /** Possible interpretations of the columns, most likely first. */
  guesses: Guess[];
}

export const useCase = defineUseCase({
  section: 'Data',
  summary: 'show the columns of a table, and what could be learnt from them',
  arguments: ({ argument }) => [argument('file', 'FILE', 'jsonl, json, csv, tsv or parquet')],
  options: ({ count }) => ({ rows: count('N', 'first rows to show (5)') }),
  effects: [],
  examples: ['data columns tickets.csv', 'data columns tickets.csv --rows 20 --json'],
  async run({ file, rows }): Promise<TableColumns> {
    const { tableColumns } = await import('../init/table-columns.ts');
    return tableColumns(file, rows);
  },
  render({ columns, guesses, problems }, terminal) {
    const { colours } = terminal;
    const table = formatTable(
      [{ title: 'column', isName: true }, { title: 'holds' }],
      columns.map(({ name, description }) => [name, description]),
      colours,
      tableWidth(terminal),
    );
    const read = guesses.slice(0, 3).map(({ format, reasons }) => `${colours.bold(format)}  ${reasons.join(', ')}`);
    const bad = problems.map((problem) => colours.yellow(describeProblem(problem)));
    return [table, ...(read.length > 0 ? ['', ...read] : []), ...bad].join('\n');
  },
});
