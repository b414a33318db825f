import { capitalised } from '../../../base/articles.ts';
import { entryOf } from '../../../base/table.ts';
import { formatCount, formatNumber } from '../../../base/format.ts';
import { barChart } from '../chart/bars.ts';
import { forWindows } from '../chart/frame.ts';
import { lineChart } from '../chart/line-chart.ts';
import { lineFigure } from '../chart/line-figure.ts';
import { html, type Html } from '../html.ts';
import type { RunReport } from '../run-report.ts';
import { dataTable } from '../data-table.ts';
import type { Curve, Curves } from '../step-curves.ts';
import type { LineSeries } from '../chart/hover.ts';

const SMALL = { width: 460, height: 220 };
const MOST_EPOCH_BORDERS = 12;

/** Curves of the run over its steps. */
export function curvesSection(report: RunReport): Html | undefined {
  const loss = lossChart(report);
  const others = otherCharts(report.curves);
  if (loss === undefined && others.length === 0) return undefined;
  return html`<section>
    <h2>How it learned</h2>
    ${
      loss !== undefined &&
      html`<figure>
          <figcaption>
            <b>Loss</b> in nats${report.data?.lossTokens === 0 ? '' : ' per token'}${formula(report)}
          </figcaption>
          ${loss}
        </figure>
        ${lossTable(report)}`
    }
    ${triedRates(report.rateTrials)}
    <div class="grid-2">${others}</div>
  </section>`;
}

/** Learning rates that were tried before the first step, with their losses. */
function triedRates(tried: RunReport['rateTrials']): Html | undefined {
  if (tried === undefined) return undefined;
  const bars = tried.trials.map(({ rate, loss }) => ({
    label: String(rate),
    value: loss ?? 0,
    text: loss === null ? 'diverged' : formatNumber(loss),
    isChosen: rate === tried.chosen,
  }));
  const description = bars.map(({ label, text }) => `${label}: ${text}`).join(', ');
  return html`<figure>
    <figcaption>
      <b>Learning rates tried</b>: loss after ${tried.steps} steps at each, ${formatNumber(tried.startLoss)} before;
      trained with ${tried.chosen}
    </figcaption>
    <div class="scroll">${barChart({ title: 'Loss by learning rate', description, bars })}</div>
  </figure>`;
}

function formula({ curves }: RunReport): string {
  const isSmoothed = (curves['train/loss']?.points.length ?? 0) >= 30;
  return isSmoothed ? '; the strong line is smoothed, so its end is not the loss of a step' : '';
}

function lossChart({ curves, epochs, evaluations }: RunReport): Html | undefined {
  const series = ['train/loss', 'validation/loss'].map((name) => seriesOf(name, curveOf(curves, name)));
  const best = evaluations.findLast(({ best, split }) => best && split === 'validation');
  const value = best?.metrics.loss;
  const highlight = best === undefined || value === undefined ? undefined : { step: best.step, value, label: 'best' };
  const borders =
    epochs.length > MOST_EPOCH_BORDERS ? [] : epochs.map(({ step, epoch }) => ({ step, label: `epoch ${epoch}` }));
  const about = { title: 'Loss by step', description: allInWords(series), series, borders, highlight };
  return forWindows((size) => lineChart({ ...about, ...size }));
}

interface SmallChart {
  title: string;
  names: readonly string[];
  yScale?: 'log' | 'linear';
  format?: (value: number) => string;
  /** Converts from the logged unit to that of the title. */
  divisor?: number;
}

const KNOWN: readonly SmallChart[] = [
  { title: 'Learning rate, logarithmic', names: ['train/learning_rate'], yScale: 'log' },
  { title: 'Gradient norm', names: ['train/grad_norm'] },
  { title: 'Input tokens per second', names: ['train/tokens_per_second'], yScale: 'linear', format: formatCount },
  { title: 'Memory in GiB', names: ['train/memory_bytes'], yScale: 'linear', divisor: 2 ** 30 },
];
const MOST_OTHERS = 16;

