import type { ComparedSystem, Comparison } from '../../../store/results.ts';
import { html, type Html } from '../html.ts';

/** Heading of a column. */
export interface ColumnTitle {
  name: string;
  remark?: string;
}

/**
 * A table with a row for each system of a comparison, the judged one highlighted. Narrow windows show each row as a
 * block of labelled values.
 */
export function systemTable(
  { subject, systems }: Pick<Comparison, 'subject' | 'systems'>,
  {
    label,
    titles,
    cells,
  }: { label: string; titles: readonly ColumnTitle[]; cells: (system: ComparedSystem) => readonly (Html | string)[] },
): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">
    <table class="systems">
      <thead>
        <tr>
          <th scope="col">System</th>
          ${titles.map(({ name, remark }) => html`<th scope="col" class="number">${name}${remark !== undefined && html`<small>${remark}</small>`}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${systems.map(
          (system) =>
            html`<tr class="${system.name === subject ? 'chosen' : ''}">
              <th scope="row">${system.title}</th>
              ${cells(system).map((cell, i) => html`<td class="number" data-column="${titles[i].name}">${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
