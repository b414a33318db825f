import { formatCount, formatNumber, formatPercent, plural } from '../../../base/format.ts';
import type { AxisReport, GroupReport } from '../../../scoring/statistics/group-tally.ts';
import { formatTable } from '../../terminal/format-table.ts';
import type { Colours, Terminal } from '../../terminal/terminal.ts';

const MOST_GROUPS = 12;
const MOST_DIFFERENCES = 10;

/** Formats groups in the rows and their labels. */
export function describeGroupReport(report: GroupReport<unknown>, { colours }: Terminal): string {
  const isTold = report.axes.some(({ by }) => by === 'mentions');
  return [
    ...report.axes.map((axis) =>
      [representation(axis, report, colours), balance(axis, colours)].filter(Boolean).join('\n'),
    ),
    ...(isTold
      ? [colours.dim('groups in texts are inferred from English words and names; nobody’s actual group is known')]
      : []),
  ].join('\n\n');
}

function representation(
  { axis, by, rows, groups }: AxisReport<unknown>,
  { rows: all, leastRows }: GroupReport<unknown>,
  colours: Colours,
): string {
  const told = by === 'column' ? 'have a value' : 'mention one';
  const head = `${colours.bold(axis)}  ${formatCount(rows)} of ${formatCount(all)} rows ${told}`;
  if (groups.length === 0) return head;
  const notes = { few: `fewer than ${plural(leastRows, 'rows')}`, small: 'less than half of an even share' };
  const shown = groups
    .slice(0, MOST_GROUPS)
    .map(({ group, rows: own, share, low, high, flag }) => [
      group,
      formatCount(own),
      formatPercent(share),
      `${formatPercent(low)} to ${formatPercent(high)}`,
      flag === undefined ? '' : `! ${notes[flag]}`,
    ]);
  const columns = [
    { title: 'group' },
    { title: 'rows', isNumeric: true },
    { title: 'share', isNumeric: true },
    { title: '95 % interval' },
    { title: '', paint: (cell: string, { yellow }: Colours) => yellow(cell) },
  ];
  const more = groups.length - shown.length;
  const rest = more > 0 ? [colours.dim(`and ${more} more groups: --json lists all`)] : [];
  return [head, formatTable(columns, shown, colours), ...rest].join('\n');
}

/** Differences between labels, the most significant first; undefined if rows have no labels. */
function balance({ groups, labels }: AxisReport<unknown>, colours: Colours): string | undefined {
  if (labels.length < 2) return undefined;
  const rows = groups
    .flatMap(({ group, labels: own }) =>
      own.flatMap((one) => (one.difference ? [{ group, ...one, ...one.difference }] : [])),
    )
    .toSorted((a, b) => a.pAdjusted - b.pAdjusted || a.p - b.p);
  if (rows.length === 0) return undefined;
  const shown = rows
    .slice(0, MOST_DIFFERENCES)
    .map(({ group, label, share, others, estimate, low, high, pAdjusted, verdict }) => [
      group,
      label,
      formatPercent(share),
      formatPercent(others),
      `${formatPercent(estimate)} (${formatPercent(low)} to ${formatPercent(high)})`,
      `${formatNumber(pAdjusted, 2)}${verdict === 'no-evidence' ? '' : ' *'}`,
    ]);
  const columns = [
    { title: 'group' },
    { title: 'label' },
    { title: 'share', isNumeric: true },
    { title: 'others', isNumeric: true },
    { title: 'difference (95 %)' },
    { title: 'p (Holm)' },
  ];
  return formatTable(columns, shown, colours);
}