/** The known curves first, then every other metric that the run logged, with training and validation in one chart. */
function otherCharts(curves: Curves): Html[] {
  const shown = new Set(['train/loss', 'validation/loss', 'test/loss', ...KNOWN.flatMap(({ names }) => names)]);
  const metrics = [
    ...new Set(
      Object.keys(curves)
        .filter((name) => !shown.has(name))
        .map(metricName),
    ),
  ];
  const further = metrics.map((metric) => ({
    title: capitalised(metric.replaceAll('_', ' ')),
    names: [`train/${metric}`, `validation/${metric}`],
    yScale: 'linear' as const,
  }));
  return [...KNOWN, ...further].slice(0, MOST_OTHERS).flatMap((chart) => smallChart(chart, curves) ?? []);
}

function smallChart(chart: SmallChart, curves: Curves): Html | undefined {
  const { title, names, yScale, format, divisor = 1 } = chart;
  const series = names
    .map((name) => seriesOf(name, scaled(curveOf(curves, name), divisor)))
    .filter(({ curve }) => curve.points.length > 0);
  // A single evaluation is not a curve; its number is in the comparison or the table.
  if (series.every(({ curve }) => curve.points.length < 2)) return undefined;
  const drawn = names.length === 1 ? series.map((one) => ({ ...one, name: 'last' })) : series;
  const about = { title, description: allInWords(series), yScale, format };
  return lineFigure({ ...about, caption: html`<b>${title}</b>`, series: drawn, named: series }, SMALL);
}

function seriesOf(name: string, curve: Curve): LineSeries {
  if (!name.startsWith('train/')) return { name: 'validation', curve, style: 'dots', tone: 2 };
  return { name: 'training', curve, style: isSmooth(name) ? 'line' : 'trace', tone: 1 };
}

function scaled(curve: Curve, divisor: number): Curve {
  if (divisor === 1) return curve;
  const points = curve.points.map(({ step, value, low, high }) => {
    return { step, value: value / divisor, low: low / divisor, high: high / divisor };
  });
  return { ...curve, points };
}

function isSmooth(name: string): boolean {
  return name === 'train/learning_rate' || name === 'train/memory_bytes';
}

function metricName(curve: string): string {
  return curve.slice(curve.indexOf('/') + 1);
}

function curveOf(curves: Curves, name: string): Curve {
  return entryOf(curves, name) ?? { count: 0, points: [] };
}

function allInWords(series: readonly LineSeries[]): string {
  const words = series.map(inWords);
  return words.filter((part) => part !== '').join(' ');
}

/** Text description of a curve for screen readers: start, end and minimum. */
function inWords({ name, curve }: LineSeries): string {
  const { points } = curve;
  if (points.length === 0) return '';
  const lowest = points.reduce((low, point) => (point.value < low.value ? point : low));
  const [first, last] = [points[0], points.at(-1)!].map(({ value, step }) => `${formatNumber(value)} at step ${step}`);
  return `${name}: from ${first} to ${last}, lowest ${formatNumber(lowest.value)} at step ${lowest.step}.`;
}

const MOST_TABLE_ROWS = 25;

/** The same numbers as a table. */
function lossTable({ curves, evaluations }: RunReport): Html {
  const { points } = curveOf(curves, 'train/loss');
  const stride = Math.ceil(points.length / MOST_TABLE_ROWS);
  const trained = points.filter((_, index) => index % stride === 0 || index === points.length - 1);
  const validated = evaluations.filter(({ split, metrics }) => split === 'validation' && metrics.loss !== undefined);
  const rows = [
    ...trained.map(({ step, value }) => ({ step, what: 'training', value })),
    ...validated.map(({ step, metrics, best }) => ({
      step,
      what: best ? 'validation, best so far' : 'validation',
      value: metrics.loss,
    })),
  ].sort((a, b) => a.step - b.step);
  return html`<details>
    <summary>The numbers</summary>
    ${dataTable(
      ['+Step', 'Rows', '+Loss'],
      rows.map(({ step, what, value }) => [formatCount(step), what, formatNumber(value)]),
    )}
  </details>`;
}
