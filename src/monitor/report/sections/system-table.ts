import type { ComparedSystem, Comparison } from '../../../store/results.ts';
import { html, type Html } from '../html.ts';

/** A table with a line for each system of a comparison, the judged one marked. */
export function systemTable(
  { subject, systems }: Pick<Comparison, 'subject' | 'systems'>,
  {
    label,
    titles,
    cells,
  }: { label: string; titles: readonly Html[]; cells: (system: ComparedSystem) => readonly Html[] },
): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">
    <table>
      <thead>
        <tr>
          <th scope="col">System</th>
          ${titles.map((title) => html`<th scope="col" class="number">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${systems.map(
          (system) =>
            html`<tr class="${system.name === subject ? 'chosen' : ''}">
              <th scope="row">${system.title}</th>
              ${cells(system)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
