import { entryOf } from '../../../base/table.ts';
import type { DataPrepared } from '../../../base/events.ts';
import { formatCount } from '../../../base/format.ts';
import { html, type Html } from '../html.ts';
import type { RunReport } from '../run-report.ts';
import { dataTable } from '../data-table.ts';
import { lengthFigure } from '../length-figure.ts';

/** The training data: rows, hashes, lengths. */
export function dataSection({ data, recipe, run }: RunReport): Html | undefined {
  if (data === undefined) return undefined;
  const splits = Object.entries(data.rows).filter(([, rows]) => rows > 0);
  return html`<section>
    <h2>Data</h2>
    <p class="soft">
      ${run.source ?? 'source not named'} · format ${data.format}${data.inputTokens > 0 && tokens(data)}
    </p>
    ${dataTable(
      ['Split', '+Rows', 'Content hash'],
      splits.map(([split, rows]) => [
        split,
        formatCount(rows),
        html`<code class="hash">${entryOf(data.hashes, split) ?? '–'}</code>`,
      ]),
    )}
    ${cuts(data)}${data.inputTokens > 0 && lengthFigure(data.lengths, 'tokens', maxLength(recipe))}
  </section>`;
}

/** Cheap systems do not count tokens. */
function tokens({ inputTokens, lossTokens }: DataPrepared): string {
  const trained = lossTokens > 0 ? `, of which ${formatCount(lossTokens)} carry loss` : '';
  return ` · ${formatCount(inputTokens)} input tokens${trained}`;
}

/** Rows that were truncated, dropped or left out; this must always be reported (F6). */
function cuts({ truncated, dropped, leftOut = 0 }: DataPrepared): Html {
  if (truncated === 0 && dropped === 0 && leftOut === 0)
    return html`<p class="soft small">Every row was used in full.</p>`;
  const bad = html`<p>
    <b>${formatCount(leftOut)}</b> ${leftOut === 1 ? 'row was' : 'rows were'} left out as invalid.
  </p>`;
  if (truncated === 0 && dropped === 0) return bad;
  return html`${leftOut > 0 && bad}
    <p>
      <b>${formatCount(truncated)}</b> rows were cut and <b>${formatCount(dropped)}</b> left out, by the recipe’s
      <code>long_rows</code>.
    </p>`;
}

function maxLength(recipe: unknown): number | undefined {
  const limit = (recipe as { data?: { max_length?: unknown } } | undefined)?.data?.max_length;
  return typeof limit === 'number' ? limit : undefined;
}
