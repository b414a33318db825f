import { html, type Html } from '../html.ts';
import { picture, rectangle, round, words } from './frame.ts';
import { linearScale } from './scale.ts';

export interface Bar {
  label: string;
  value: number;
  /** The value for people. */
  text: string;
  /** Ends of the value's interval. */
  low?: number;
  high?: number;
  /** The one that the chart is about. */
  isChosen?: boolean;
}

export interface BarsOptions {
  title: string;
  description: string;
  bars: readonly Bar[];
  width?: number;
}

const ROW_HEIGHT = 34;
const LABEL_WIDTH = 190;
const TEXT_WIDTH = 150;

/** Lying bars from zero, with an interval where there is one: few things, compared by one number. */
export function barChart({ title, description, bars, width = 760 }: BarsOptions): Html | undefined {
  if (bars.length === 0) return undefined;
  const height = bars.length * ROW_HEIGHT + 4;
  const ends = bars.flatMap(({ value, low = value, high = value }) => [low, high]);
  const domain: [number, number] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  const x = linearScale(domain, { range: [LABEL_WIDTH, width - TEXT_WIDTH] });
  const rows = bars.map((bar, index) => barRow(bar, index * ROW_HEIGHT + ROW_HEIGHT / 2 + 2, x.position, width));
  return picture({ width, height, title, description }, rows);
}

function barRow(bar: Bar, y: number, position: (value: number) => number, width: number): Html {
  const [zero, end] = [position(0), position(bar.value)];
  const box = { x: Math.min(zero, end), y: y - 9, width: Math.max(Math.abs(end - zero), 1), height: 18 };
  const name = { kind: 'name', x: LABEL_WIDTH - 12, y, anchor: 'end', dy: 0.34 } as const;
  return html`<g class="${bar.isChosen === true ? 'tone-1' : 'tone-quiet'}">
    ${words(name, shortened(bar.label))} ${rectangle('bar', box)} ${interval(bar, y, position)}
    ${words({ kind: 'figure', x: width - TEXT_WIDTH + 14, y, dy: 0.34 }, bar.text)}
  </g>`;
}

function interval({ low, high }: Bar, y: number, position: (value: number) => number): Html | undefined {
  if (low === undefined || high === undefined) return undefined;
  const [from, to] = [round(position(low)), round(position(high))];
  return html`<path class="whisker" d="M${from} ${y}H${to}M${from} ${y - 5}v10M${to} ${y - 5}v10" />`;
}

const LONGEST_LABEL = 27;

function shortened(label: string): string {
  return label.length <= LONGEST_LABEL ? label : `${label.slice(0, LONGEST_LABEL - 1)}…`;
}
