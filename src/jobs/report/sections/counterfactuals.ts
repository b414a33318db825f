import { formatCount, formatNumber, formatSigned, plural } from '../../../base/format.ts';
import { surestEffects, type Effect } from '../../../evaluation/fairness/surest-effects.ts';
import type { CounterfactualResults, CounterfactualSystem, FlippedPair } from '../../../store/counterfactuals.ts';
import { barChart } from '../chart/bars.ts';
import { forWindows } from '../chart/frame.ts';
import { intervalAxis, intervalMark, intervalScale } from '../chart/intervals.ts';
import { html, type Html } from '../html.ts';
import { intervalText } from './outcome.ts';

const MOST_EFFECTS = 20;

/** How often answers change with whom a row speaks of, for whom, and the pairs themselves. */
export function counterfactualsSection(results: CounterfactualResults | undefined): Html | undefined {
  const system = results?.systems[0];
  if (results === undefined || system === undefined || system.axes.length === 0) return undefined;
  return html`<section>
    <h2>Whom it answers otherwise</h2>
    <p class="soft">
      ${plural(results.pairs, 'pairs')} of rows that differ only in the group of the person they mention, as words and
      names usually tell it; nobody’s own is known. Bars are the shares of pairs whose answers differ in more than those
      words; intervals are ${formatNumber(results.confidence * 100)} %.
    </p>
    ${flips(system)} ${effects(system, results)}
    ${system.axes.map(({ axis, flips: { pairs }, examples }) => flipped(axis, pairs, examples))}
  </section>`;
}

function flips({ axes }: CounterfactualSystem): Html | undefined {
  const bars = axes.map(({ axis, pairs, flips: { pairs: count, rate, low, high } }) => ({
    label: axis,
    value: rate,
    text: `${formatCount(count)} of ${formatCount(pairs)}`,
    low,
    high,
    isChosen: true,
  }));
  const title = 'Share of pairs whose answers differ';
  return forWindows((size) => barChart({ title, description: `${bars.length} kinds of pairs.`, bars, ...size }));
}

/** The surest differences first. */
function effects(system: CounterfactualSystem, results: CounterfactualResults): Html | undefined {
  const found = surestEffects(system, results);
  if (found.length === 0) return undefined;
  return html`<table class="forest">
    <thead>
      <tr>
        <th scope="col">Group</th>
        <th scope="col" class="number">Group and others</th>
        <th scope="col" class="sides">
          <span><span aria-hidden="true">◂</span> less</span><span>more <span aria-hidden="true">▸</span></span>
        </th>
        <th scope="col" class="number">Difference</th>
        <th scope="col" class="number">p by Holm</th>
      </tr>
    </thead>
    <tbody>
      ${found.slice(0, MOST_EFFECTS).map(effectRow)}
    </tbody>
  </table>`;
}

/** Effects have different units, so each has its own scale. */
function effectRow({ who, what, pairs, one }: Effect): Html {
  const scale = intervalScale([one]);
  return html`<tr>
    <th scope="row">${who}<small>${what}; ${plural(pairs, 'pairs')}</small></th>
    <td class="number">${formatNumber(one.value, 3)}<small>others ${formatNumber(one.other, 3)}</small></td>
    <td class="picture-cell">${intervalMark({ ...one, kind: one.verdict }, scale)}${intervalAxis(scale)}</td>
    <td class="number"><b>${formatSigned(one.estimate)}</b><small>${intervalText(one)}</small></td>
    <td class="number">${one.pAdjusted < 0.001 ? 'below 0.001' : formatNumber(one.pAdjusted, 2)}</td>
  </tr>`;
}

function flipped(axis: string, count: number, examples: readonly FlippedPair[]): Html | undefined {
  if (examples.length === 0) return undefined;
  return html`<details>
    <summary>
      Answers that change with ${axis}:
      ${examples.length < count && `the first ${examples.length} of `}${formatCount(count)}
    </summary>
    <ol>
      ${examples.map(
        ({ original, changed }) =>
          html`<li>
            <p class="said">${original.text} → <b>${original.answer}</b></p>
            <p class="said">${changed.text} → <b>${changed.answer}</b></p>
          </li>`,
      )}
    </ol>
  </details>`;
}
