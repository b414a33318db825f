import { entryOf } from '../../../base/table.ts';
import { formatCount, formatNumber, plural } from '../../../base/format.ts';
import type { ComparedSystem, Comparison } from '../../../store/results.ts';
import { html, type Html } from '../html.ts';
import { mostTelling } from './outcome.ts';

type Counts = Record<string, Record<string, number>>;

/** A confusion table with sorted classes; other answers are in the last column. */
interface Confusion {
  classes: readonly string[];
  /** [true class][predicted class, the last one "other"] */
  counts: readonly (readonly number[])[];
  hasOther: boolean;
}

const MOST_CLASSES = 16;
const MOST_MISTAKES = 8;

/** Confusion tables of the judged system and its strongest rival. */
export function confusionSection(comparison: Comparison | undefined): Html | undefined {
  if (comparison === undefined) return undefined;
  const shown = mostTelling(comparison, (system) => {
    const table = tableOf(system);
    return table && { system, confusion: confusionOf(table) };
  });
  if (shown.length === 0) return undefined;
  return html`<section>
    <h2>Which classes are mixed up</h2>
    <p class="soft">
      Rows are the true classes, columns what was answered. The stronger the colour, the larger the share of the row;
      right answers have a frame.
    </p>
    ${shown.map(({ system, confusion }) => oneSystem(system, confusion))}
  </section>`;
}

function oneSystem({ title }: ComparedSystem, confusion: Confusion): Html {
  const count = confusion.classes.length;
  const remark = `${plural(count, 'classes')}: only the most frequent mistakes are shown.`;
  return html`<h3 class="apart">${title}</h3>
    <div class="mixed">
      ${count <= MOST_CLASSES ? matrix(title, confusion) : html`<p class="soft small">${remark}</p>`}
      ${mistakes(confusion)}
    </div>`;
}

function tableOf({ values }: ComparedSystem): Counts | undefined {
  const found = Object.values(values).find(({ details }) => typeof details?.table === 'object');
  return found?.details?.table as Counts | undefined;
}

/** Answers that are not a class share one column, since a generative model may give hundreds. */
function confusionOf(table: Counts): Confusion {
  const classes = Object.keys(table).toSorted();
  const counts = classes.map((label) => {
    const row = entryOf(table, label);
    const known = classes.map((predicted) => entryOf(row, predicted) ?? 0);
    const all = Object.values(row).reduce((sum, count) => sum + count, 0);
    return [...known, all - known.reduce((sum, count) => sum + count, 0)];
  });
  return { classes, counts, hasOther: counts.some((row) => row[classes.length] > 0) };
}

function matrix(title: string, { classes, counts, hasOther }: Confusion): Html {
  const columns = hasOther ? [...classes, 'no class'] : classes;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Confusion table of ${title}">
    <table class="confusion">
      <thead>
        <tr>
          <th scope="col">true ╲ answered</th>
          ${columns.map((label) => html`<th scope="col" class="number">${label}</th>`)}
          <th scope="col" class="number">right</th>
        </tr>
      </thead>
      <tbody>
        ${classes.map((label, row) => matrixRow(label, row, counts[row].slice(0, columns.length)))}
      </tbody>
    </table>
  </div>`;
}

function matrixRow(label: string, row: number, counts: readonly number[]): Html {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const cells = counts.map((count, column) => {
    const level = count === 0 ? 0 : Math.max(1, Math.ceil((5 * count) / total));
    const right = column === row ? ' right' : '';
    return html`<td class="number heat-${level}${right}">${formatCount(count)}</td>`;
  });
  return html`<tr>
    <th scope="row">${label}</th>
    ${cells}
    <td class="number">${formatNumber((100 * counts[row]) / Math.max(1, total), 3)} %</td>
  </tr>`;
}

function mistakes({ classes, counts }: Confusion): Html {
  const found = classes
    .flatMap((label, row) =>
      counts[row].map((count, column) => ({ label, answered: classes[column] ?? 'no class', count, column, row })),
    )
    .filter(({ count, column, row }) => count > 0 && column !== row)
    .toSorted((a, b) => b.count - a.count);
  if (found.length === 0) return html`<p class="small">No mistakes.</p>`;
  const rest = found.slice(MOST_MISTAKES).reduce((sum, { count }) => sum + count, 0);
  return html`<ul class="problems small">
    ${found.slice(0, MOST_MISTAKES).map(({ label, answered, count }) => html`<li>${label} taken for ${answered}: ${formatCount(count)}</li>`)}
    ${rest > 0 && html`<li>all other mistakes: ${formatCount(rest)}</li>`}
  </ul>`;
}
