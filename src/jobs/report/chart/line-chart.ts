import { greatest, smallest } from '../../../base/many.ts';
import { formatNumber } from '../../../base/format.ts';
import { html, type Html } from '../html.ts';
import type { CurvePoint } from '../step-curves.ts';
import {
  horizontalAxis,
  picture,
  round,
  standingLine,
  verticalAxis,
  words,
  type PlotArea,
  type WindowSize,
} from './frame.ts';
import { linearScale, logScale, type Scale } from './scale.ts';
import { hoverColumns, type Placed, type LineSeries } from './hover.ts';

export interface LineChartOptions extends WindowSize {
  title: string;
  description: string;
  series: readonly LineSeries[];
  /** `auto` chooses logarithmic if the values span more than a factor of 30. */
  yScale?: 'linear' | 'log' | 'auto';
  /** Steps at which a phase begins, marked with a line. */
  borders?: readonly { step: number; label: string }[];
  /** A point to mark with a ring and a label. */
  highlight?: { step: number; value: number; label: string };
  format?: (value: number) => string;
  /** Unit of the axis. */
  steps?: string;
}

const LOG_FROM_RATIO = 30;
const LOG_FLOOR = 1e-3;
const SMOOTH_FROM = 30;

/** Curves over steps, each labelled at its end. Series without points are left out; undefined if no series has any. */
export function lineChart(options: LineChartOptions): Html | undefined {
  const { isNarrow = false, borders = [], highlight, format = formatNumber, steps = 'step' } = options;
  const { width = 760, height = isNarrow ? 240 : 300 } = options;
  const series = options.series.filter(({ curve }) => curve.points.length > 0);
  if (series.length === 0) return undefined;
  const [left, beside] = isNarrow ? [54, 82] : [60, 118];
  const area: PlotArea = { left, right: width - beside, top: 14, bottom: height - 40 };
  const x = stepScale(series, area, isNarrow ? 3 : 6);
  const y = valueScale(series, area, options.yScale ?? 'auto');
  const placed = series.map((one) => ({ series: one, points: drawable(one.curve.points, y) }));
  return picture({ width, height, isNarrow, title: options.title, description: options.description }, [
    verticalAxis(y, area),
    html`${borders.map((border) => borderLine(border, x, area))}`,
    horizontalAxis(x, area, steps),
    html`${placed.map((one) => drawSeries(one, x, y))}`,
    html`${endLabels(placed, y, area, format)}`,
    html`${highlight !== undefined && ring(highlight, x, y)}`,
    // Narrow windows have neither a pointer nor room for tooltips.
    html`${!isNarrow && hoverColumns(placed, { x, y, area, format })}`,
  ]);
}

function stepScale(series: readonly LineSeries[], area: PlotArea, ticks: number): Scale {
  const steps = series.flatMap(({ curve }) => [curve.points[0].step, curve.points.at(-1)!.step]);
  const scale = linearScale([smallest(steps), greatest(steps)], { range: [area.left, area.right], ticks });
  return { ...scale, ticks: scale.ticks.filter(({ value }) => Number.isInteger(value) && value >= 0) };
}

function valueScale(series: readonly LineSeries[], area: PlotArea, kind: 'linear' | 'log' | 'auto'): Scale {
  const values = series.flatMap(({ curve }) => curve.points.map(({ value }) => value));
  const high = greatest(values);
  const positive = values.filter((value) => value > 0);
  const range: [number, number] = [area.bottom, area.top];
  const low = smallest(values);
  const isLog = kind === 'log' || (kind === 'auto' && low > 0 && high / low > LOG_FROM_RATIO);
  if (!isLog || positive.length === 0) return linearScale([low, high], { range, nice: true });
  // Limits the axis for rates that decay to almost nothing.
  return logScale([Math.max(smallest(positive), high * LOG_FLOOR), high * 1.1], { range });
}

/** A logarithmic axis cannot show zero. */
function drawable(points: readonly CurvePoint[], y: Scale): readonly CurvePoint[] {
  return y.kind === 'log' ? points.filter(({ value }) => value > 0) : points;
}

function drawSeries({ series, points }: Placed, x: Scale, y: Scale): Html {
  const isThinned = points.length < series.curve.count;
  const isNoisy = series.style === 'trace' && points.length >= SMOOTH_FROM;
  const plain = path(points, x, y);
  const hasDots = series.style === 'dots' || points.length === 1;
  return html`<g class="tone-${series.tone}">
    ${isThinned && isNoisy && html`<path class="band" d="${band(points, x, y)}" />`}
    ${isNoisy && html`<path class="faint" d="${plain}" />`}
    <path class="line" d="${isNoisy ? path(smoothed(points), x, y) : plain}" />
    ${hasDots && points.map(({ step, value }) => circle(x.position(step), y.position(value)))}
  </g>`;
}

