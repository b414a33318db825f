import { formatCount, formatNumber } from '../../../base/format.ts';
import { html, type Html } from '../html.ts';
import { dataTable } from '../data-table.ts';
import type { LineSeries } from './hover.ts';

const MOST_ROWS = 25;

export interface SeriesTableOptions {
  /** Heading of the first column. */
  steps?: string;
  format?: (value: number) => string;
}

/** Numbers of a line chart as a table, a column for each series; every second, third, … row of a long one. */
export function seriesTable(
  series: readonly LineSeries[],
  { steps = 'step', format = formatNumber }: SeriesTableOptions = {},
): Html {
  const columns = series.map(({ curve }) => new Map(curve.points.map(({ step, value }) => [step, value])));
  const all = [...new Set(columns.flatMap((column) => [...column.keys()]))].toSorted((a, b) => a - b);
  const stride = Math.ceil(all.length / MOST_ROWS);
  const shown = all.filter((_, at) => at % stride === 0 || at === all.length - 1);
  return html`<details>
    <summary>As a table</summary>
    ${dataTable(
      [steps, ...series.map(({ name }) => name)].map((title) => `+${title}`),
      shown.map((step) => [
        formatCount(step),
        ...columns.map((column) => column.has(step) && format(column.get(step)!)),
      ]),
    )}
  </details>`;
}
