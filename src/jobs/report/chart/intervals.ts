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
 * A line from low to high with a point on it, as wide as its cell. HTML rather than SVG, so that it fits phones and
 * paper without distortion. Hidden from screen readers, since neighbouring cells hold the numbers.
 */
export function intervalMark({ estimate, low = estimate, high = estimate, kind }: IntervalMark, scale: Scale): Html {
  const [from, at, to] = [low, estimate, high].map((value) => percent(scale.position(value)));
  return html`<div
    class="track"
    aria-hidden="true"
    style="--zero:${percent(scale.position(0))};--low:${from};--high:${to};--at:${at}"
  >
    <i class="reach"></i><i class="point ${kind}"></i>
  </div>`;
}

/** Tick labels of the scale, shown below the marks. */
export function intervalAxis({ ticks, position }: Scale): Html {
  return html`<div class="ticks" aria-hidden="true">
    ${ticks.map(({ value, label }) => html`<span style="left:${percent(position(value))}">${value > 0 ? '+' : ''}${label}</span>`)}
  </div>`;
}

function percent(value: number): string {
  return `${Math.round(value * 100) / 100}%`;
}
