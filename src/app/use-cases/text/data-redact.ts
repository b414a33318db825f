import { formatBytes, formatCount, plural } from '../../../base/format.ts';
import { formatFacts } from '../../terminal/format-table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { RedactedData } from '../data-redact.ts';

export function describeRedacted(result: RedactedData, { colours }: Terminal): string {
  const { green, yellow, bold, cyan, dim } = colours;
  const found = Object.entries(result.kinds).toSorted(([, a], [, b]) => b - a);
  const left = Object.entries(result.numbersLeft).map(([key, count]) =>
    yellow(`! left under "${key}": ${plural(count, 'numbers')} that may be personal; write them as text`),
  );
  return [
    `${green('✓')} ${plural(result.rows, 'rows')} in ${bold(result.to)} (${formatBytes(result.bytes)}), ${formatCount(result.changed)} of them changed`,
    formatFacts(
      found.map(([kind, count]) => [kind, formatCount(count)]),
      colours,
    ),
    ...(result.canaries.length === 0
      ? []
      : [`  ${plural(result.canaries.length, 'canaries')} planted at the end, listed in ${result.to}.canaries`]),
    ...left,
    ...(result.style === 'surrogates' && !result.isKeyKept
      ? [dim('  the surrogate key is not stored: set ATTUNE_REDACTION_KEY to get the same surrogates again')]
      : []),
    '',
    dim('  recognisers miss things, names most of all, and what remains may still identify people:'),
    `  ${cyan('attune data audit labelled.jsonl')}  ${dim('measures how much they find in rows that you have labelled')}`,
  ]
    .filter((line, index) => line !== '' || index > 2)
    .join('\n');
}
