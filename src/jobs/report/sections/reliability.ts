import { formatCount, formatNumber } from '../../../base/format.ts';
import type { ComparedSystem, Comparison } from '../../../store/results.ts';
import { forWindows } from '../chart/frame.ts';
import { reliabilityChart, type ReliabilityBin } from '../chart/reliability.ts';
import { html, type Html } from '../html.ts';
import { dataTable } from '../data-table.ts';
import { mostTelling } from './outcome.ts';

/** Calibration of systems whose answers have a confidence. */
export function reliabilitySection(comparison: Comparison | undefined): Html | undefined {
  if (comparison === undefined) return undefined;
  const shown = mostTelling(comparison, figureOf);
  if (shown.length === 0) return undefined;
  return html`<section>
    <h2>Can its confidence be trusted?</h2>
    <p class="soft">
      Each point gathers answers of about equal confidence. On the dotted line, answers given with a confidence of 0.8
      are right in 8 of 10 cases.
    </p>
    <div class="grid-2 squares">${shown}</div>
  </section>`;
}

function figureOf({ title, values }: ComparedSystem): Html | undefined {
  const bins = Object.values(values).flatMap(({ details }) => binsOf(details))[0];
  if (bins === undefined) return undefined;
  const filled = bins.filter(({ rows }) => rows > 0);
  const described = filled
    .map(({ confidence, accuracy }) => `confidence ${formatNumber(confidence, 2)}, right ${formatNumber(accuracy, 2)}`)
    .join('; ');
  const about = { title: `Reliability of ${title}`, description: `${described}.`, bins };
  const chart = forWindows((size) => reliabilityChart({ ...about, ...size }));
  return (
    chart &&
    html`<figure>
      <figcaption><b>${title}</b>: share of right answers by confidence</figcaption>
      ${chart} ${binTable(filled)}
    </figure>`
  );
}

function binsOf(details: Record<string, unknown> | undefined): ReliabilityBin[][] {
  const bins = details?.bins;
  const isBins =
    Array.isArray(bins) && bins.length > 0 && bins.every((bin) => 'confidence' in bin && 'accuracy' in bin);
  return isBins ? [bins as ReliabilityBin[]] : [];
}

function binTable(bins: readonly ReliabilityBin[]): Html {
  return html`<details>
    <summary>Bin by bin</summary>
    ${dataTable(
      ['Confidence', '+Rows', '+Mean confidence', '+Right'],
      bins.map(({ from, to, rows, confidence, accuracy }) => [
        `${formatNumber(from, 2)} to ${formatNumber(to, 2)}`,
        formatCount(rows),
        formatNumber(confidence, 3),
        formatNumber(accuracy, 3),
      ]),
    )}
  </details>`;
}
