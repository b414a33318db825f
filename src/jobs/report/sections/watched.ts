import { formatCount, formatNumber } from '../../../base/format.ts';
import { dataTable } from '../data-table.ts';
import { html, type Html } from '../html.ts';
import type { RunReport } from '../run-report.ts';
import type { WatchedAnswer, WatchedRow } from '../watched-rows.ts';
import { asked, matchOf, said, wanted } from './samples.ts';

/** More changes than these are not read. */
const MOST_EARLIER = 12;

/** Answers to a few validation rows as the run learnt. */
export function watchedSection({ watched }: Pick<RunReport, 'watched'>): Html | undefined {
  if (watched === undefined) return undefined;
  return html`<section>
    <h2>Answers during training</h2>
    <p class="soft">The same validation rows, answered after each validation.</p>
    ${watched.map(watchedRow)}
  </section>`;
}

function watchedRow(row: WatchedRow, index: number): Html {
  const { answers } = row;
  const last = answers.at(-1)!;
  return html`<article class="sample" aria-label="Validation row ${index + 1}">
    ${asked(row)}
    <div class="answers">
      ${wanted(row)}
      <div class="latest">
        <h3>since step ${formatCount(last.step)}${matchOf(row, last.answer)}${rewardOf(last)}</h3>
        ${said(last.answer)}
      </div>
    </div>
    ${answers.length > 1 && earlier(answers.slice(0, -1))}
  </article>`;
}

function rewardOf({ reward }: WatchedAnswer): Html | undefined {
  return reward === undefined ? undefined : html` <span class="score" title="reward">${formatNumber(reward, 3)}</span>`;
}

function earlier(answers: readonly WatchedAnswer[]): Html {
  const shown = answers.slice(-MOST_EARLIER);
  const left = answers.length - shown.length;
  return html`<details>
    <summary>Earlier answers</summary>
    ${dataTable(
      ['+Step', 'Answer'],
      shown.map((one) => [formatCount(one.step), html`${said(one.answer)}${rewardOf(one)}`]),
    )}
    ${left > 0 && html`<p class="soft small">${formatCount(left)} earlier ones are in report.json.</p>`}
  </details>`;
}
