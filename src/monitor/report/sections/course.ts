import { describeProblem } from '../../../base/errors.ts';
import { formatBytes, formatCount, formatDuration } from '../../../base/format.ts';
import { barChart } from '../chart/bars.ts';
import { forWindows } from '../chart/frame.ts';
import { html, type Html } from '../html.ts';
import type { RaisedWarning, RunReport } from '../run-report.ts';

const MOST_PROBLEMS = 20;

/** What one should know before trusting the result. */
export function warningsSection({ warnings }: RunReport): Html | undefined {
  if (warnings.length === 0) return undefined;
  return html`<section>
    <h2>Warnings</h2>
    ${warnings.map(warning)}
  </section>`;
}

function warning({ code, message, problems, times }: RaisedWarning): Html {
  const shown = problems.slice(0, MOST_PROBLEMS).map((problem) => html`<li>${describeProblem(problem)}</li>`);
  const rest = problems.length - shown.length;
  return html`<p>
      ${message}
      <code class="soft">${code}</code>${times > 1 && html` <span class="soft">${formatCount(times)} times</span>`}
    </p>
    ${
      shown.length > 0 &&
      html`<ul class="problems small">
        ${shown}${rest > 0 && html`<li>and ${formatCount(rest)} more</li>`}
      </ul>`
    }`;
}

/** Where the time went, and how the forecast fared. */
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
    ${preflight !== undefined && html`<p class="soft small">The preflight foresaw ${formatDuration(preflight.totalSeconds)} of training and a peak of ${formatBytes(preflight.peakBytes)} of memory${totals.peakMemoryBytes !== undefined && `; the highest seen was ${formatBytes(totals.peakMemoryBytes)}`}.</p>`}
  </section>`;
}
