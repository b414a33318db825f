import { formatCount } from '../../base/format.ts';
import type { DataSetManifest } from '../../prepare/index.ts';
import { barChart } from '../report/chart/bars.ts';
import { html, type Html } from '../report/html.ts';
import type { ListedRow, RowLists } from './row-lists.ts';

type Step = DataSetManifest['steps'][number];
type Place = Step['leftOut'][number]['first'][number];

/** What came in and went on at each step, and why the rest did not. */
export function stepsSection({ steps }: DataSetManifest, lists: RowLists): Html {
  const bars = steps.map(({ step, itemsOut }) => ({ label: step, value: itemsOut, text: formatCount(itemsOut) }));
  return html`<section>
    <h2>Steps</h2>
    <figure>
      <figcaption><b>What is left</b> after each step</figcaption>
      <div class="scroll">
        ${barChart({ title: 'What is left after each step', description: `${steps.length} steps.`, bars })}
      </div>
    </figure>
    ${steps.map((step) => oneStep(step, lists))}
  </section>`;
}

function oneStep({ step, options, itemsIn, itemsOut, leftOut, found, remarks }: Step, lists: RowLists): Html {
  const line = (kind: string, what: string, { count, first }: { count: number; first: readonly Place[] }): Html => {
    const number = lists.link(formatCount(count), { title: `${step}: ${what}`, count, first: first.map(listed) });
    return html`<tr>
      <td>${kind}</td>
      <td>${what}</td>
      <td class="number">${number}</td>
    </tr>`;
  };
  return html`<div class="step">
    <h3>${step} <span class="soft">${formatCount(itemsIn)} → ${formatCount(itemsOut)}</span></h3>
    <p class="soft small"><code>${JSON.stringify(options)}</code></p>
    ${remarks.map((remark) => html`<p class="small">${remark}</p>`)}
    ${
      leftOut.length + found.length > 0 &&
      html`<table>
        <tbody>
          ${leftOut.map((entry) => line('left out', entry.reason, entry))}
          ${found.map((entry) => line('found', entry.what, entry))}
        </tbody>
      </table>`
    }
  </div>`;
}

function listed({ file, row, page, text }: Place): ListedRow {
  const place = [file, page !== undefined && `page ${page}`, row !== undefined && `row ${row}`];
  return { origin: place.filter((part) => part !== false).join(', '), text };
}
