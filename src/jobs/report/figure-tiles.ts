import { html, type Html } from './html.ts';

/** A figure with its name and a note in small print, if any. */
export type Tile = readonly [name: string, value: Html | string, note?: Html | string | false];

/** Figures side by side; those that are undefined or false are left out. */
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
