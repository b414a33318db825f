import { formatNumber } from '../base/format.ts';
import type { ComparedSystem, ComparedValue, Comparison } from '../store/results.ts';
import { describeVerdict } from './progress/lines.ts';
import { formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';

const TITLE_WIDTH = 26;
const METRIC_WIDTH = 14;
const MOST_METRICS = 3;

/** A comparison for people, at most 80 columns wide: systems by the deciding metric, the verdict, what was left out. */
export function describeComparison(comparison: Comparison, terminal: Terminal): string {
  const { dim } = terminal.colours;
  const others = otherMetrics(comparison, terminal);
  const notes = notesOn(comparison).map((note) => dim(note));
  return [
    decidingTable(comparison, terminal),
    ...(others === undefined ? [] : [others]),
    describeVerdict(comparison, terminal.colours),
    ...(notes.length === 0 ? [] : [notes.join('\n')]),
  ].join('\n\n');
}

/** The deciding metric of every system with its interval, and by how much the subject is better. */
function decidingTable({ differences, metric, ...rest }: Comparison, { colours }: Terminal): string {
  const rows = rest.systems.map((system) => {
    const value = system.values[metric];
    const difference = differences.find((one) => one.metric === metric && one.against === system.name);
    return [titleOf(system), formatNumber(value.value, 3), range(value), difference ? ahead(difference) : ''];
  });
  const confidence = `${formatNumber(rest.confidence * 100)} % interval`;
  const columns = [
    { title: '' },
    { title: cut(metricTitle(rest.metrics, metric), METRIC_WIDTH), isNumeric: true },
    { title: confidence },
    { title: rows.length > 1 ? 'better by' : '' },
  ];
  return formatTable(columns, rows, colours);
}

/** The next metrics, as figures alone. */
function otherMetrics({ metric, metrics, systems }: Comparison, { colours }: Terminal): string | undefined {
  const others = metrics.filter(({ name }) => name !== metric).slice(0, MOST_METRICS);
  if (others.length === 0) return undefined;
  const columns = others.map(({ title }) => ({ title: cut(title, METRIC_WIDTH), isNumeric: true }));
  const rows = systems.map((system) => [
    titleOf(system),
    ...others.map(({ name }) => formatNumber(system.values[name]?.value ?? Number.NaN, 3)),
  ]);
  return formatTable([{ title: '' }, ...columns], rows, colours);
}

function notesOn({ available, cheapChosenOn, flips, leftOut, rows, skipped, systems, rivals }: Comparison): string[] {
  const cheap = systems.filter(({ kind }) => kind === 'cheap');
  const nameOf = (name: string) => systems.find((one) => one.name === name)?.title ?? name;
  const chosen = cheap.find(({ name }) => rivals.includes(name));
  return [
    ...(flips.worse.length + flips.better.length > 0
      ? [`${flips.better.length} rows got better and ${flips.worse.length} worse than by ${nameOf(flips.against)}`]
      : []),
    ...(available === undefined ? [] : [`a sample of ${rows} of ${available} rows`]),
    ...(leftOut === undefined ? [] : [`${leftOut.rows} rows left out: ${leftOut.reason}`]),
    ...(chosen === undefined || cheap.length < 2
      ? []
      : [`of the cheap ones, ${chosen.title} counts: best on ${cheapChosenOn} rows`]),
    ...skipped.map(({ name, reason }) => `${name} left out: ${reason}`),
  ];
}

function metricTitle(metrics: Comparison['metrics'], metric: string): string {
  return metrics.find(({ name }) => name === metric)?.title ?? metric;
}

function titleOf({ title }: ComparedSystem): string {
  return cut(title, TITLE_WIDTH);
}

function range({ low, high }: Pick<ComparedValue, 'low' | 'high'>): string {
  return low === undefined || high === undefined ? '' : `${formatNumber(low, 3)} to ${formatNumber(high, 3)}`;
}

function ahead({ estimate, low, high }: { estimate: number; low: number; high: number }): string {
  return `${formatNumber(estimate, 2)} (${formatNumber(low, 2)} to ${formatNumber(high, 2)})`;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
