import { html, type Html } from '../html.ts';
import { forWindows, type WindowSize } from './frame.ts';
import { lineChart, type LineChartOptions } from './line-chart.ts';
import { seriesTable } from './series-table.ts';

/**
 * Curves with a caption and a table of their numbers; undefined if there are none. `named`: the series with the names
 * that the table uses, if the chart uses others. `wide`: size of the chart in wide windows.
 */
export function lineFigure(
  { caption, named, ...about }: LineChartOptions & { caption: Html | string; named?: LineChartOptions['series'] },
  wide?: WindowSize,
): Html | undefined {
  const drawn = forWindows((size) => lineChart({ ...about, ...size }), wide);
  if (drawn === undefined) return undefined;
  return html`<figure>
    <figcaption>${caption}</figcaption>
    ${drawn} ${seriesTable(named ?? about.series, about)}
  </figure>`;
}
