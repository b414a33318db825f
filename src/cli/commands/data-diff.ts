import { formatCount } from '../../base/format.ts';
import type { DataDiff } from '../../prepare/index.ts';
import { defineCommand } from '../command.ts';
import { formatFacts } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';

export const command = defineCommand({
  section: 'Data',
  summary: 'compare two data sets: rows, steps, sources',
  arguments: [
    { name: 'BEFORE', summary: 'folder of a data set', required: true },
    { name: 'AFTER', summary: 'folder of another', required: true },
  ],
  options: [
    { name: '--key', value: 'COLUMN', summary: 'column that identifies a row, so that edited rows count as changed' },
  ],
  examples: ['data diff data/support-1 data/support-2 --key id'],
  async run(context) {
    const { dataDiff } = await import('../../app/data-pipeline.ts');
    const [before, after] = context.arguments;
    return dataDiff(before, after, { key: context.option('--key') });
  },
  render: describe,
});

const MOST_SHOWN = 3;

function describe({ rows, first, steps, sources }: DataDiff, { colours }: Terminal): string {
  const { dim, bold } = colours;
  const facts = formatFacts(
    Object.entries(rows).map(([kind, count]) => [kind, formatCount(count)] as const),
    colours,
  );
  const shown = Object.entries(first).flatMap(([kind, values]) =>
    values.slice(0, MOST_SHOWN).map((value) => dim(`  ${kind}  ${JSON.stringify(value).slice(0, 120)}`)),
  );
  const changed = steps.map(({ step, before, after }) => {
    if (before === undefined) return `  + ${step} ${JSON.stringify(after)}`;
    return after === undefined ? `  - ${step}` : `  ~ ${step} ${JSON.stringify(before)} → ${JSON.stringify(after)}`;
  });
  return [
    bold('rows'),
    facts,
    ...shown,
    ...(changed.length > 0 ? [bold('steps'), ...changed] : []),
    ...(sources.length > 0 ? [bold('sources'), ...sources.map(({ file, change }) => `  ${change} ${file}`)] : []),
  ].join('\n');
}
