import { formatCount } from '../../../base/format.ts';
import { html, type Html } from '../html.ts';
import type { CurvePoint, Curve } from '../step-curves.ts';
import { round, standingLine, words, type PlotArea } from './frame.ts';
import type { Scale } from './scale.ts';

export interface LineSeries {
  name: string;
  curve: Curve;
  /** `trace`: noisy, drawn faint under its moving average. `dots`: a few separate values. */
  style: 'trace' | 'dots' | 'line';
  /** Colour number of the series. */
  tone: 1 | 2 | 3;
}

/** A series with its drawing positions. */
export interface Placed {
  series: LineSeries;
  points: readonly CurvePoint[];
}

const MAX_COLUMNS = 120;

export interface HoverOptions {
  x: Scale;
  y: Scale;
  area: PlotArea;
  format: (value: number) => string;
}

/** Invisible columns that show the values of a step while the pointer is over them: CSS only, no script. */
export function hoverColumns(placed: readonly Placed[], options: HoverOptions): Html {
  const steps = [...new Set(placed.flatMap(({ points }) => points.map(({ step }) => step)))].sort((a, b) => a - b);
  const stride = Math.ceil(steps.length / MAX_COLUMNS);
  const shown = steps.filter((_, index) => index % stride === 0 || index === steps.length - 1);
  const places = shown.map((step) => options.x.position(step));
  return html`<g
    >${shown.map((step, index) => column(step, borders(places, index, options.area), placed, options))}</g
  >`;
}

/** Column from halfway to the previous step to halfway to the next. */
function borders(places: readonly number[], index: number, { left, right }: PlotArea): [number, number] {
  const before = index === 0 ? left : (places[index - 1] + places[index]) / 2;
  const after = index === places.length - 1 ? right : (places[index] + places[index + 1]) / 2;
  return [before, after];
}

function column(step: number, [from, to]: [number, number], placed: readonly Placed[], options: HoverOptions): Html {
  const { x, y, area, format } = options;
  const place = round(x.position(step));
  const values = placed.flatMap(({ series, points }) => {
    const point = pointAt(points, step);
    return point === undefined ? [] : [{ series, value: point.value }];
  });
  const dots = values.map(({ series, value }) => {
    return html`<circle class="dot tone-${series.tone}" cx="${place}" cy="${round(y.position(value))}" r="3.5" />`;
  });
  const reading = [
    `step ${formatCount(step)}`,
    ...values.map(({ series, value }) => `${series.name} ${format(value)}`),
  ];
  const isRight = place > (area.left + area.right) / 2;
  const anchor = isRight ? 'end' : 'start';
  const [left, width] = [round(from), round(Math.max(to - from, 0.5))];
  return html`<g class="column">
    <rect x="${left}" y="${area.top}" width="${width}" height="${area.bottom - area.top}" />
    <g class="shown">
      ${standingLine('rule', place, [area.top, area.bottom])} ${dots}
      ${words({ kind: 'reading', x: place + (isRight ? -8 : 8), y: area.top + 26, anchor }, reading.join(' · '))}
    </g>
  </g>`;
}

function pointAt(points: readonly CurvePoint[], step: number): CurvePoint | undefined {
  return points.find((point) => point.step === step);
}
