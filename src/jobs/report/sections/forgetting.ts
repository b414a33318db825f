import { formatNumber, formatSigned, plural } from '../../../base/format.ts';
import type { Forgetting, GeneralMeasure } from '../../../store/forgetting.ts';
import { intervalAxis, intervalMark, intervalScale } from '../chart/intervals.ts';
import { html, type Html } from '../html.ts';
import { intervalText, outcomeBadge } from './outcome.ts';

/** Effect of the training on the model outside its task. */
export function forgettingSection(forgetting: Forgetting | undefined): Html | undefined {
  if (forgetting === undefined || forgetting.measures.length === 0) return undefined;
  return html`<section>
    <h2>What it forgot</h2>
    <p class="soft">
      Before and after training on texts that have nothing to do with the task. A change below zero is a loss; intervals
      are ${formatNumber(forgetting.confidence * 100)} %.
    </p>
    <table class="forest">
      <thead>
        <tr>
          <th scope="col">Measured</th>
          <th scope="col" class="number">Before and after</th>
          <th scope="col" class="sides">
            <span><span aria-hidden="true">◂</span> forgot</span><span>gained <span aria-hidden="true">▸</span></span>
          </th>
          <th scope="col" class="number">Change</th>
          <th scope="col">So it is</th>
        </tr>
      </thead>
      <tbody>
        ${forgetting.measures.map(measureRow)}
      </tbody>
    </table>
  </section>`;
}

/** Measures have units of their own, so each has its own scale. */
function measureRow({ title, better, rows, before, after, p, verdict, ...lost }: GeneralMeasure): Html {
  const change = { estimate: 0 - lost.loss, low: 0 - lost.high, high: 0 - lost.low };
  const scale = intervalScale([change]);
  return html`<tr>
    <th scope="row">${title}<small>${better} is better; ${plural(rows, 'rows')}</small></th>
    <td class="number">${formatNumber(before, 3)}<small>then ${formatNumber(after, 3)}</small></td>
    <td class="picture-cell">${intervalMark({ ...change, kind: verdict }, scale)}${intervalAxis(scale)}</td>
    <td class="number"><b>${formatSigned(change.estimate)}</b><small>${intervalText(change)}</small></td>
    <td>${outcomeBadge(verdict)}<small>p ${p < 0.001 ? 'below 0.001' : formatNumber(p, 2)}</small></td>
  </tr>`;
}
