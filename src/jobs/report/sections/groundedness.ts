import { formatNumber, formatPercent, plural } from '../../../base/format.ts';
import type { GroundedFigures, GroundednessResults, GroundedSystem } from '../../../store/groundedness.ts';
import { html, type Html } from '../html.ts';

/** Whether answers are supported by their sources. */
export function groundednessSection(results: GroundednessResults | undefined): Html | undefined {
  if (results === undefined) return undefined;
  const { systems, rows, by } = results;
  const judge =
    'judge' in by ? by.judge : `a classifier that is right in ${formatPercent(by.accuracy)} of held-out sentences`;
  return html`<section>
    <h2>Answers and their sources</h2>
    <p class="soft">${plural(rows, 'questions')}; judged by ${judge}. Intervals are 95 %.</p>
    <div class="scroll" tabindex="0" role="region" aria-label="Answers and their sources">
      <table>
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col" class="number">Made up</th>
            <th scope="col" class="number">Answered though silent</th>
            <th scope="col" class="number">Abstained though told</th>
            <th scope="col" class="number">Risk over coverage</th>
            <th scope="col" class="number">Calibration error</th>
          </tr>
        </thead>
        <tbody>
          ${systems.map(row)}
        </tbody>
      </table>
    </div>
  </section>`;
}

function row(system: GroundedSystem): Html {
  const { name, hallucinated, answeredThoughSilent, abstainedThoughTold, citations, riskCoverage, calibration } =
    system;
  const cited =
    citations.quotes > 0 && html`<small>${citations.wrong} of ${plural(citations.quotes, 'quotes')} wrong</small>`;
  return html`<tr>
    <th scope="row">${name}${cited}</th>
    ${[hallucinated, answeredThoughSilent, abstainedThoughTold].map((figures) => shareCell(figures))}
    ${[riskCoverage?.area, calibration?.error].map((value) => valueCell(value))}
  </tr>`;
}

function shareCell(figures: GroundedFigures): Html {
  if (figures === undefined) return html`<td class="number">–</td>`;
  const { value, low, high } = figures.after;
  return html`<td class="number">
    ${formatPercent(value)}<small>${formatPercent(low!)} to ${formatPercent(high!)}</small>
  </td>`;
}

function valueCell(interval: { estimate: number; low: number | null; high: number | null } | undefined): Html {
  if (interval === undefined) return html`<td class="number">–</td>`;
  const { estimate, low, high } = interval;
  const ends = Number.isFinite(low) && Number.isFinite(high) && low !== null && high !== null;
  return html`<td class="number">
    ${formatNumber(estimate, 3)}<small
      >${ends ? `${formatNumber(low, 3)} to ${formatNumber(high, 3)}` : 'too few rows'}</small
    >
  </td>`;
}
