import { entryOf } from '../../../base/table.ts';
import { briefNumber } from '../../../base/figures.ts';
import { formatCount, formatNumber, plural } from '../../../base/format.ts';
import { classTitle } from '../../../scoring/metrics/class-title.ts';
import { figuresOf } from '../../../evaluation/assessments/index.ts';
import { answerNotes, copyingNote } from '../../../evaluation/compare/answer-notes.ts';
import { neverGiven } from '../../../evaluation/compare/class-rows.ts';
import { conclusionOf } from '../../../evaluation/compare/conclusion.ts';
import { correctedP, isUndoneByCorrection } from '../../../evaluation/compare/correction.ts';
import type { Comparison } from '../../../store/results.ts';
import { describeOutcome } from '../../terminal/progress/describe-events.ts';
import { figuresTable } from '../../terminal/format-figures.ts';
import { formatTable, tableWidth } from '../../terminal/format-table.ts';
import { wrap, type Terminal } from '../../terminal/terminal.ts';

const WIDTH = 80;
const MOST_METRICS = 3;
const MOST_LOSSES = 5;

/** Formats a comparison at most 80 columns wide: the advice, then the figures, then notes on what was left out. */
export function describeComparison(comparison: Comparison, terminal: Terminal): string {
  const { colours, columns } = terminal;
  const outcome = describeOutcome({ ...comparison, ...conclusionOf(comparison) }, colours);
  // Colours take no width. The first line is a little shorter.
  const first = [outcome, ...costLines(comparison)].flatMap((line) => wrap(line, Math.min(columns, WIDTH)));
  return [first.join('\n'), describeFigures(comparison, terminal)].join('\n\n');
}

/** Formats the figures only. */
export function describeFigures(comparison: Comparison, terminal: Terminal): string {
  const { colours, columns } = terminal;
  const wrapped = (text: string) => wrap(text, Math.min(columns, WIDTH));
  const others = otherMetrics(comparison, terminal);
  const notes = [comparison.sentence, ...notesOn(comparison)].flatMap(wrapped);
  const losses = lossesOf(comparison).flatMap(wrapped);
  return [
    ...(figuresOf('comparison', comparison)?.figures ?? []).map((one) => figuresTable(one, terminal)),
    ...(others === undefined ? [] : [others]),
    ...(losses.length === 0 ? [] : [losses.map((line) => colours.yellow(line)).join('\n')]),
    notes.map((line) => colours.dim(line)).join('\n'),
  ].join('\n\n');
}

/** Table of the other metrics. */
function otherMetrics({ metric, metrics, systems }: Comparison, terminal: Terminal): string | undefined {
  const others = metrics.filter(({ name, isTable }) => name !== metric && isTable !== true).slice(0, MOST_METRICS);
  if (others.length === 0) return undefined;
  const titles = others.map(({ title }) => title);
  const rows = systems.map(({ title, values }) => [
    title,
    ...others.map(({ name }) =>
      entryOf(values, name) === undefined ? '–' : briefNumber(entryOf(values, name).value, 3),
    ),
  ]);
  return table({ title: '', titles, rows }, terminal);
}

/** Figures keep their width; in a narrow terminal, names get the remaining width. */
function table(
  { title, titles, rows }: { title: string; titles: readonly string[]; rows: readonly (readonly string[])[] },
  terminal: Terminal,
): string {
  const columns = titles.map((one) => ({
    title: one,
    isNumeric: !/interval|better/.test(one),
    isName: !/interval|better by/.test(one),
  }));
  const names = { title, isName: true };
  return formatTable([names, ...columns], rows, terminal.colours, tableWidth(terminal));
}

/** Warnings that apply regardless of the verdict: classes that are never predicted, and metrics on which another system is better. */
function lossesOf({ differences, metrics, systems, classes, split, labelColumn }: Comparison): string[] {
  const never = neverGiven(classes).map(
    ({ label, train, test }) =>
      `never predicted: ${classTitle(label, labelColumn)} (${plural(train, 'training rows')}, ${test} of ${split})`,
  );
  const lost = differences.filter(({ verdict }) => verdict === 'worse');
  const told = lost.slice(0, MOST_LOSSES).map(({ against, estimate, metric }) => {
    const title = metrics.find(({ name }) => name === metric)?.title ?? metric;
    const other = systems.find(({ name }) => name === against)?.title ?? against;
    return `worse than ${other} by ${title}: ${formatNumber(estimate, 3)}`;
  });
  const more = lost.length > MOST_LOSSES ? [`and worse in ${lost.length - MOST_LOSSES} more comparisons`] : [];
  return [...never.slice(0, MOST_LOSSES), ...told, ...more];
}

function notesOn(comparison: Comparison): string[] {
  const { available, cheapChosenOn, flips, leftOut, rows, skipped, systems, rivals } = comparison;
  const copying = copyingNote(comparison);
  const cheap = systems.filter(({ kind }) => kind === 'cheap');
  const chosen = cheap.find(({ name }) => rivals.includes(name));
  const against = systems.find(({ name }) => name === flips.against)?.title ?? flips.against;
  return [
    ...(flips.worse.length + flips.better.length > 0
      ? [
          `rows answered better than by ${against}: ${formatCount(flips.better.length)}, worse: ${formatCount(flips.worse.length)}`,
        ]
      : []),
    ...systems.flatMap(({ title, unable }) => (unable === undefined ? [] : [`${title} is not a rival: ${unable}`])),
    ...undoneByCorrection(comparison),
    ...(available === undefined || available === rows
      ? []
      : [`a sample of ${formatCount(rows)} of ${plural(available, 'rows')}: --max-rows uses more`]),
    ...(leftOut === undefined ? [] : [`${plural(leftOut.rows, 'rows')} left out: ${leftOut.reason}`]),
    ...(chosen === undefined || cheap.length < 2
      ? []
      : [`of the cheap systems, ${chosen.title} counts: it is the best on ${cheapChosenOn} rows`]),
    ...answerNotes(comparison),
    ...(copying === undefined ? [] : [copying]),
    ...skipped.map(({ name, reason }) => `${name} left out: ${reason}`),
  ];
}

/** Cost of wrong answers on these rows, in the units of the recipe. */
function costLines({ rows, systems }: Comparison): string[] {
  const costs = systems.flatMap(({ title, cost }) => (cost === undefined ? [] : [`${title} ${formatNumber(cost)}`]));
  return costs.length === 0 ? [] : [`Wrong answers on ${plural(rows, 'rows')} cost: ${costs.join(', ')}.`];
}

/** Explains a verdict of no evidence although an interval excludes 0. */
function undoneByCorrection(comparison: Comparison): string[] {
  const { differences, metric, systems } = comparison;
  return differences
    .filter((one) => one.metric === metric && isUndoneByCorrection(one))
    .map((one) => {
      const title = systems.find(({ name }) => name === one.against)?.title ?? one.against;
      return (
        `probably ${one.estimate > 0 ? 'better' : 'worse'} than ${title}, but not certainly: its interval ` +
        `excludes 0, but ${correctedP(comparison, one)}`
      );
    });
}
