import { html, type Html } from './html.ts';

export type Cell = Html | string | number | undefined | false;

/**
 * A plain table, each row named by its first cell. A `+` before a title marks numbers; without titles there is no head.
 * `last`: the cells of a final row.
 */
export function dataTable(titles: readonly string[], rows: readonly (readonly Cell[])[], last?: Html): Html {
  const columns = titles.map((title) => ({ title: title.replace(/^\+/, ''), isNumeric: title.startsWith('+') }));
  const head = html`<thead>
    <tr>
      ${columns.map(({ title, isNumeric }) => html`<th scope="col" ${isNumeric && NUMERIC}>${title}</th>`)}
    </tr>
  </thead>`;
  const cell = (one: Cell, at: number) =>
    at === 0
      ? html`<th scope="row" ${columns[0].isNumeric && NUMERIC}>${one}</th>`
      : html`<td${columns[at].isNumeric && NUMERIC}>${one}</td>`;
  return html`<table>
    ${columns.some(({ title }) => title !== '') && head}
    <tbody>
      ${rows.map(
        (cells) =>
          html`<tr>
            ${cells.map(cell)}
          </tr>`,
      )}
      ${
        last &&
        html`<tr>
          ${last}
        </tr>`
      }
    </tbody>
  </table>`;
}

const NUMERIC = html` class="number"`;
