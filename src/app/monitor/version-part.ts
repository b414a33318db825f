/** Measurements of one served version, in words, tables and pictures. */
import { formatEstimate, formatNumber, formatPercent, formatTime, plural } from '../../base/format.ts';
import { forWindows } from '../../jobs/report/chart/frame.ts';
import { lineChart } from '../../jobs/report/chart/line-chart.ts';
import { seriesTable } from '../../jobs/report/chart/series-table.ts';
import { html, type Html } from '../../jobs/report/html.ts';
import { dataTable } from '../../jobs/report/data-table.ts';
import type { AlarmGroup, VersionReport } from '../../monitoring/index.ts';
import { feedbackText, figuresLegend, signalFigures } from './signal-figures.ts';

interface PartOptions {
  /** URL of an alarm's examples; by default, a command that lists them is shown. */
  examplesAt?(alarm: string): string;
  /** False where open alarms are shown elsewhere. */
  hasOpenAlarms?: boolean;
}

/** Traffic, alarms, signals and charts of one version. */
export function versionPart(report: VersionReport, { examplesAt, hasOpenAlarms = true }: PartOptions = {}): Html {
  const { model, version, answers, first, last, missing, expected, seen } = report;
  const name = version === model ? model : `${model} · ${version}`;
  const span = `${plural(answers, 'answers')} from ${formatTime(first)} to ${formatTime(last)}`;
  const wait = `tests begin after ${plural(missing, 'further answers')}`;
  const accuracy = expected && `expected to be right: ${expectedShare(expected)}`;
  const known = seen && `were right, by ${plural(seen.judged, 'labels')}: ${formatEstimate(seen)}`;
  const told = [span, missing > 0 ? wait : undefined, accuracy, known, feedbackText(report.feedback)].filter(
    (one) => one !== undefined,
  );
  return html`<section>
    <h2>${name}</h2>
    <p class="soft">${told.join(' · ')}</p>
    ${report.alarms
      .filter(({ resolvedAt }) => hasOpenAlarms || resolvedAt !== undefined)
      .map((one) => alarmPart(one, examplesAt))}
    ${signalTable(report)} ${pictures(report)}
  </section>`;
}

function expectedShare({ estimate, low, high, calibratedOn }: NonNullable<VersionReport['expected']>): string {
  const note = calibratedOn === 0 ? ', not calibrated' : '';
  return `${formatPercent(estimate)} (${formatPercent(low)} to ${formatPercent(high)}${note})`;
}

function alarmPart(group: AlarmGroup, examplesAt: PartOptions['examplesAt']): Html {
  const { id, message, cause, action, openedAt, resolvedAt, silenced, samples, signals, alarms } = group;
  const state = resolvedAt === undefined ? 'open' : `ended ${formatTime(resolvedAt)}`;
  const examples =
    examplesAt === undefined
      ? html`<code>attune answers list --alarm ${id}</code>`
      : html`<a href="${examplesAt(id)}">${plural(samples.length, 'examples')}</a>`;
  return html`<p>
      <b>${resolvedAt === undefined ? '▲' : '△'} ${message}</b><br />
      ${signals.join(', ')}, ${state} since
      ${formatTime(openedAt)}${silenced !== undefined && html`, silenced: ${silenced}`} · likely cause: ${cause} ·
      ${action}${samples.length > 0 && html`<br /><small>Examples: ${examples}</small>`}
    </p>
    ${
      alarms.length > 1 &&
      html`<ul>
        ${alarms.map((one) => html`<li>${one.message}</li>`)}
      </ul>`
    }`;
}

function signalTable({ signals }: VersionReport): Html | undefined {
  if (signals.length === 0) return undefined;
  return html`${dataTable(
      ['Measured', '+Before', '+Now', '+Change', '+Evidence'],
      signals.map((signal) => {
        const { before, now, change, evidence } = signalFigures(signal);
        return [`${signal.isAlarm ? '▲ ' : ''}${signal.title}`, before, now, change, evidence];
      }),
    )}
    <p class="soft"><small>${figuresLegend}</small></p>`;
}

/** Charts: changed signals first, then those that vary at all. */
function pictures({ model, version, series, signals }: VersionReport): Html[] {
  const strongest = signals.toSorted((a, b) => Number(b.isAlarm) - Number(a.isAlarm) || b.eValue - a.eValue);
  return strongest.flatMap((signal) => {
    const points = series[signal.name] ?? [];
    const { title } = signal;
    if (points.every(({ value }) => value === points[0].value)) return [];
    const curve = {
      count: points.length,
      points: points.map(({ answers, value }) => ({ step: answers, value, low: value, high: value })),
    };
    const isShare = signal.reading?.medians === undefined;
    const format = (value: number): string => (isShare ? formatPercent(value) : formatNumber(value, 3));
    const about = {
      title: `${title}: ${model} ${version}`,
      description: `From ${format(points[0].value)} to ${format(points.at(-1)!.value)}.`,
      series: [{ name: 'now', curve, style: 'line' as const, tone: signal.isAlarm ? (2 as const) : (1 as const) }],
      format,
      steps: { thumb_down: 'thumbs', edits: 'corrections', calibration: 'labels' }[signal.name as string] ?? 'answers',
      yScale: 'linear' as const,
    };
    const drawn = forWindows((size) => lineChart({ ...about, ...size }), { height: 180 });
    return drawn === undefined
      ? []
      : [
          html`<figure>
            <figcaption>${title}</figcaption>
            ${drawn} ${seriesTable(about.series, about)}
          </figure>`,
        ];
  });
}
