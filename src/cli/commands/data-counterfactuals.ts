import type { AxisCounts, Counterfactuals } from '../../app/fairness/counterfactuals.ts';
import { AttuneError } from '../../base/errors.ts';
import { formatCount, plural } from '../../base/format.ts';
import { axes, type Axis } from '../../data/fairness/axes.ts';
import { defineCommand, type CommandContext } from '../command.ts';
import { formatFacts } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { withProgress } from '../../terminal/with-progress.ts';

export const command = defineCommand({
  section: 'Data',
  summary: 'write pairs of rows that differ in the gender, origin or nationality of the person in them',
  arguments: [{ name: 'FILE', summary: 'rows in English: .jsonl, .json, .csv, .parquet', required: true }],
  options: [
    { name: '--output', aliases: ['--to'], value: 'FILE', required: true, summary: 'the .jsonl file to write' },
    {
      name: '--change',
      value: 'WHAT',
      many: true,
      summary: `only this: ${axes.join(', ')}; several times for more (all)`,
    },
    { name: '--origin', value: 'NAME', many: true, summary: 'origin of the new names (any)' },
    { name: '--seed', value: 'N', summary: 'seed of the drawn names (0)' },
  ],
  examples: [
    'data counterfactuals tickets.jsonl --output pairs.jsonl',
    'data counterfactuals tickets.jsonl --output pairs.jsonl --change origin --origin african_american --origin english',
  ],
  async run(context) {
    const to = context.option('--output')!;
    const { writeCounterfactuals } = await import('../../app/fairness/counterfactuals.ts');
    const [wanted, origins] = [axesOf(context), context.all('--origin')];
    const signal = context.stopSignal('stopping');
    return withProgress(context, (onEvent) =>
      writeCounterfactuals(context.argument('FILE')!, {
        to,
        ...(wanted.length > 0 && { axes: wanted }),
        ...(origins.length > 0 && { origins }),
        seed: context.count('--seed'),
        onEvent,
        signal,
      }),
    );
  },
  render: describe,
});

function axesOf(context: CommandContext): Axis[] {
  return [...new Set(context.all('--change'))].map((name) => {
    const axis = axes.find((one) => one === name);
    if (axis !== undefined) return axis;
    throw new AttuneError('E_USAGE', { what: '--change cannot be that', got: name, expected: axes.join(' or ') });
  });
}

const LISTED_LINES = 5;
const LISTED_GROUPS = 6;

function describe({ to, rows, pairs, axes: counts }: Counterfactuals, { colours }: Terminal): string {
  const { green, bold, dim, cyan } = colours;
  return [
    `${green('✓')} ${plural(pairs, 'pairs')} of ${plural(rows, 'rows')} in ${bold(to)}`,
    ...counts.map((count) => describeAxis(count, { colours })),
    dim('  groups are what a word or a name is usual of; nobody’s own is known'),
    `  ${cyan(`attune eval MODEL --counterfactuals ${to}`)}  ${dim('says how often answers change with them')}`,
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
      ['nobody in it', formatCount(nobody)],
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
