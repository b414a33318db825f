import { formatCount, formatTime } from '../../base/format.ts';
import { defineCommand } from '../command.ts';
import { shortPath } from '../../terminal/short-path.ts';
import { formatTable } from '../../terminal/table.ts';

const HASH_DIGITS = 12;

export const command = defineCommand({
  section: 'Data',
  summary: 'list the data that runs used, newest first, by hash',
  arguments: [{ name: 'FOLDER', summary: 'where to look for runs besides the known ones (runs)', many: true }],
  async run(context) {
    const { findDataSets } = await import('../../app/runs.ts');
    const folders = context.arguments.length > 0 ? context.arguments : undefined;
    return { dataSets: await findDataSets({ folders }) };
  },
  render({ dataSets }, { colours }) {
    if (dataSets.length === 0) return `No run has used data yet. Start one with ${colours.cyan('attune train RECIPE')}`;
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
