import { formatBytes, formatDuration, formatNumber, plural } from '../../base/format.ts';
import { cellText, intervalText, type Figures } from '../../base/figures.ts';
import { entryOf } from '../../base/table.ts';
import { assessmentNames, figuresOf, type Assessments } from '../../evaluation/assessments/index.ts';
import { conclusionOf } from '../../evaluation/compare/conclusion.ts';
import type { LineSeries } from '../../jobs/report/chart/hover.ts';
import { lineFigure } from '../../jobs/report/chart/line-figure.ts';
import { html, type Html } from '../../jobs/report/html.ts';
import { readReport, type RunReport } from '../../jobs/report/run-report.ts';
import {
  differenceBadge,
  intervalText as differenceText,
  OUTCOMES,
  titleOf,
} from '../../jobs/report/sections/outcome.ts';
import type { Comparison } from '../../store/results.ts';

type Shown = Html | string | undefined;

/** Table of runs side by side: verdicts, margins and all other measurements. */
export function comparedRuns(folders: readonly string[]): Html {
  const reports = folders.map((folder) => readReport(folder));
  const columns = reports.map(
    (report) => new Map([...courseRows(report), ...verdictRows(report), ...measuredRows(report)]),
  );
  const titles = [...new Set(columns.flatMap((column) => [...column.keys()]))];
  const remark = testRows(reports);
  return html`${remark !== undefined && html`<p class="notice fair">${remark}</p>`}
    <div class="scroll" tabindex="0" role="region" aria-label="Runs compared">
      <table class="compared">
        <thead>
          <tr>
            <th scope="col">Measured</th>
            ${reports.map(
              ({ run }) =>
                html`<th scope="col">
                  ${run.name}<small>${run.model ?? ''}</small>
                  <a href="/api/run/report?run=${encodeURIComponent(run.folder)}" target="_blank" rel="noopener"
                    >One page to forward</a
                  >
                </th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${titles.map(
            (title) =>
              html`<tr>
                <th scope="row">${title}</th>
                ${columns.map((column) => html`<td>${column.get(title) ?? '–'}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${lossCurves(reports)}`;
}

const TONES = [1, 2, 3] as const;

/** Losses by step: validation losses where a run has them, otherwise training losses. */
function lossCurves(reports: readonly RunReport[]): Html | undefined {
  const series = reports.flatMap(({ run, curves }, at): LineSeries[] => {
    const validation = entryOf(curves, 'validation/loss');
    const curve = validation !== undefined && validation.points.length > 1 ? validation : entryOf(curves, 'train/loss');
    if (curve === undefined || curve.points.length === 0) return [];
    return [{ name: run.name, curve, style: 'dots', tone: TONES[at % TONES.length] }];
  });
  if (series.length < 2) return undefined;
  const ends = series.map(({ name, curve }) => `${name} ends at ${formatNumber(curve.points.at(-1)!.value)}.`);
  return lineFigure({
    title: 'Loss by step',
    caption: html`<b>Loss by step</b>, on validation rows where there are any`,
    description: ends.join(' '),
    series,
  });
}

/** Warns if the runs were tested on different rows. */
function testRows(reports: readonly RunReport[]): string | undefined {
  const tested = new Set(reports.flatMap(({ data }) => data?.hashes.test ?? []));
  return tested.size < 2
    ? undefined
    : 'These runs were tested on different rows: their figures cannot be compared with each other.';
}

function* courseRows({ run, totals, evaluations }: RunReport): Generator<[string, Shown]> {
  const best = evaluations.findLast(({ best: isBest, split }) => isBest && split === 'validation');
  yield ['Status', run.status];
  yield ['Objective', run.objective];
  yield ['Steps', plural(run.step, 'steps')];
  yield ['Best validation loss', best?.metrics.loss === undefined ? undefined : formatNumber(best.metrics.loss)];
  yield ['Training took', formatDuration(totals.seconds)];
  yield ['Peak memory', totals.peakMemoryBytes === undefined ? undefined : formatBytes(totals.peakMemoryBytes)];
}

function* verdictRows({ comparison }: RunReport): Generator<[string, Shown]> {
  if (comparison === undefined) return;
  const { metric, metrics, systems, subject, flips, rows } = comparison;
  const { outcome, advice } = conclusionOf(comparison);
  const title = metrics.find(({ name }) => name === metric)?.title ?? metric;
  const judged = systems.find(({ name }) => name === subject);
  const value = judged && entryOf(judged.values, metric);
  yield ['Verdict', html`<b>${OUTCOMES[outcome].word}</b><small>${advice}</small>`];
  yield [title, value && withEnds(formatNumber(value.value, 3), value.low, value.high)];
  yield ['Against the strongest rival', againstRival(comparison)];
  if (flips.against !== '')
    yield [
      'Rows that changed',
      html`${plural(flips.better.length, 'rows')} better, ${String(flips.worse.length)} worse
        <small>of ${String(rows)}, against ${titleOf(comparison, flips.against)}</small>`,
    ];
  yield ['Wrong answers cost', judged?.cost === undefined ? undefined : formatNumber(judged.cost)];
  const price = judged?.usage?.costPer1000;
  yield ['1,000 answers cost', price === undefined ? undefined : formatNumber(price)];
}

function againstRival(comparison: Comparison): Shown {
  const { differences, metric, flips } = comparison;
  const found = differences.find((one) => one.metric === metric && one.against === flips.against);
  return found && html`${differenceBadge(comparison, found)}<small>${differenceText(found)}</small>`;
}

function withEnds(text: string, low: number | undefined, high: number | undefined): Html {
  const ends = low === undefined || high === undefined ? '' : `${formatNumber(low, 3)} to ${formatNumber(high, 3)}`;
  return html`${text}<small>${ends}</small>`;
}

/** Forgetting, safety, fairness and every other assessment, by the main column of its figures. */
function* measuredRows(report: RunReport): Generator<[string, Shown]> {
  for (const name of assessmentNames) {
    if (name === 'comparison') continue;
    const shown = figuresOf(name, (report as Partial<Assessments>)[name]);
    for (const figures of shown?.figures ?? []) yield* mainRows(shown!.title, figures);
  }
}

function* mainRows(title: string, { columns, rows, heading }: Figures): Generator<[string, Shown]> {
  const at = Math.max(
    1,
    columns.findIndex(({ isMain }) => isMain === true),
  );
  const column = columns[at];
  for (const { name, cells } of rows) {
    const cell = cells[at - 1];
    const ends = intervalText(cell, column);
    yield [
      [title, heading, name].filter(Boolean).join(': '),
      html`${cellText(cell, column)}${ends !== undefined && html`<small>${ends}</small>`}`,
    ];
  }
}
