import { formatCount, formatNumber } from '../../../base/format.ts';
import type { ComparedSystem, Comparison } from '../../../store/results.ts';
import { barChart } from '../chart/bars.ts';
import { html, type Html } from '../html.ts';

/** The tuned model beside everything it was measured against. */
export function comparisonSection(comparison: Comparison | undefined): Html | undefined {
  if (comparison === undefined) return undefined;
  const { metric, metrics, rows, split, systems, subject } = comparison;
  const { better, title: metricTitle } = metrics.find(({ name }) => name === metric) ?? metrics[0];
  const sign = better === 'higher' ? 1 : -1;
  const ordered = systems
    .map((system) => ({ ...system, ...system.values[metric] }))
    .sort((a, b) => sign * (b.value - a.value));
  const bars = ordered.map(({ name, title, value, low, high }) => {
    const interval =
      low === undefined || high === undefined ? '' : ` (${formatNumber(low, 3)} to ${formatNumber(high, 3)})`;
    return { label: title, value, low, high, text: `${formatNumber(value, 3)}${interval}`, isChosen: name === subject };
  });
  const hasIntervals = ordered.some(({ low, high }) => low !== undefined && high !== undefined);
  const title = `${metricTitle} by system`;
  const description = `${ordered.map((system) => `${system.title} ${formatNumber(system.value)}`).join(', ')}.`;
  return html`<section>
    <h2>Did it help?</h2>
    <p class="soft">
      The same ${formatCount(rows)} rows of “${split}”, which no system was trained on.
      ${better === 'higher' ? 'Higher' : 'Lower'} is better${hasIntervals ? '; thin lines are intervals' : ''}.
    </p>
    <figure>
      <figcaption><b>${metricTitle}</b></figcaption>
      <div class="scroll">${barChart({ title, description, bars })}</div>
    </figure>
    ${metricTable(ordered, comparison)}
  </section>`;
}

/** All metrics of all systems; left out where there is but the one of the chart. */
function metricTable(systems: readonly ComparedSystem[], { metrics, subject }: Comparison): Html | undefined {
  if (metrics.length < 2) return undefined;
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">System</th>
          ${metrics.map(({ title }) => html`<th scope="col" class="number">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${systems.map(
          (system) =>
            html`<tr class="${system.name === subject ? 'chosen' : ''}">
              <th scope="row">${system.title}</th>
              ${metrics.map(({ name }) => html`<td class="number">${formatNumber(system.values[name]?.value ?? Number.NaN)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
