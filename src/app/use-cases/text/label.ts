import { formatCount, plural } from '../../../base/format.ts';
import { FEW_ROWS, type LabelReport } from '../../../data/label-counts.ts';
import { histogram } from '../../terminal/text-histogram.ts';
import { formatFacts, formatTable } from '../../terminal/format-table.ts';
import type { Colours, Terminal } from '../../terminal/terminal.ts';

const MAX_LISTED = 30;

/** Formats the labels of rows: a table of classes, or the range of numbers. */
export function describeLabels(report: LabelReport, { colours }: Terminal): string {
  if (report.kind === 'numbers') return describeNumbers(report, colours);
  const { labels, rows, rare, without = 0 } = report;
  const shown = labels
    .slice(0, MAX_LISTED)
    .map((one) => [one.label, formatCount(one.rows), `${(100 * one.share).toFixed(1)} %`]);
  const columns = [
    { title: 'label', paint: (cell: string) => colours.green(cell) },
    { title: 'rows', isNumeric: true },
    { title: 'share', isNumeric: true },
  ];
  const table = formatTable(columns, shown, colours).replaceAll(/^/gm, '  ');
  const more = labels.length > MAX_LISTED ? [`  … and ${formatCount(labels.length - MAX_LISTED)} more labels`] : [];
  const none = without > 0 ? [`  ${plural(without, 'rows')} of ${formatCount(rows)} without any label`] : [];
  return [table, ...more, ...none, ...describeRare(rare, labels.length).map((line) => colours.yellow(line))].join('\n');
}

const MAX_RARE = 5;

function describeRare(rare: readonly string[], labels: number): string[] {
  if (labels === 1) return ['! all rows have the same label, so there is nothing to learn'];
  if (rare.length === 0) return [];
  const names = `${rare.slice(0, MAX_RARE).join(', ')}${rare.length > MAX_RARE ? ', …' : ''}`;
  const what = rare.length === 1 ? `${names} has` : `${rare.length} labels (${names}) have`;
  return [`! ${what} fewer than ${FEW_ROWS} rows: too few to learn from or to evaluate; add rows, or merge labels`];
}

function describeNumbers(report: LabelReport & { kind: 'numbers' }, colours: Colours): string {
  const { min, mean, median, max } = report;
  const [least, middle, average, most] = [min, median, mean, max].map(shortNumber);
  const facts = formatFacts([['values', `${least} least, ${middle} median, ${average} mean, ${most} most`]], colours);
  const range = ({ from, to }: { from: number; to: number }) => `${shortNumber(from)} to ${shortNumber(to)}`;
  return `${facts}\n${histogram(report.histogram, colours, range)}`;
}

function shortNumber(value: number): string {
  return Math.abs(value) >= 1000 ? formatCount(Math.round(value)) : String(Number(value.toPrecision(4)));
}
