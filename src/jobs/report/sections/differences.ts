import { entryOf } from '../../../base/table.ts';
import { formatNumber, formatSigned } from '../../../base/format.ts';
import type { ComparedMetric, Comparison, Difference } from '../../../store/results.ts';
import { correctedP } from '../../../evaluation/compare/correction.ts';
import { intervalAxis, intervalMark, intervalScale } from '../chart/intervals.ts';
import type { Scale } from '../chart/scale.ts';
import { html, type Html } from '../html.ts';
import { differenceBadge, intervalText, systemNamed, titleOf } from './outcome.ts';

/** A forest plot as a table: the subject against every other system on one metric, hardest rival first. */
export function differencesTable(comparison: Comparison, metric: ComparedMetric): Html | undefined {
  const differences = inOrder(comparison, metric.name);
  if (differences.length === 0) return undefined;
  const subject = titleOf(comparison, comparison.subject);
  const scale = intervalScale(differences);
  return html`<table class="forest">
    <caption>
      ${subject} against each other system: ${metric.title}
    </caption>
    <thead>
      <tr>
        <th scope="col">Against</th>
        <th scope="col" class="number">${metric.title}</th>
        <th scope="col" class="sides">
          <span><span aria-hidden="true">◂</span> other is better</span>
          <span>${subject} is better <span aria-hidden="true">▸</span></span>
        </th>
        <th scope="col" class="number">Difference</th>
        <th scope="col">Verdict on ${subject}</th>
      </tr>
    </thead>
    <tbody>
      ${subjectRow(comparison, metric)} ${differences.map((one) => differenceRow(one, comparison, scale))}
    </tbody>
    <tfoot>
      <tr>
        <td></td>
        <td></td>
        <td class="picture-cell">${intervalAxis(scale)}</td>
        <td></td>
        <td></td>
      </tr>
    </tfoot>
  </table>`;
}

/** Rivals first, since the verdict is about them; of these, the one with the smallest lead of the subject. */
function inOrder({ differences, rivals }: Comparison, metric: string): Difference[] {
  const rank = ({ against }: Difference) => (rivals.includes(against) ? 0 : 1);
  return differences
    .filter((one) => one.metric === metric)
    .toSorted((a, b) => rank(a) - rank(b) || a.estimate - b.estimate);
}

function subjectRow(comparison: Comparison, { name }: ComparedMetric): Html {
  return html`<tr class="chosen">
    <th scope="row">${titleOf(comparison, comparison.subject)}</th>
    <td class="number">${valueOf(comparison, comparison.subject, name)}</td>
    <td class="picture-cell"></td>
    <td></td>
    <td></td>
  </tr>`;
}

function differenceRow(difference: Difference, comparison: Comparison, scale: Scale): Html {
  const { against, estimate, metric, verdict } = difference;
  const isRival = comparison.rivals.includes(against);
  const { note, unable } = systemNamed(comparison, against) ?? {};
  return html`<tr>
    <th scope="row">
      ${titleOf(comparison, against)}${note !== undefined && html`<small>${note}</small>`}${
        !isRival && html`<small>not part of the verdict${unable !== undefined && `: ${unable}`}</small>`
      }
    </th>
    <td class="number">${valueOf(comparison, against, metric)}</td>
    <td class="picture-cell">${intervalMark({ ...difference, kind: verdict }, scale)}</td>
    <td class="number"><b>${formatSigned(estimate)}</b><small>${intervalText(difference)}</small></td>
    <td>${differenceBadge(comparison, difference)}<small>${remark(difference, comparison)}</small></td>
  </tr>`;
}

function valueOf(comparison: Comparison, system: string, metric: string): Html {
  const found = entryOf(systemNamed(comparison, system)?.values, metric);
  if (found === undefined) return html`–`;
  const { value, low, high } = found;
  const interval = low !== undefined && high !== undefined && `${formatNumber(low, 3)} to ${formatNumber(high, 3)}`;
  return html`${formatNumber(value, 3)}${interval !== false && html`<small>${interval}</small>`}`;
}

/** If no difference was found, the smallest detectable difference. */
function remark(difference: Difference, comparison: Comparison): string {
  const { minimalDetectable, verdict } = difference;
  const p = correctedP(comparison, difference);
  if (verdict !== 'no-evidence' || !(minimalDetectable > 0)) return p;
  return `${p}; detectable from ${formatNumber(minimalDetectable, 2)}`;
}
