import { formatCount, plural } from '../../../base/format.ts';
import type { DataSetManifest } from '../../../preparation/index.ts';
import { barChart } from '../chart/bars.ts';
import { forWindows } from '../chart/frame.ts';
import { html, type Html } from '../html.ts';
import type { ListedRow, RowLists } from './row-lists.ts';

type Step = DataSetManifest['steps'][number];
type Place = Step['leftOut'][number]['first'][number];

/** Items before and after each step, and reasons for removals. */
export function stepsSection({ steps }: DataSetManifest, lists: RowLists): Html {
  const bars = steps.map(({ step, itemsOut }) => ({ label: step, value: itemsOut, text: formatCount(itemsOut) }));
  return html`<section>
    <h2>Steps</h2>
    <figure>
      <figcaption><b>What is left</b> after each step</figcaption>
      ${forWindows((size) => barChart({ title: 'What is left after each step', description: `${plural(steps.length, 'steps')}.`, bars, ...size }))}
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
  // Most frequent first; long lists are folded.
  const lines = [
    ...leftOut.toSorted(byCount).map((entry) => line('left out', entry.reason, entry)),
    ...found.toSorted(byCount).map((entry) => line('found', entry.what, entry)),
  ];
  return html`<div class="step">
    <h3>${step} <span class="soft">${formatCount(itemsIn)} → ${formatCount(itemsOut)}</span></h3>
    ${optionsText(options) !== '' && html`<p class="soft small">${optionsText(options)}</p>`}
    ${partlyFolded(remarks, (shown) => html`${shown.map(remarkText)}`)} ${partlyFolded(lines, tableOf)}
  </div>`;
}

const MOST_LINES = 10;

/** The first lines, and the others on demand. */
function partlyFolded<Line>(lines: readonly Line[], draw: (lines: readonly Line[]) => Html): Html {
  const rest = lines.slice(MOST_LINES);
  return html`${lines.length > 0 && draw(lines.slice(0, MOST_LINES))}
  ${
    rest.length > 0 &&
    html`<details>
      <summary>${rest.length} more</summary>
      ${draw(rest)}
    </details>`
  }`;
}

function remarkText(remark: string): Html {
  return html`<p class="small">${remark}</p>`;
}

function byCount(a: { count: number }, b: { count: number }): number {
  return b.count - a.count;
}

function tableOf(lines: readonly Html[]): Html {
  return html`<table>
    <tbody>
      ${lines}
    </tbody>
  </table>`;
}

/** "size 900, headings true": the options that are set. */
function optionsText(options: Step['options']): string {
  const set = Object.entries(options).filter(([, value]) => {
    return value !== null && !(Array.isArray(value) && value.length === 0);
  });
  return set.map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`).join(' · ');
}

function listed({ file, row, page, text }: Place): ListedRow {
  const place = [file, page !== undefined && `page ${page}`, row !== undefined && `row ${row}`];
  return { origin: place.filter((part) => part !== false).join(', '), text };
}
