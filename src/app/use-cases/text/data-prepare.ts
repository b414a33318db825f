import { formatBytes, formatCount, plural } from '../../../base/format.ts';
import { readingLines } from './reading.ts';
import { formatFacts } from '../../terminal/format-table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { PreparedData } from '../data-prepare.ts';

const KIND_NAMES = { text: 'texts', message: 'messages', record: 'rows of tables' };

export function describePrepared(result: PreparedData, { colours }: Terminal): string {
  const { green, yellow, bold, cyan, dim } = colours;
  const { files } = result;
  const formats = Object.entries(files.formats).map(([name, count]) => `${formatCount(count)} ${name}`);
  const kinds = (['text', 'message', 'record'] as const).flatMap((kind) => {
    const count = result.documents[kind];
    return count === 0
      ? []
      : [count === 1 ? `1 ${KIND_NAMES[kind].replace(/s( |$)/, '$1')}` : `${formatCount(count)} ${KIND_NAMES[kind]}`];
  });
  const facts = formatFacts(
    [
      ['files', `${formatCount(files.read)} of ${formatCount(files.files)} read: ${formats.join(', ')}`],
      ['documents', kinds.join(', ')],
      ...result.steps.map(
        ({ step, itemsIn, itemsOut }) => [step, `${formatCount(itemsIn)} → ${formatCount(itemsOut)}`] as const,
      ),
    ],
    colours,
  );
  const leftOut = result.steps.flatMap(({ step, leftOut: lost, remarks }) => [
    ...lost.map(({ reason, count }) => yellow(`! ${step}: ${formatCount(count)} left out: ${reason}`)),
    ...remarks.map((remark) => dim(`  ${step}: ${remark}`)),
  ]);
  return [
    `${green('✓')} ${plural(result.rows, 'rows')} in ${bold(result.to)} (${formatBytes(result.bytes)})`,
    facts,
    ...(result.chosen === undefined ? [] : [dim(`  ${result.chosen}`)]),
    ...readingLines(files, `${result.to}.files`, colours),
    ...leftOut,
    '',
    `  ${cyan(`attune data inspect ${result.to}`)}  ${dim('shows how the rows are read')}`,
    `  ${cyan(`attune init ${result.to}`)}  ${dim('writes a recipe for them')}`,
  ].join('\n');
}
