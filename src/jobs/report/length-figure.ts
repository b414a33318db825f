import type { DataPrepared } from '../../base/events.ts';
import { formatCount } from '../../base/format.ts';
import { forWindows } from './chart/frame.ts';
import { histogram } from './chart/histogram.ts';
import { html, type Html } from './html.ts';

/** Distribution of row lengths, with a mark at the length that rows are cut to, if any. */
export function lengthFigure(lengths: DataPrepared['lengths'], unit: string, limit?: number): Html {
  const { min, median, p95, max, histogram: buckets } = lengths;
  const numbers = `shortest ${formatCount(min)}, median ${formatCount(median)}, 95 % below ${formatCount(p95)}, longest ${formatCount(max)}`;
  const marks = [
    { value: median, label: `median ${formatCount(median)}` },
    { value: p95, label: `95 % ${formatCount(p95)}` },
    ...(limit === undefined ? [] : [{ value: limit, label: `max_length ${formatCount(limit)}` }]),
  ];
  const about = { title: `Rows by length in ${unit}`, description: `${numbers}.`, unit, marks };
  return html`<figure>
    <figcaption><b>Length of rows</b> in ${unit}: ${numbers}</figcaption>
    ${buckets && forWindows((size) => histogram({ ...about, buckets, ...size }))}
  </figure>`;
}
