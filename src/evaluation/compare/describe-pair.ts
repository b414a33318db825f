/** Describes two systems in a clause without metrics: rows of the rare class found, and rows answered right. */
import { entryOf } from '../../base/table.ts';
import { formatCount, formatNumber } from '../../base/format.ts';
import type { ComparedSystem, Comparison } from '../../store/results.ts';
import { classTitle } from '../../scoring/metrics/class-title.ts';

type Told = Omit<Comparison, 'sentence' | 'conclusion'>;

/**
 * "it finds 4 of 4 fraud rows with no false alarm, the tuned model 3 of 4 with 2". Counts are used only if they agree
 * with the deciding metric; otherwise its values. The better system comes first.
 */
export function describePair(comparison: Told, pair: Pair, lead = 'it'): string {
  const told =
    found(comparison, pair) ?? calls(comparison, pair) ?? rightRows(comparison, pair) ?? values(comparison, pair);
  const money = isTie(told) ? undefined : costs(pair);
  return (money === undefined ? told : `${money}; ${told.replace(LEAD, systemTitle(pair[0]))}`).replace(LEAD, lead);
}

/** Whether a clause describes a tie. */
export function isTie(clause: string): boolean {
  return clause.startsWith('both ');
}

type Pair = readonly [ComparedSystem, ComparedSystem];

/** The mention of the first system. */
const LEAD = /^it\b/;

/** "the tuned model", "the base model with examples", "tf-idf + logistic regression". */
export function systemTitle({ title }: ComparedSystem): string {
  return title.replace(/^(tuned|base)(?=$| with )/u, 'the $1 model');
}

/** Costs of both if the first is cheaper: costs decide for users who set them. */
function costs([first, second]: Pair): string | undefined {
  if (first.cost === undefined || second.cost === undefined || first.cost >= second.cost) return undefined;
  return `it costs ${formatNumber(first.cost)} in wrong answers, ${systemTitle(second)} ${formatNumber(second.cost)}`;
}

/** Below this share a class of two is rare, and the number of right rows says little about it. */
const RARE = 0.1;

function found(comparison: Told, pair: Pair): string | undefined {
  const { metric, metrics, labelColumn } = comparison;
  const rare = rareClass(comparison);
  const label = rare ?? comparison.positive;
  const rows = comparison.classes?.find((one) => one.label === label)?.test;
  const [mine, theirs] = pair.map(({ byClass }) => label !== undefined && (entryOf(byClass, label) ?? NEVER));
  if (label === undefined || rows === undefined || rows === 0 || !mine || !theirs) return undefined;
  const [alarms, otherAlarms] = [mine.given - mine.found, theirs.given - theirs.found];
  const isSame = mine.found === theirs.found && alarms === otherAlarms;
  const isShown = mine.found >= theirs.found && alarms <= otherAlarms && !isSame;
  if (!isShown && rare === undefined) return undefined;
  const name = classTitle(label, labelColumn);
  const all = `${formatCount(mine.found)} of ${formatCount(rows)} ${name} ${rows === 1 ? 'row' : 'rows'}`;
  const counts = isSame
    ? `both find ${all} with ${falseAlarms(alarms)}`
    : `it finds ${all} with ${falseAlarms(alarms)}, ` +
      `${systemTitle(pair[1])} ${formatCount(theirs.found)} with ${falseAlarms(otherAlarms)}`;
  // If the counts contradict the deciding metric, both are given.
  const { title = metric } = metrics.find((one) => one.name === metric) ?? {};
  const [value, other] = valuesOf(comparison, pair);
  return isShown || value === other ? counts : `${counts} (${title} ${value} against ${other})`;
}

const NEVER = { found: 0, given: 0 };

/**
 * "any of the 3 fraud rows", if a class is rare and neither system finds any of its rows: then no metric ranks the two.
 */
export function foundByNeither(comparison: Told, pair: Pair): string | undefined {
  const label = rareClass(comparison);
  const rows = comparison.classes?.find((one) => one.label === label)?.test ?? 0;
  if (label === undefined || pair.some(({ byClass }) => (entryOf(byClass, label) ?? NEVER).found > 0)) return undefined;
  const name = classTitle(label, comparison.labelColumn);
  return rows === 1 ? `the only ${name} row` : `any of the ${formatCount(rows)} ${name} rows`;
}

/** The rare class of two, which is the one to find. */
function rareClass({ classes = [], positive }: Told): string | undefined {
  const tested = classes.filter(({ test }) => test > 0);
  const all = tested.reduce((sum, { test }) => sum + test, 0);
  const rare = tested.filter(({ test }) => test < RARE * all);
  if (positive !== undefined) return rare.find(({ label }) => label === positive)?.label;
  return tested.length === 2 ? rare[0]?.label : undefined;
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
  if (metric.startsWith('preference_accuracy')) {
    const pairs = `in ${formatCount(first.right)} of ${formatCount(rows)} ${rows === 1 ? 'pair' : 'pairs'}`;
    return isSame
      ? `both prefer the better answer ${pairs}`
      : `it prefers the better answer ${pairs}, ${systemTitle(second)} in ${formatCount(second.right)}`;
  }
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

function values(comparison: Told, pair: Pair): string {
  const { metric, metrics } = comparison;
  const { title = metric, better, reads } = metrics.find(({ name }) => name === metric) ?? {};
  const [value, other] = valuesOf(comparison, pair);
  if (reads === 'reward') return rewards(systemTitle(pair[1]), [value, other]);
  if (value === other) return `both have ${title} ${value}`;
  const remark = better === 'lower' ? ', where lower is better' : '';
  return `it has ${title} ${value}, ${systemTitle(pair[1])} ${other}${remark}`;
}

function rewards(second: string, [value, other]: readonly string[]): string {
  return value === other
    ? `both earn a mean reward of ${value}`
    : `it earns a mean reward of ${value}, ${second} ${other}`;
}

function valuesOf({ metric }: Told, pair: Pair): string[] {
  return pair.map(({ values: all }) => formatNumber(entryOf(all, metric)?.value ?? Number.NaN, 3));
}
