import { formatCount, plural } from '../../base/format.ts';
import type { StepReport } from '../preparation-step.ts';
import type { DataSetManifest } from './data-set.ts';

/** README.md of a data set: its sources, its steps, and the rows left out. */
export function dataCard({ name, hash, rows, columns, files, parents, steps, split }: DataSetManifest): string {
  const splits = Object.entries(rows).map(([part, count]) => `| ${part} | ${formatCount(count)} |`);
  const skipped = Object.entries(files.skipped).map(([reason, { count }]) => `- ${formatCount(count)}: ${reason}`);
  const notes = Object.entries(files.notes).map(([reason, { count }]) => `- ${formatCount(count)} ${reason}`);
  return [
    `# ${name}`,
    '',
    `Content hash \`${hash}\`. Made by attune; the same sources and steps give the same bytes. manifest.json ` +
      'has the same content as data.',
    '',
    '| split | rows |',
    '|---|---|',
    ...splits,
    '',
    describeSplit(split),
    '',
    '## Columns',
    '',
    ...Object.entries(columns).map(([column, count]) => `- \`${column}\`: in ${plural(count, 'rows')}`),
    '',
    '## Sources',
    '',
    `${formatCount(files.read)} of ${formatCount(files.files)} files read, ` +
      `${plural(files.documents, 'documents')}; ${formatCount(parents.length)} paths with their hashes in ` +
      'manifest.json.',
    ...(skipped.length > 0 ? ['', 'Not read, or only in part:', '', ...skipped] : []),
    ...(notes.length > 0 ? ['', 'Left out of what was read:', '', ...notes] : []),
    '',
    '## Steps',
    '',
    ...steps.flatMap(describeStep),
    '## To be completed by the publisher',
    '',
    'Licence of the sources, consent of the people in them, and uses that are not allowed.',
    '',
  ].join('\n');
}

function describeSplit(split: DataSetManifest['split']): string {
  const together = (split.groupBy ?? []).map((column) => `, or of one \`${column}\``).join('');
  const leftOut =
    split.leftOut === undefined
      ? ''
      : ` ${plural(split.leftOut, 'rows')} left out: the times of their set fall on both sides of a boundary between ` +
        'splits.';
  const by = split.column === undefined ? split.by : `${split.by} of \`${split.column}\``;
  const document = split.by === 'document' ? ', or of one document' : '';
  return (
    `Split by ${by}. ${plural(split.clusteredRows, 'rows')} in ${plural(split.clusters, 'sets')} that stay together ` +
    `(similar rows, a mail and its attachments${document}${together}); no set is in two splits.${leftOut}`
  );
}

function describeStep({ step, options, itemsIn, itemsOut, leftOut, found }: StepReport): string[] {
  return [
    `### ${step}`,
    '',
    `${formatCount(itemsIn)} in, ${formatCount(itemsOut)} out. Options: \`${JSON.stringify(options)}\``,
    '',
    ...leftOut.map(({ reason, count }) => `- left out ${formatCount(count)}: ${reason}`),
    ...found.map(({ what, count }) => `- found ${formatCount(count)}: ${what}`),
    '',
  ];
}
