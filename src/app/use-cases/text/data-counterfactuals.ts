import { formatCount, plural } from '../../../base/format.ts';
import { formatFacts } from '../../terminal/format-table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { AxisCounts, Counterfactuals } from '../data-counterfactuals.ts';

const LISTED_LINES = 5;
const LISTED_GROUPS = 6;

export function describeCounterfactuals(
  { to, rows, pairs, axes: counts }: Counterfactuals,
  { colours }: Terminal,
): string {
  const { green, bold, dim, cyan } = colours;
  return [
    `${green('✓')} ${plural(pairs, 'pairs')} of ${plural(rows, 'rows')} in ${bold(to)}`,
    ...counts.map((count) => describeAxis(count, { colours })),
    dim('  groups are inferred from words and names; nobody’s actual group is known'),
    `  ${cyan(`attune eval MODEL --counterfactuals ${to}`)}  ${dim('shows how often answers change with them')}`,
  ].join('\n');
}

function describeAxis(
  { axis, pairs, nobody, doubts, groups }: AxisCounts,
  { colours }: Pick<Terminal, 'colours'>,
): string {
  const { bold, yellow } = colours;
  const ordered = Object.entries(groups).toSorted(([, a], [, b]) => b - a);
  const others = ordered.slice(LISTED_GROUPS).reduce((sum, [, count]) => sum + count, 0);
  const facts = formatFacts(
    [
      ...ordered.slice(0, LISTED_GROUPS).map(([name, count]) => [name, formatCount(count)] as const),
      ['others', others === 0 ? undefined : formatCount(others)],
      ['mention no person', formatCount(nobody)],
    ],
    colours,
  );
  const left = Object.entries(doubts)
    .toSorted(([, a], [, b]) => b.rows - a.rows)
    .map(([reason, { rows, lines }]) => {
      const listed = lines.slice(0, LISTED_LINES).join(', ') + (rows > LISTED_LINES ? ', …' : '');
      return yellow(`! ${formatCount(rows)} left out: ${reason} (lines ${listed})`);
    });
  return [`${bold(axis)}: ${plural(pairs, 'pairs')}`, facts, ...left].join('\n');
}
