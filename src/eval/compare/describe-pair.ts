/** Two systems in a clause that needs no knowledge of metrics: what they find, how many rows they answer right. */
import { entryOf } from '../../base/table.ts';
import { formatCount, formatNumber } from '../../base/format.ts';
import type { ComparedSystem, Comparison } from '../../store/results.ts';
import { classTitle } from '../class-title.ts';

type Told = Omit<Comparison, 'sentence' | 'conclusion'>;

/**
 * "it finds 4 of 4 fraud rows with no false alarm, the tuned model 3 of 4 with 2". Counts only where they say the same as
 * the metric that decides; else its values. The better or equal one first.
 */
export function describePair(comparison: Told, pair: Pair, lead = 'it'): string {
  return (
    found(comparison, pair) ??
    calls(comparison, pair) ??
    rightRows(comparison, pair) ??
    values(comparison, pair)
  ).replace(LEAD, lead);
}

/** Whether a clause says that both do the same. */
export function isTie(clause: string): boolean {
  return clause.startsWith('both ');
}

type Pair = readonly [ComparedSystem, ComparedSystem];

/** Where the first system is named. */
const LEAD = /^it\b/;

/** "the tuned model", "the base model", "tf-idf + logistic regression". */
export function systemTitle({ title }: ComparedSystem): string {
  return title === 'tuned' || title === 'base' ? `the ${title} model` : title;
}

function found(comparison: Told, [first, second]: Pair): string | undefined {
  const { positive, classes, labelColumn } = comparison;
  const rows = classes?.find(({ label }) => label === positive)?.test;
  const [mine, theirs] = [first, second].map(({ byClass }) => positive !== undefined && entryOf(byClass, positive));
  if (rows === undefined || rows === 0 || !mine || !theirs) return undefined;
  const [alarms, otherAlarms] = [mine.given - mine.found, theirs.given - theirs.found];
  const isSame = mine.found === theirs.found && alarms === otherAlarms;
  if (mine.found < theirs.found || alarms > otherAlarms || isSame) return undefined;
  const name = classTitle(positive!, labelColumn);
  const all = `${formatCount(mine.found)} of ${formatCount(rows)} ${name} ${rows === 1 ? 'row' : 'rows'}`;
  return (
    `it finds ${all} with ${falseAlarms(alarms)}, ` +
    `${systemTitle(second)} ${formatCount(theirs.found)} with ${falseAlarms(otherAlarms)}`
  );
}

function falseAlarms(count: number): string {
  return count === 0 ? 'no false alarm' : `${formatCount(count)} false ${count === 1 ? 'alarm' : 'alarms'}`;
}

function rightRows(comparison: Told, [first, second]: Pair): string | undefined {
  const { rows, metric } = comparison;
  if (first.right === undefined || second.right === undefined) return undefined;
  const [value, other] = [first, second].map(({ values: all }) => entryOf(all, metric)?.value);
  const isSame = first.right === second.right;
  if (first.right < second.right || isSame !== (value === other)) return undefined;
  const all = `${formatCount(first.right)} of ${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'} right`;
  return isSame ? `both answer ${all}` : `it answers ${all}, ${systemTitle(second)} ${formatCount(second.right)}`;
}

/** "it has right tool 0.98 and right arguments 0.91, the base model 0.4 and 0.12" */
function calls({ metric, metrics }: Told, [first, second]: Pair): string | undefined {
  if (metric !== 'tool_arguments') return undefined;
  const shown = ['tool_name', 'tool_arguments'].flatMap((name) => metrics.find((one) => one.name === name) ?? []);
  const [mine, theirs] = [first, second].map(({ values: all }) =>
    shown.flatMap(({ name }) => {
      const value = entryOf(all, name)?.value;
      return value === undefined ? [] : [formatNumber(value, 3)];
    }),
  );
  if (shown.length < 2 || mine.length < 2 || theirs.length < 2) return undefined;
  const told = shown.map(({ title }, at) => `${title} ${mine[at]}`).join(' and ');
  const isSame = mine.join() === theirs.join();
  return isSame ? `both have ${told}` : `it has ${told}, ${systemTitle(second)} ${theirs.join(' and ')}`;
}

function values({ metric, metrics }: Told, [first, second]: Pair): string {
  const { title = metric, better } = metrics.find(({ name }) => name === metric) ?? {};
  const [value, other] = [first, second].map(({ values: all }) =>
    formatNumber(entryOf(all, metric)?.value ?? Number.NaN, 3),
  );
  if (value === other) return `both have ${title} ${value}`;
  const remark = better === 'lower' ? ', where lower is better' : '';
  return `it has ${title} ${value}, ${systemTitle(second)} ${other}${remark}`;
}
