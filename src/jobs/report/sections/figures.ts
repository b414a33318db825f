import {
  cellText,
  columnsOf,
  intervalText,
  type Cell,
  type Chart,
  type Column,
  type Examples,
  type Figures,
  type FiguresShown,
  type Interval,
  type Row,
} from '../../../base/figures.ts';
import { barChart } from '../chart/bars.ts';
import { forWindows } from '../chart/frame.ts';
import { intervalAxis, intervalMark, intervalScale } from '../chart/intervals.ts';
import { html, type Html } from '../html.ts';
import { outcomeBadge } from './outcome.ts';

/** Tables with more columns scroll in narrow windows. */
const WIDE = 4;

/** A section with the figures of an assessment. */
export function figuresSection({ title, lead, figures, notes = [] }: FiguresShown): Html {
  return html`<section>
    <h2>${title}</h2>
    <p class="soft">${lead}</p>
    ${figures.map((one) => part(one, title))} ${notes.map((note) => html`<p class="soft">${note}</p>`)}
    ${figures.flatMap(({ examples = [] }) => examples.map(folded))}
  </section>`;
}

function part(figures: Figures, title: string): Html {
  const { heading, lead, chart, rows } = figures;
  return html`${heading !== undefined && html`<h3>${heading}</h3>`}
  ${lead !== undefined && html`<p class="soft">${lead}</p>`}
  ${chart === undefined ? rows.length > 0 && table(figures, title) : bars(chart)}`;
}

function bars({ title, description, bars: all }: Chart): Html | undefined {
  const chosen = all.map(({ label, text, ...bar }) => ({
    label,
    text,
    value: bar.value,
    ...endsOf(bar),
    isChosen: true,
  }));
  return forWindows((size) => barChart({ title, description, bars: chosen, ...size }));
}

function table(figures: Figures, title: string): Html {
  const shown = columnsOf(figures, 'page');
  const isForest = shown.some(({ column }) => column.picture !== undefined);
  const drawn = html`<table${isForest && html` class="forest"`}>
    <thead>
      <tr>
        <th scope="col">${figures.columns[0].title}</th>
        ${shown.map(({ column }) => head(column))}
      </tr>
    </thead>
    <tbody>
      ${figures.rows.slice(0, figures.most?.page).map((one) => row(one, shown))}
    </tbody>
  </table>`;
  if (shown.length <= WIDE) return drawn;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${title}">${drawn}</div>`;
}

function head({ title, unit = 'text', picture }: Column): Html {
  const isNumber = unit !== 'text' && unit !== 'verdict';
  return html`${picture !== undefined && sides(picture)}
    <th scope="col" ${isNumber && html` class="number"`}>${title}</th>`;
}

function sides(words: NonNullable<Column['picture']>): Html {
  if (words === true) return html`<th scope="col"></th>`;
  const [less, more] = words;
  return html`<th scope="col" class="sides">
    <span><span aria-hidden="true">◂</span> ${less}</span><span>${more} <span aria-hidden="true">▸</span></span>
  </th>`;
}

function row({ name, note, isPart, cells }: Row, shown: ReturnType<typeof columnsOf>): Html {
  return html`<tr>
    <th scope="row">${isPart === true && '– '}${name}${note !== undefined && html`<small>${note}</small>`}</th>
    ${shown.map(({ column, at }) => cell(cells[at], column))}
  </tr>`;
}

function cell(found: Cell, column: Column): Html {
  const { unit = 'text', isMain, picture } = column;
  const { note, verdict } = typeof found === 'object' ? found : {};
  const below = intervalText(found, column) ?? note;
  const text =
    unit === 'verdict' && verdict !== undefined
      ? outcomeBadge(verdict)
      : unit === 'p' && typeof found === 'object' && (found.value ?? 1) < 0.001
        ? 'below 0.001'
        : cellText(found, column);
  const isNumber = unit !== 'text' && unit !== 'verdict';
  return html`${picture !== undefined && marked(found)}
    <td${isNumber && html` class="number"`}>${isMain === true && found !== undefined ? html`<b>${text}</b>` : text}${
      below !== undefined && html`<small>${below}</small>`
    }</td>`;
}

/** Rows have different units, so each has its own scale. */
function marked(found: Cell): Html {
  const {
    value: estimate = Number.NaN,
    low,
    high,
    verdict: kind = 'no-evidence',
  } = typeof found === 'object' ? found : {};
  const mark = { estimate, ...endsOf({ low, high }) };
  const scale = intervalScale([mark]);
  return html`<td class="picture-cell">${intervalMark({ ...mark, kind }, scale)}${intervalAxis(scale)}</td>`;
}

function endsOf({ low, high }: Partial<Interval>): { low?: number; high?: number } {
  return { low: low ?? undefined, high: high ?? undefined };
}

function folded({ title, items }: Examples): Html | undefined {
  if (items.length === 0) return undefined;
  return html`<details>
    <summary>${title}</summary>
    <ul>
      ${items.map(
        ({ lines, note }) =>
          html`<li>
            ${lines.map((line) => html`<p class="said">${typeof line === 'string' ? line : html`${line.said} → <b>${line.answer}</b>`}</p>`)}
            ${note !== undefined && html`<small>${note}</small>`}
          </li>`,
      )}
    </ul>
  </details>`;
}
