import type { AuditResult, KindAudit, Share } from '../../app/redact/audit-data.ts';
import { formatCount } from '../../base/format.ts';
import { defineCommand } from '../command.ts';
import { formatTable } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';

const MOST_LISTED = 20;

export const command = defineCommand({
  section: 'Data',
  summary: 'measure precision and recall of the recognisers on labelled rows',
  arguments: [
    {
      name: 'FILE',
      summary: 'rows {text, spans: [{start, end, kind}]}: .jsonl, .json, .csv, .parquet',
      required: true,
    },
  ],
  options: [
    { name: '--recogniser', value: 'REF', many: true, summary: 'your own function: ./file.ts#name' },
    {
      name: '--lexicon',
      value: 'FILE',
      many: true,
      summary: 'words of a language, a .yaml file (docs/personal-data.md)',
    },
  ],
  examples: ['data audit labelled.jsonl'],
  async run(context) {
    const { auditData } = await import('../../app/redact/audit-data.ts');
    return auditData(context.argument('FILE')!, {
      recognisers: context.all('--recogniser'),
      lexicons: context.all('--lexicon'),
    });
  },
  render: describe,
});

function describe({ rows, kinds, all, misses, extras, unknown }: AuditResult, { colours }: Terminal): string {
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
    ...list('labelled and not wholly found', misses),
    ...list('found and not labelled', extras),
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
