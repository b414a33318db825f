import { entryOf } from '../../base/table.ts';
import { basename } from 'node:path';
import { formatNumber, formatPercent } from '../../base/format.ts';
import { forWindows } from '../../jobs/report/chart/frame.ts';
import { lineChart } from '../../jobs/report/chart/line-chart.ts';
import { htmlPage } from '../../jobs/report/html-page.ts';
import { html, type Html } from '../../jobs/report/html.ts';
import type { Searched, SearchedTrial } from '../use-cases/search.ts';
import { costText, leadText, matteredText, ranked, settingsText } from '../use-cases/text/search.ts';
import type { RungReached } from './journal.ts';

/** Results of a search as one file: no scripts, no network. */
export function searchPage(found: Searched, rungs: readonly RungReached[]): string {
  const { folder, comparison, mattered, varied } = found;
  const main = html`<h1>Search for settings</h1>
    <p class="soft">${basename(folder)} · ${costText(found)}</p>
    <section>
      <h2>What it found</h2>
      <p>${leadText(found)}</p>
      ${comparison !== undefined && html`<p>On the test rows, used once: ${comparison.sentence}</p>`}
    </section>
    <section>
      <h2>Best so far</h2>
      ${forWindows((size) => progressChart(found, rungs, size))}
    </section>
    <section>
      <h2>What mattered</h2>
      ${mattered === undefined ? html`<p class="soft">Too few trials to tell.</p>` : html`<p>${matteredText(mattered)}</p>`}
      ${varied.map(({ path }) => html`${forWindows((size) => settingChart(found, path, size))}`)}
    </section>
    ${trialTable(found)}`;
  return htmlPage(main, { title: 'Search' });
}

/** The lowest loss of a fully trained trial over the cost. */
function progressChart(found: Searched, rungs: readonly RungReached[], size: object): Html | undefined {
  const { unit } = found.budget;
  let spent = 0;
  let lowest = Infinity;
  const points = rungs.flatMap(({ until, loss, ...rung }) => {
    spent += rung[unit];
    if (until === 1 && loss !== null) lowest = Math.min(lowest, loss);
    return Number.isFinite(lowest) ? [{ step: Math.round(spent), value: lowest, low: lowest, high: lowest }] : [];
  });
  return lineChart({
    ...size,
    title: 'Validation loss of the best trial',
    description: 'The lowest validation loss of a fully trained trial, over the cost of the search.',
    series: [{ name: 'lowest loss', curve: { count: points.length, points }, style: 'line', tone: 1 }],
    steps: unit,
  });
}

/** Losses of the trials by the values of one setting, in their order; trials are grouped by how far they were trained. */
function settingChart({ trials, varied }: Searched, path: string, size: object): Html | undefined {
  const { usual } = varied.find((one) => one.path === path)!;
  const valueOf = ({ settings }: SearchedTrial) => entryOf(settings, path) ?? usual;
  const order = [...new Set(trials.map(valueOf))].toSorted(
    (a, b) => Number(a) - Number(b) || String(a).localeCompare(String(b)),
  );
  if (order.length < 2) return undefined;
  const shares = [...new Set(trials.map(({ until }) => until))].toSorted((a, b) => b - a);
  const series = shares.slice(0, 3).map((share, i) => {
    const points = trials.flatMap((trial) => {
      const { until, loss } = trial;
      return until === share && loss !== undefined
        ? [{ step: order.indexOf(valueOf(trial)), value: loss, low: loss, high: loss }]
        : [];
    });
    const sorted = points.toSorted((a, b) => a.step - b.step);
    const name = share === 1 ? 'whole run' : `1/${Math.round(1 / share)} of it`;
    return {
      name,
      curve: { count: sorted.length, points: sorted },
      style: 'dots',
      tone: ([1, 2, 3] as const)[i],
    } as const;
  });
  const chart = lineChart({
    ...size,
    title: `Validation loss by ${path}`,
    description: `The trials' validation losses, by the value of ${path}: ${order.map(String).join(', ')}.`,
    series,
    steps: `${path}: ${order.map((value, i) => `${i} = ${String(value)}`).join(', ')}`,
  });
  return chart;
}

function trialTable({ trials, winner }: Searched): Html {
  return html`<section>
    <h2>Trials</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">Trial</th>
          <th scope="col">Settings</th>
          <th scope="col">Trained</th>
          <th scope="col">Validation loss</th>
        </tr>
      </thead>
      <tbody>
        ${ranked(trials).map(
          ({ trial, settings, until, loss, failure }) =>
            html`<tr>
              <th scope="row">${trial === winner ? '✓ ' : ''}${trial}</th>
              <td>${settingsText(settings)}</td>
              <td>${formatPercent(until, 0)}</td>
              <td>${loss === undefined ? failure : formatNumber(loss)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}
