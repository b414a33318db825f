import { formatCount, plural } from '../../../base/format.ts';
import { classTitle } from '../../../scoring/metrics/class-title.ts';
import { neverGiven } from '../../../evaluation/compare/class-rows.ts';
import type { Comparison } from '../../../store/results.ts';
import { dataTable } from '../data-table.ts';
import { html, type Html } from '../html.ts';

const MOST_CLASSES = 50;

/** Number of rows of each class, rarest first: a class with few training or test rows cannot be judged reliably. */
export function classesSection(comparison: Comparison | undefined): Html | undefined {
  const classes = comparison?.classes;
  if (comparison === undefined || classes === undefined || classes.length === 0) return undefined;
  const shown = classes.toSorted((a, b) => a.train - b.train).slice(0, MOST_CLASSES);
  return html`<section class="classes">
    <h2>Rows of each class</h2>
    ${shown.length < classes.length && html`<p class="soft">The ${shown.length} rarest of ${formatCount(classes.length)} classes.</p>`}
    ${dataTable(
      ['Class', '+Training rows', `+Rows of ${comparison.split}`, '+Predicted'],
      shown.map(({ label, train, test, given }) => [
        html`${label}${nameOf(label, comparison)}`,
        formatCount(train),
        formatCount(test),
        given === 0 && test > 0 ? html`<b>never</b>` : formatCount(given),
      ]),
    )}
  </section>`;
}

/** Full name of a class such as "1", including its column. */
function nameOf(label: string, { labelColumn }: Comparison): Html | undefined {
  const title = classTitle(label, labelColumn);
  return title === label || title === `class ${label}` ? undefined : html`<small>${title}</small>`;
}

/** Classes that the result never predicts, for the verdict. */
export function neverPredicted({ classes, split, labelColumn }: Comparison): Html | undefined {
  const never = neverGiven(classes);
  if (never.length === 0) return undefined;
  const told = never.map(
    ({ label, train, test }) =>
      `${classTitle(label, labelColumn)} (${plural(train, 'training rows')}, ${formatCount(test)} of ${split})`,
  );
  return html`<p class="losses"><b>Never predicted:</b> ${told.join(', ')}.</p>`;
}
