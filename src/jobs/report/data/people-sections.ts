import { formatCount, formatNumber, formatPercent, plural } from '../../../base/format.ts';
import type { AxisReport, GroupLabel, GroupOfRows, GroupReport } from '../../../scoring/statistics/group-tally.ts';
import { barChart } from '../chart/bars.ts';
import { forWindows } from '../chart/frame.ts';
import { intervalAxis, intervalMark, intervalScale } from '../chart/intervals.ts';
import type { Scale } from '../chart/scale.ts';
import { html, type Html } from '../html.ts';
import { dataTable, type Cell } from '../data-table.ts';
import type { ListedRow, RowLists } from './row-lists.ts';

const MOST_BARS = 20;
const MOST_DIFFERENCES = 40;

type Axis = AxisReport<ListedRow>;

/** Groups in the rows, for each way of detecting them: sizes, and balance of the labels. */
export function peopleSections(report: GroupReport<ListedRow> | undefined, lists: RowLists): Html[] {
  if (report === undefined) return [];
  return report.axes
    .filter(({ groups }) => groups.length > 0)
    .map(
      (axis) =>
        html`<section>
          <h2>Groups: ${axis.axis}</h2>
          <p class="soft">${told(axis, report)}</p>
          ${representation(axis, report, lists)} ${balance(axis)}
        </section>`,
    );
}

function told({ axis, by, rows }: Axis, report: GroupReport<ListedRow>): string {
  const of = `${formatCount(rows)} of ${formatCount(report.rows)} rows`;
  if (by === 'column') return `By the column ${axis}, which ${of} have.`;
  return (
    `${of} mention a person whose ${axis} is suggested by a word or a name; a row may be in several ` +
    'groups. This is inferred from words and names: nobody’s actual group is known, and little is ' +
    'detected in languages other than English.'
  );
}

function representation({ axis, groups }: Axis, { leastRows }: GroupReport<ListedRow>, lists: RowLists): Html {
  const bars = groups.slice(0, MOST_BARS).map(({ group, share, low, high, flag }) => ({
    label: group,
    value: share,
    text: formatPercent(share),
    low,
    high,
    isChosen: flag !== undefined,
  }));
  const notes: Record<NonNullable<GroupOfRows<ListedRow>['flag']>, string> = {
    few: `fewer than ${plural(leastRows, 'rows')}: too few to say anything`,
    small: 'less than half of an even share',
  };
  const title = `Share of rows by ${axis}, with 95 % intervals`;
  return html`${forWindows((size) => barChart({ title, description: `${plural(groups.length, 'groups')}, the largest ${groups[0].group}.`, bars, ...size }))}
  ${dataTable(
    ['', '+', '+', ''],
    groups.map(({ group, rows, share, low, high, flag, first }) => [
      group,
      lists.link(formatCount(rows), { title: `${axis}: ${group}`, count: rows, first }),
      `${formatPercent(share)} (${formatPercent(low)} to ${formatPercent(high)})`,
      flag !== undefined && notes[flag],
    ]),
  )}`;
}

/** How much more often a group has a label than all other groups, most certain first. */
function balance({ groups, labels }: Axis): Html | undefined {
  const rows = groups
    .flatMap(({ group, labels: own }) => own.flatMap((one) => (one.difference === undefined ? [] : [{ group, one }])))
    .toSorted((a, b) => a.one.difference!.pAdjusted - b.one.difference!.pAdjusted);
  if (labels.length < 2 || rows.length === 0) return undefined;
  const scale = intervalScale(rows.map(({ one }) => one.difference!));
  return html`<h3>Labels</h3>
    <p class="soft">
      How much more often rows of a group have a label than those of all other groups, of rows that are of one group
      alone. A filled mark is sure after Holm’s correction for all that is compared here.
    </p>
    <div class="scroll">
      ${dataTable(
        ['group', 'label', '+share', '+others', 'difference (95 %)', '+p (Holm)'],
        rows.slice(0, MOST_DIFFERENCES).map(({ group, one }) => differenceCells(group, one, scale)),
        html`<td colspan="4"></td>
          <td>${intervalAxis(scale)}</td>
          <td></td>`,
      )}
    </div>`;
}

function differenceCells(group: string, { label, share, others, difference }: GroupLabel, scale: Scale): Cell[] {
  const { estimate, low, high, pAdjusted, verdict } = difference!;
  return [
    group,
    label,
    formatPercent(share),
    formatPercent(others),
    intervalMark({ estimate, low, high, kind: verdict }, scale),
    formatNumber(pAdjusted, 2),
  ];
}
