import { formatCount, formatTime } from '../../base/format.ts';
import type { DataSetRecord } from '../../store/data-sets.ts';
import { shortPath } from '../terminal/short-path.ts';
import { formatTable } from '../terminal/format-table.ts';
import { defineUseCase } from './use-case.ts';

const HASH_DIGITS = 12;

export const useCase = defineUseCase({
  section: 'Data',
  summary: 'list the data used by runs, newest first, by hash',
  arguments: ({ optionalArguments }) => [
    optionalArguments('folders', 'FOLDER', 'further places to look for runs (runs)'),
  ],
  effects: [],
  async run({ folders }): Promise<{ dataSets: DataSetRecord[] }> {
    const { findDataSets } = await import('../find-runs.ts');
    return { dataSets: await findDataSets({ folders }) };
  },
  render({ dataSets }, { colours }) {
    if (dataSets.length === 0)
      return `No run has used any data yet. Start one with ${colours.cyan('attune train RECIPE')}`;
    const rows = dataSets.map(({ hash, source, format, rows: count, created_at: createdAt, runs }) => [
      hash.slice(0, HASH_DIGITS),
      formatCount(count),
      format,
      formatTime(createdAt),
      shortPath(source),
      runs.join(', '),
    ]);
    const columns = [
      { title: 'rows’ hash' },
      { title: 'rows', isNumeric: true },
      { title: 'format' },
      { title: 'first used' },
      { title: 'source' },
      { title: 'runs' },
    ];
    return formatTable(columns, rows, colours);
  },
});
