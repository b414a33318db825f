import { formatCount, plural } from '../../../base/format.ts';
import { greatest } from '../../../base/many.ts';
import { html, type Html } from '../html.ts';
import {
  horizontalAxis,
  picture,
  rectangle,
  standingLine,
  verticalAxis,
  words,
  type PlotArea,
  type WindowSize,
} from './frame.ts';
import { linearScale, type Scale } from './scale.ts';

export interface Bucket {
  from: number;
  to: number;
  rows: number;
}

export interface HistogramOptions extends WindowSize {
  title: string;
  description: string;
  /** Adjacent and in order. */
  buckets: readonly Bucket[];
  /** Unit of the horizontal axis. */
  unit: string;
  /** Values to mark with a line. */
  marks?: readonly { value: number; label: string }[];
}

/** Number of rows in each bucket, with marked values. */
export function histogram(options: HistogramOptions): Html | undefined {
  const { buckets, marks = [], unit, width = 760, height = 240, isNarrow = false } = options;
  if (buckets.length === 0) return undefined;
  const lines = isNarrow ? 3 : 2;
  const area: PlotArea = { left: isNarrow ? 46 : 60, right: width - 20, top: 6 + 14 * lines, bottom: height - 40 };
  const inside = marks.filter(({ value }) => value <= buckets.at(-1)!.to * 1.5);
  const highest = greatest(
    inside.map(({ value }) => value),
    buckets.at(-1)!.to,
  );
  const x = linearScale([Math.min(buckets[0].from, 0), highest], {
    range: [area.left, area.right],
    ticks: isNarrow ? 3 : 7,
  });
  const most = greatest(buckets.map(({ rows }) => rows));
  const y = linearScale([0, most], { range: [area.bottom, area.top], ticks: 4, nice: true });
  const whole: Scale = { ...y, ticks: y.ticks.filter(({ value }) => Number.isInteger(value)) };
  return picture({ width, height, isNarrow, title: options.title, description: options.description }, [
    verticalAxis(whole, area),
    html`<g class="tone-1">${buckets.map((bucket) => bar(bucket, x, y, unit))}</g>`,
    horizontalAxis(x, area, unit),
    html`${markLines(inside, x, area, lines)}`,
  ]);
}

function bar({ from, to, rows }: Bucket, x: Scale, y: Scale, unit: string): Html {
  const left = x.position(from) + 0.5;
  const [width, top] = [Math.max(0.5, x.position(to) - left - 0.5), y.position(rows)];
  const says = `${formatCount(from)} to ${formatCount(to - 1)} ${unit}: ${plural(rows, 'rows')}`;
  const box = { x: left, y: top, width, height: y.position(0) - top };
  return rectangle('bar', box, html`<title>${says}</title>`);
}

/** Labels alternate between rows, so that close ones do not overlap. */
function markLines(
  marks: readonly { value: number; label: string }[],
  x: Scale,
  area: PlotArea,
  lines: number,
): Html[] {
  return [...marks]
    .sort((a, b) => a.value - b.value)
    .map(({ value, label }, index) => {
      const place = x.position(value);
      const height = 10 + 14 * (index % lines);
      const isRight = place > (area.left + area.right) / 2;
      const anchor = isRight ? 'end' : 'start';
      return html`<g>
        ${standingLine('mark', place, [height - 8, area.bottom])}
        ${words({ kind: 'note', x: place + (isRight ? -5 : 5), y: height, anchor }, label)}
      </g>`;
    });
}
