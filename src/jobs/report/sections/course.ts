import { describeProblem, shortList } from '../../../base/errors.ts';
import { formatBytes, formatCount, formatDuration } from '../../../base/format.ts';
import { barChart } from '../chart/bars.ts';
import { forWindows } from '../chart/frame.ts';
import { html, type Html } from '../html.ts';
import type { RaisedWarning, RunReport } from '../run-report.ts';

const MOST_PROBLEMS = 20;

/** Warnings about the result. */
export function warningsSection({ warnings }: RunReport): Html | undefined {
  if (warnings.length === 0) return undefined;
  return html`<section>
    <h2>Warnings</h2>
    ${warnings.map(warning)}
  </section>`;
}

function warning({ code, message, problems, problemCount, times }: RaisedWarning): Html {
  const { shown, more } = shortList(problems, MOST_PROBLEMS, problemCount);
  return html`<p>
      ${message}
      <code class="soft">${code}</code>${times > 1 && html` <span class="soft">${formatCount(times)} times</span>`}
    </p>
    ${
      shown.length > 0 &&
      html`<ul class="problems small">
        ${shown.map((problem) => html`<li>${describeProblem(problem)}</li>`)}${more !== undefined && html`<li>${more}</li>`}
      </ul>`
    }`;
}

/** Time by phase, and the accuracy of the forecast. */
export function timeSection({ phases, preflight, totals }: RunReport): Html | undefined {
  const lasting = phases.filter(({ seconds }) => seconds >= 0.05);
  if (lasting.length === 0) return undefined;
  const bars = lasting.map(({ phase, seconds }) => ({
    label: phase,
    value: seconds,
    text: formatDuration(seconds),
    isChosen: phase === 'train',
  }));
  const description = `${bars.map(({ label, text }) => `${label} ${text}`).join(', ')}.`;
  return html`<section>
    <h2>Where the time went</h2>
    <figure>${forWindows((size) => barChart({ title: 'Time by phase', description, bars, ...size }))}</figure>
    ${
      preflight !== undefined &&
      html`<p class="soft small">
        The preflight estimated ${formatDuration(preflight.totalSeconds)} for the steps alone and a peak of
        ${formatBytes(preflight.peakBytes)} of
        memory${totals.peakMemoryBytes !== undefined && `; the highest measured was ${formatBytes(totals.peakMemoryBytes)}`}.
      </p>`
    }
  </section>`;
}
