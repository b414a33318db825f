import { greatest, smallest } from '../../../base/many.ts';
import { html, type Html } from '../html.ts';
import { picture, rectangle, round, words, type WindowSize } from './frame.ts';
import { linearScale } from './scale.ts';

export interface Bar {
  label: string;
  value: number;
  /** The formatted value. */
  text: string;
  /** Ends of the value's interval. */
  low?: number;
  high?: number;
  /** Highlights the bar. */
  isChosen?: boolean;
}

export interface BarsOptions extends Pick<WindowSize, 'width' | 'isNarrow'> {
  title: string;
  description: string;
  bars: readonly Bar[];
}

/** Positions of names, bars and values; in narrow windows names are above their bars. */
interface BarLayout {
  width: number;
  rowHeight: number;
  /** Left edge of the bars, and the space left for values. */
  left: number;
  beside: number;
  isNarrow: boolean;
}

const WIDE = { rowHeight: 34, left: 190, beside: 150, isNarrow: false };
const NARROW = { rowHeight: 48, left: 2, beside: 112, isNarrow: true };

/** Horizontal bars from zero, with optional intervals: for a few items and one number each. */
export function barChart({ title, description, bars, width = 760, isNarrow = false }: BarsOptions): Html | undefined {
  if (bars.length === 0) return undefined;
  const layout: BarLayout = { width, ...(isNarrow ? NARROW : WIDE) };
  const { rowHeight, left, beside } = layout;
  const height = bars.length * rowHeight + 4;
  const ends = bars.flatMap(({ value, low = value, high = value }) => [low, high]);
  const domain: [number, number] = [smallest(ends, 0), greatest(ends, 0)];
  const x = linearScale(domain, { range: [left, width - beside] });
  const middle = isNarrow ? rowHeight - 14 : rowHeight / 2 + 2;
  const rows = bars.map((bar, index) => barRow(bar, index * rowHeight + middle, x.position, layout));
  return picture({ width, height, isNarrow, title, description }, rows);
}

function barRow(
  bar: Bar,
  y: number,
  position: (value: number) => number,
  { width, left, beside, isNarrow }: BarLayout,
): Html {
  const [zero, end] = [position(0), position(bar.value)];
  const box = { x: Math.min(zero, end), y: y - 9, width: Math.max(Math.abs(end - zero), 1), height: 18 };
  const name = isNarrow
    ? ({ kind: 'name', x: left, y: y - 15 } as const)
    : ({ kind: 'name', x: left - 12, y, anchor: 'end', dy: 0.34 } as const);
  return html`<g class="${bar.isChosen === true ? 'tone-1' : 'tone-quiet'}">
    ${words(name, shortened(bar.label, isNarrow ? 2 * LONGEST_LABEL : LONGEST_LABEL))} ${rectangle('bar', box)}
    ${interval(bar, y, position)} ${words({ kind: 'figure', x: width - beside + 14, y, dy: 0.34 }, bar.text)}
  </g>`;
}

function interval({ low, high }: Bar, y: number, position: (value: number) => number): Html | undefined {
  if (low === undefined || high === undefined) return undefined;
  const [from, to] = [round(position(low)), round(position(high))];
  return html`<path class="whisker" d="M${from} ${y}H${to}M${from} ${y - 5}v10M${to} ${y - 5}v10" />`;
}

const LONGEST_LABEL = 27;

function shortened(label: string, most: number): string {
  return label.length <= most ? label : `${label.slice(0, most - 1)}…`;
}
