/** The page of `attune monitor`: charts of each version's signals, in one file that needs no network. */
import { formatEstimate, formatNumber, formatPercent, formatTime, plural } from '../../base/format.ts';
import { forWindows } from '../../jobs/report/chart/frame.ts';
import { lineChart } from '../../jobs/report/chart/line-chart.ts';
import { htmlPage } from '../../jobs/report/html-page.ts';
import { html, type Html } from '../../jobs/report/html.ts';
import type { AlarmGroup, VersionReport } from '../../monitoring/index.ts';
import { remoteUrl } from './remote.ts';
import { feedbackText, figuresLegend, signalFigures } from './signal-figures.ts';
import type { KeyUsage } from '../use-cases/usage.ts';

export interface MonitorPageParts {
  /** Server with the answers page that alarms link to; by default they show a command. */
  server?: string;
  /** Usage of keys. */
  usage?: readonly KeyUsage[];
}

export function monitorPage(versions: readonly VersionReport[], { server, usage = [] }: MonitorPageParts = {}): string {
  const main = html`<header><h1>Models in use</h1></header>
    ${versions.length === 0 ? html`<p>Nothing has been served yet.</p>` : versions.map((one) => versionPart(one, server))}
    ${usagePart(usage)}
    <footer>Written by attune, ${formatTime(Date.now())}. Intervals hold at every moment at once.</footer>`;
  return htmlPage(main, { title: 'Models in use' });
}

/** Usage of keys in this machine's registry. */
function usagePart(usage: readonly KeyUsage[]): Html | undefined {
  if (usage.length === 0) return undefined;
  const titles = ['Requests', 'Input tokens', 'Cached', 'Output tokens'];
  return html`<section>
    <h2>Usage by key</h2>
    <p class="soft">The last seven days</p>
    <table>
      <thead>
        <tr>
          <th scope="col">Key</th>
          <th scope="col">Model</th>
          ${titles.map((title) => html`<th scope="col" class="number">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${usage.map(
          ({ key, model, requests, input_tokens: input, cached_tokens: cached, output_tokens: output }) =>
            html`<tr>
              <th scope="row">${key === '' ? '(no key)' : key}</th>
              <td>${model}</td>
              ${[requests, input, cached, output].map((count) => html`<td class="number">${String(count)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

function versionPart(report: VersionReport, server: string | undefined): Html {
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
    ${report.alarms.map((one) => alarmPart(one, server))} ${signalTable(report)} ${pictures(report)}
  </section>`;
}

function expectedShare({ estimate, low, high, calibratedOn }: NonNullable<VersionReport['expected']>): string {
  const note = calibratedOn === 0 ? ', not calibrated' : '';
  return `${formatPercent(estimate)} (${formatPercent(low)} to ${formatPercent(high)}${note})`;
}

function alarmPart(group: AlarmGroup, server: string | undefined): Html {
  const { id, message, cause, action, openedAt, resolvedAt, silenced, samples, signals, alarms } = group;
  const state = resolvedAt === undefined ? 'open' : `ended ${formatTime(resolvedAt)}`;
  const examples =
    server === undefined
      ? html`<code>attune answers list --alarm ${id}</code>`
      : html`<a href="${remoteUrl(server, `/answers?alarm=${id}`)}">${plural(samples.length, 'examples')}</a>`;
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
  return html`<table>
      <thead>
        <tr>
          <th scope="col">Measured</th>
          <th scope="col" class="number">Before</th>
          <th scope="col" class="number">Now</th>
          <th scope="col" class="number">Change</th>
          <th scope="col" class="number">Evidence</th>
        </tr>
      </thead>
      <tbody>
        ${signals.map((signal) => {
          const { before, now, change, evidence } = signalFigures(signal);
          return html`<tr>
            <th scope="row">${signal.isAlarm && html`▲ `}${signal.title}</th>
            <td class="number">${before}</td>
            <td class="number">${now}</td>
            <td class="number">${change}</td>
            <td class="number">${evidence}</td>
          </tr>`;
        })}
      </tbody>
    </table>
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
      steps: { thumb_down: 'thumbs', edits: 'corrections' }[signal.name as string] ?? 'answers',
      yScale: 'linear' as const,
    };
    const drawn = forWindows((size) => lineChart({ ...about, ...size }), { height: 180 });
    return drawn === undefined
      ? []
      : [
          html`<figure>
            <figcaption>${title}</figcaption>
            ${drawn}
          </figure>`,
        ];
  });
}
