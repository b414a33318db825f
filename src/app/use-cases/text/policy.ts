import { formatPercent, formatPercentRange, plural } from '../../../base/format.ts';
import type { PolicyResults, RuleResult } from '../../../store/policy.ts';
import { formatTable, type Column } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';

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
  const notes = rules.flatMap((rule) => noteOf(rule, judge));
  const written = items && `for people: attune review ${items.pairs}${items.rubric ? ` --rubric ${items.rubric}` : ''}`;
  return [
    colours.dim(`${plural(prompts, 'prompts')}: ${before === undefined ? after : `${before}, then ${after}`}`),
    formatTable(COLUMNS, rules.map(row), colours),
    ...[...notes, ...(written === undefined ? [] : [written])].map((line) => colours.dim(line)),
  ].join('\n');
}

/** Why answers do not count. */
function noteOf({ name, by, unjudged, broken }: RuleResult, judge: string | undefined): string[] {
  if (unjudged === 0) return broken === undefined ? [`${name}: no prompt is one that it is for`] : [];
  const count = plural(unjudged, 'answers');
  if (by === 'program') return [`${name}: of ${count} the language is not clear; they do not count`];
  return [`${name}: ${count} not judged${judge === undefined ? '; name a judge with --endpoint and --model' : ''}`];
}

function row({ name, by, broken }: RuleResult): string[] {
  if (broken === undefined) return [name, by, '0', '–', '–', '–'];
  const { rows, before, after } = broken;
  return [
    name,
    by,
    String(rows),
    before === undefined ? '–' : formatPercent(before.value),
    formatPercent(after.value),
    formatPercentRange(after.low!, after.high!),
  ];
}
