import { formatPercent, plural } from '../base/format.ts';
import type { PolicyResults, RuleResult } from '../store/policy.ts';
import { formatTable, type Column } from './table.ts';
import type { Terminal } from './terminal.ts';

const COLUMNS: readonly Column[] = [
  { title: 'rule' },
  { title: 'decided by' },
  { title: 'answers', isNumeric: true },
  { title: 'broken before', isNumeric: true },
  { title: 'after', isNumeric: true },
  { title: '95 %', isNumeric: true },
];

/** How often each rule is broken. */
export function describePolicy({ rules, prompts, after, before, judge, items }: PolicyResults, { colours }: Terminal) {
  const unjudged = rules.filter((rule) => rule.unjudged > 0);
  const notes = unjudged.map(
    ({ name, unjudged: count, by }) =>
      `${name}: ${plural(count, 'answers')} not judged${by === 'judge' && judge === undefined ? '; name a judge with --endpoint and --model' : ''}`,
  );
  const written = items && `for people: attune review ${items.pairs}${items.rubric ? ` --rubric ${items.rubric}` : ''}`;
  return [
    colours.dim(`${plural(prompts, 'prompts')}: ${before === undefined ? after : `${before}, then ${after}`}`),
    formatTable(COLUMNS, rules.map(row), colours),
    ...[...notes, ...(written === undefined ? [] : [written])].map((line) => colours.dim(line)),
  ].join('\n');
}

function row({ name, by, broken }: RuleResult): string[] {
  if (broken === undefined) return [name, by, '0', '–', '–', '–'];
  const { rows, before, after } = broken;
  const ends = `${(100 * after.low!).toFixed(1)} to ${formatPercent(after.high!)}`;
  return [
    name,
    by,
    String(rows),
    before === undefined ? '–' : formatPercent(before.value),
    formatPercent(after.value),
    ends,
  ];
}
