import { join } from 'node:path';
import { formatCount, plural } from '../../../base/format.ts';
import { readingLines } from './reading.ts';
import { formatFacts } from '../../terminal/format-table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { ShardResult } from '../../../preparation/index.ts';
import type { DataPipelineResult } from '../data-pipeline.ts';

function splitLoss({ split: { leftOut } }: DataPipelineResult['manifest']): string[] {
  if (leftOut === undefined) return [];
  const reason = 'on the other side of the time split than the rest of their group';
  return [
    `! split: ${plural(leftOut, 'rows')} left out: ${reason}; all training rows are earlier than the first test row`,
  ];
}

export function describePipeline(
  { folder, manifest, parts, report, unredacted, next }: DataPipelineResult,
  { colours }: Terminal,
): string {
  const { green, yellow, bold, cyan, dim } = colours;
  const { rows, files, steps } = manifest;
  const total = rows.train + rows.validation + rows.test;
  const splits = Object.entries(rows).map(([split, count]) => `${split} ${formatCount(count)}`);
  const facts = formatFacts(
    [
      ['hash', manifest.hash],
      ['files', `${formatCount(files.read)} of ${formatCount(files.files)} read`],
      ...steps.map(
        ({ step, itemsIn, itemsOut }) => [step, `${formatCount(itemsIn)} → ${formatCount(itemsOut)}`] as const,
      ),
      ['split', splits.join(', ')],
      ['parts', `${formatCount(parts.made)} made, ${formatCount(parts.reused)} reused`],
    ],
    colours,
  );
  const lost = steps.flatMap(({ step, leftOut, found }) => [
    ...leftOut.map(({ reason, count }) => yellow(`! ${step}: ${formatCount(count)} left out: ${reason}`)),
    ...found.map(({ what, count }) => dim(`  ${step}: ${formatCount(count)} ${what}`)),
  ]);
  return [
    `${green('✓')} ${plural(total, 'rows')} in ${bold(folder)}`,
    facts,
    ...readingLines(files, join(folder, 'manifest.json'), colours),
    ...lost,
    ...splitLoss(manifest).map((line) => yellow(line)),
    ...(unredacted === undefined
      ? []
      : [yellow(`! ${unredacted} contains rows from before redaction, for the next run: --no-cache removes them`)]),
    '',
    `  ${cyan(report)}  ${dim('the report: every number links to its rows')}`,
    `  ${cyan(next)}  ${dim('writes a recipe for it')}`,
  ].join('\n');
}

export function describePart({ part, shard, counts, isNew }: ShardResult, { colours }: Terminal): string {
  const { green, bold, dim } = colours;
  const { files, read, items, rejected } = counts;
  const made = isNew ? '' : dim('  already there, of the same files and steps');
  return [
    `${green('✓')} shard ${shard.index} of ${shard.count}: ${plural(items, 'rows')} in ${bold(part)}${made}`,
    `  ${plural(files, 'files')}, ${plural(read, 'documents')}, ${formatCount(rejected)} left out so far`,
  ].join('\n');
}
