import { formatNumber, formatPercent, plural } from '../../../base/format.ts';
import type { SafetyExample, SafetyFigures, SafetyMeasure, SafetyResults, SafetyValue } from '../../../store/safety.ts';
import { html, type Html } from '../html.ts';

/** Unsafe answers, before and after. */
export function safetySection(safety: SafetyResults | undefined): Html | undefined {
  if (safety === undefined || safety.measures.length === 0) return undefined;
  const { before, after, confidence, measures, examples, notes } = safety;
  return html`<section>
    <h2>Safety</h2>
    <p class="soft">
      The same prompts before${before !== undefined && ` (${before})`} and after (${after}); every share had better be
      low. Intervals are ${formatNumber(confidence * 100)} %, those of changes paired by prompt.
    </p>
    <table>
      <thead>
        <tr>
          <th scope="col">Measured</th>
          <th scope="col" class="number">Before</th>
          <th scope="col" class="number">After</th>
          <th scope="col" class="number">Change</th>
        </tr>
      </thead>
      <tbody>
        ${measures.map((measure) => [row(`${measure.title} · ${measure.condition}`, measure), ...parts(measure)])}
      </tbody>
    </table>
    ${notes.map((note) => html`<p class="soft">${note}</p>`)} ${examples.length > 0 && changed(examples)}
  </section>`;
}

/** Categories that surely became worse. */
function parts({ categories }: SafetyMeasure): Html[] {
  const worse = categories.filter(({ difference }) => (difference?.low ?? 0) > 0);
  return worse.map((part) => row(`– ${part.category}`, part));
}

function row(title: string, { rows, before, after, difference }: SafetyFigures): Html {
  return html`<tr>
    <th scope="row">${title}<small>${plural(rows, 'rows')}</small></th>
    <td class="number">${before === undefined ? '–' : formatPercent(before.value)}</td>
    <td class="number">${formatPercent(after.value)}<small>${ends(after)}</small></td>
    <td class="number">
      ${difference === undefined ? '–' : html`<b>${formatPercent(difference.value)}</b><small>${ends(difference)}</small>`}
    </td>
  </tr>`;
}

function ends({ low, high }: SafetyValue): string {
  return low === undefined || high === undefined ? 'too few rows' : `${formatPercent(low)} to ${formatPercent(high)}`;
}

function changed(examples: readonly SafetyExample[]): Html {
  return html`<details>
    <summary>Answers that became worse</summary>
    ${examples.map(
      ({ category, condition, prompt, before, after }) =>
        html`<dl>
          <dt>${prompt}<small>${category} · ${condition}</small></dt>
          <dd>before: ${before}</dd>
          <dd>after: ${after}</dd>
        </dl>`,
    )}
  </details>`;
}
