import { html, type Html } from './html.ts';

/** A figure in a word or two; undefined and false leave it or its note out. */
export type Tile = readonly [name: string, value: Html | string, note?: Html | string | false];

export function tiles(all: readonly (Tile | undefined | false)[]): Html {
  const shown = all.filter((one) => one !== undefined && one !== false);
  return html`<dl class="tiles">
    ${shown.map(
      ([name, value, note = false]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}${note !== false && html`<small>${note}</small>`}</dd>
        </div>`,
    )}
  </dl>`;
}