function circle(cx: number, cy: number): Html {
  return html`<circle class="dot" cx="${round(cx)}" cy="${round(cy)}" r="3.5" />`;
}

function path(points: readonly Pick<CurvePoint, 'step' | 'value'>[], x: Scale, y: Scale): string {
  const places = points.map(({ step, value }) => `${round(x.position(step))} ${round(y.position(value))}`);
  return `M${places.join('L')}`;
}

/** The area between the lowest and the highest value of each point. */
function band(points: readonly CurvePoint[], x: Scale, y: Scale): string {
  const highs = points.map(({ step, high }) => ({ step, value: high }));
  const lows = points.map(({ step, low }) => ({ step, value: low })).toReversed();
  return `${path(highs, x, y)}L${path(lows, x, y).slice(1)}Z`;
}

/**
 * Smooths by local regression: a line fitted to a twelfth of the curve around each point. In the middle this equals a
 * moving average; at the ends it neither lags nor flattens.
 */
export function smoothed(points: readonly CurvePoint[]): CurvePoint[] {
  const reach = Math.max(1, Math.round(points.length / 24));
  return points.map((point, index) => {
    const from = Math.max(0, index - reach);
    const window = points.slice(from, index + reach + 1);
    return { ...point, value: fittedAt(window, index - from) };
  });
}

/** Least-squares line over the positions 0, 1, 2, … of the window, evaluated at `place`. */
function fittedAt(window: readonly CurvePoint[], place: number): number {
  const middle = (window.length - 1) / 2;
  const mean = window.reduce((sum, { value }) => sum + value, 0) / window.length;
  const covariance = window.reduce((sum, { value }, i) => sum + (i - middle) * (value - mean), 0);
  const variance = window.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  return mean + (covariance / (variance || 1)) * (place - middle);
}

function borderLine({ step, label }: { step: number; label: string }, x: Scale, { top, bottom }: PlotArea): Html[] {
  const place = x.position(step);
  return [standingLine('border', place, [top, bottom]), words({ kind: 'label', x: place + 4, y: top + 9 }, label)];
}

function ring(highlight: { step: number; value: number; label: string }, x: Scale, y: Scale): Html {
  const [cx, cy] = [x.position(highlight.step), y.position(highlight.value)];
  // Label on the inner side, away from the curves' own labels.
  const isRight = highlight.step > (x.domain[0] + x.domain[1]) / 2;
  return html`<g>
    <circle class="ring" cx="${round(cx)}" cy="${round(cy)}" r="7" />
    ${words({ kind: 'note', x: cx, y: cy - 13, anchor: isRight ? 'end' : 'start' }, highlight.label)}
  </g>`;
}

const LABEL_HEIGHT = 28;

/** Name and last value at the end of each series. */
function endLabels(placed: readonly Placed[], y: Scale, area: PlotArea, format: (value: number) => string): Html[] {
  const labels = placed
    .filter(({ points }) => points.length > 0)
    .map(({ series, points }) => ({ series, value: points.at(-1)!.value }))
    .sort((a, b) => b.value - a.value);
  const wanted = labels.map(({ value }) => y.position(value));
  const places = apart(wanted, area.top, area.bottom - LABEL_HEIGHT / 2);
  return labels.map(({ series, value }, index) => {
    const place = { kind: `end tone-${series.tone}`, x: area.right + 10, y: places[index] };
    const number = html`<tspan class="value" x="${area.right + 10}" dy="1.15em">${format(value)}</tspan>`;
    return words(place, html`<tspan>${series.name}</tspan> ${number}`);
  });
}

/** Shifts ordered positions apart by the minimum distance, first downwards, then back up from the lower end. */
export function apart(wanted: readonly number[], top: number, bottom: number): number[] {
  const places = [...wanted];
  for (let i = 0; i < places.length; i++) {
    places[i] = Math.max(places[i], i === 0 ? top : places[i - 1] + LABEL_HEIGHT);
  }
  for (let i = places.length - 1; i >= 0; i--) {
    places[i] = Math.min(places[i], i === places.length - 1 ? bottom : places[i + 1] - LABEL_HEIGHT);
  }
  return places;
}
