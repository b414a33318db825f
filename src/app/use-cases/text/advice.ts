import { formatCount, formatNumber } from '../../../base/format.ts';
import { describeFigures } from './comparison.ts';
import { formatTable } from '../../terminal/format-table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { Advice, Advised } from '../advise.ts';

export function describeAdvice(advice: Advised, terminal: Terminal): string {
  return [headline(advice, terminal), describeFigures(advice.comparison, terminal), curveTable(advice, terminal)]
    .filter((part) => part !== undefined)
    .join('\n\n');
}

/** Table of the measured and forecast values at each size. */
function curveTable({ comparison, curve }: Advice, { colours }: Terminal): string | undefined {
  if (curve.points.length === 0) return undefined;
  const range = (low?: number, high?: number) =>
    low === undefined || high === undefined ? '' : `${formatNumber(low, 3)} to ${formatNumber(high, 3)}`;
  const rows = [
    ...curve.points.map(({ rows: size, value, low, high }) => [
      formatCount(size),
      formatNumber(value, 3),
      range(low, high),
      '',
    ]),
    ...curve.forecast.map(({ rows: size, value, low, high }) => [
      formatCount(size),
      formatNumber(value, 3),
      range(low, high),
      'forecast',
    ]),
  ];
  const columns = [
    { title: 'training rows', isNumeric: true },
    { title: comparison.metrics[0].title, isNumeric: true },
    { title: '95 % interval' },
    { title: '' },
  ];
  return `${colours.dim(`How ${curve.system} improves with more rows`)}\n${formatTable(columns, rows, colours)}`;
}

function headline({ recommendation, keep }: Advised, { colours }: Terminal): string {
  const { advice, choice, reasons } = recommendation;
  const why = choice === 'cheap' ? 'to keep it' : 'until then, to keep the best of these';
  const command = keep === undefined ? [] : [`  ${why}: ${colours.cyan(keep)}`];
  return [colours.bold(advice), ...reasons.map((reason) => `  ${reason}`), ...command].join('\n');
}
