import { greatest, smallest } from '../../../base/many.ts';
import { html, type Html } from '../html.ts';
import { linearScale, type Scale } from './scale.ts';

/** An estimate with its interval; positive if the subject is better. */
export interface IntervalMark {
  estimate: number;
  /** Absent without an interval. */
  low?: number;
  high?: number;
  /** Determines the shape and colour of the point. */
  kind: 'better' | 'no-evidence' | 'worse';
}

// Margin for the labels of the outermost ticks.
const RANGE = [5, 95] as const;

/** A common scale, in percent of a cell's width, for all marks of a table; always includes zero. */
export function intervalScale(marks: readonly Omit<IntervalMark, 'kind'>[]): Scale {
  const ends = marks.flatMap(({ estimate, low = estimate, high = estimate }) => [low, high]).filter(Number.isFinite);
  const [low, high] = [smallest(ends, 0), greatest(ends, 0)];
  const margin = 0.03 * (high - low);
  return linearScale([low - margin, high + margin], { range: RANGE, ticks: 5 });
}

/**
 * A line from low to high with a point on it, as wide as its cell: places are shares of the width, so that phones and
 * paper show it undistorted. Hidden from screen readers, since neighbouring cells hold the numbers.
 */
export function intervalMark({ estimate, low = estimate, high = estimate, kind }: IntervalMark, scale: Scale): Html {
  const [zero, from, at, to] = [0, low, estimate, high].map((value) => percent(scale.position(value)));
  const shape =
    kind === 'worse' ? html`<path d="M0-6L6 0L0 6L-6 0Z" />` : html`<circle r="${kind === 'better' ? 5 : 4}" />`;
  return html`<svg class="track" aria-hidden="true">
    <line class="zero" x1="${zero}" x2="${zero}" y1="-9" y2="31" />
    <line class="reach" x1="${from}" x2="${to}" y1="11" y2="11" />
    <line class="reach" x1="${from}" x2="${from}" y1="5" y2="17" />
    <line class="reach" x1="${to}" x2="${to}" y1="5" y2="17" />
    <svg class="point ${kind}" x="${at}" y="11">${shape}</svg>
  </svg>`;
}

/** Tick labels of the scale, shown below the marks. */
export function intervalAxis({ ticks, position }: Scale): Html {
  return html`<svg class="ticks" aria-hidden="true">
    ${ticks.map(({ value, label }) => html`<text x="${percent(position(value))}" y="14">${value > 0 ? '+' : ''}${label}</text>`)}
  </svg>`;
}

function percent(value: number): string {
  return `${Math.round(value * 100) / 100}%`;
}
