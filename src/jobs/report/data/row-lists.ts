import { formatCount } from '../../../base/format.ts';
import { html, type Html } from '../html.ts';

export interface ListedRow {
  at?: string;
  origin?: string;
  text?: string;
}

interface RowList {
  title: string;
  count: number;
  first: readonly ListedRow[];
}

/** Links numbers to lists of the rows that they count, at the end of the page. */
export class RowLists {
  readonly #lists: RowList[] = [];

  link(number: string, list: RowList): Html {
    if (list.first.length === 0) return html`${number}`;
    this.#lists.push(list);
    return html`<a href="#rows-${this.#lists.length}">${number}</a>`;
  }

  /** The browser opens the list that a link points to. */
  section(): Html {
    return html`<section>
      <h2>Rows behind the numbers</h2>
      ${this.#lists.map(
        ({ title, count, first }, index) =>
          html`<details>
            <summary>
              <b>${title}</b>: ${first.length < count && `the first ${first.length} of `}${formatCount(count)}
            </summary>
            <ol id="rows-${index + 1}" class="rows">
              ${first.map(
                ({ at, origin, text }) =>
                  html`<li>
                    <span class="soft small">${[at, origin].filter((part) => part !== undefined).join(' · ')}</span>
                    ${text !== undefined && html`<p class="said">${text}</p>`}
                  </li>`,
              )}
            </ol>
          </details>`,
      )}
    </section>`;
  }
}
