import { formatCount, formatNumber } from '../../../base/format.ts';
import { dataTable } from '../data-table.ts';
import { html, type Html } from '../html.ts';
import type { RunReport } from '../run-report.ts';
import type { WatchedAnswer, WatchedRow } from '../watched-rows.ts';
import { asked, said } from './samples.ts';

/** More changes than these are not read. */
const MOST_EARLIER = 12;

/** Answers to a few validation rows as the run learnt. */
export function watchedSection({ watched }: Pick<RunReport, 'watched'>): Html | undefined {
  if (watched === undefined) return undefined;
  return html`<section>
    <h2>What it answered meanwhile</h2>
    <p class="soft">The same validation rows, answered after each validation.</p>
    ${watched.map(watchedRow)}
  </section>`;
}

function watchedRow(row: WatchedRow, index: number): Html {
  const { expected, answers } = row;
  const last = answers.at(-1)!;
  const isMatch = expected !== undefined && last.answer.trim() === expected.trim();
  return html`<article class="sample" aria-label="Validation row ${index + 1}">
    ${asked(row)}
    <div class="answers">
      ${
        expected !== undefined &&
        html`<div class="wanted">
          <h3>expected</h3>
          ${said(expected)}
        </div>`
      }
      <div class="latest">
        <h3>
          since step
          ${formatCount(last.step)}${isMatch && html` <span class="match">✓ as expected</span>`}${rewardOf(last)}
        </h3>
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
