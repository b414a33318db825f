import { formatCount } from '../../../base/format.ts';
import { formatTable } from '../../terminal/format-table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { AuditResult, KindAudit, Share } from '../data-audit.ts';

const MOST_LISTED = 20;

export function describeAudit(
  { rows, kinds, all, misses, extras, unknown }: AuditResult,
  { colours }: Terminal,
): string {
  const columns = [
    { title: 'kind' },
    ...['labelled', 'recall', '95 %', 'found', 'precision', '95 %'].map((title) => ({ title, isNumeric: true })),
  ];
  const table = formatTable(columns, [...kinds, all].map(cellsOf), colours);
  const list = (title: string, cases: AuditResult['misses']): string[] =>
    cases.length === 0
      ? []
      : [
          '',
          colours.bold(title),
          ...cases
            .slice(0, MOST_LISTED)
            .map(
              ({ line, kind, text, around }) =>
                `  ${line}  ${kind}  ${colours.cyan(text)}  ${colours.dim(around.replaceAll(/\s+/g, ' '))}`,
            ),
          ...(cases.length > MOST_LISTED
            ? [colours.dim(`  … and ${formatCount(cases.length - MOST_LISTED)} more: --json lists all`)]
            : []),
        ];
  return [
    `${formatCount(rows)} labelled rows`,
    table,
    ...list('labelled but not completely found', misses),
    ...list('found but not labelled', extras),
    '',
    ...unknown.map((line) => colours.yellow(`! ${line}`)),
  ].join('\n');
}

function cellsOf({ kind, labelled, found, recall, precision }: KindAudit): string[] {
  return [kind, formatCount(labelled), ...shareCells(recall), formatCount(found), ...shareCells(precision)];
}

function shareCells(share: Share | undefined): [string, string] {
  return share === undefined ? ['–', ''] : [share.value.toFixed(3), `${share.low.toFixed(3)}–${share.high.toFixed(3)}`];
}
