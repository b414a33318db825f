import { entryOf } from '../../../base/table.ts';
import { formatNumber, plural } from '../../../base/format.ts';
import { ownRowsSentence } from '../../../evaluation/wording/recommendation.ts';
import { ownRowsAdvice, wordingFinding } from '../../../evaluation/wording/wording-sentence.ts';
import type { WordedRow, WordedSystem, Wording } from '../../../store/wording.ts';
import { html, type Html } from '../html.ts';
import type { RunReport } from '../run-report.ts';

/** Finding of the verdict: one sentence, and how to test with the user's own rows. */
export function wordingLines({
  baseRemark,
  comparison,
  run,
  wording,
}: Pick<RunReport, 'run' | 'comparison' | 'wording' | 'baseRemark'>): Html | undefined {
  const { sentence, command } = ownRowsAdvice(run.folder);
  const own = wording && comparison && ownRowsSentence(wording, comparison);
  return html`${own !== undefined && html`<p>${own}</p>`} ${wording && html`<p>${wordingFinding(wording).sentence}</p>`}
  ${wording && html`<p class="small">${sentence} <code>${command}</code></p>`}
  ${baseRemark !== undefined && html`<p class="small">${baseRemark}</p>`}`;
}

/** Whether a result holds beyond the wording of its rows. */
export function wordingSection(wording: Wording | undefined): Html | undefined {
  if (wording === undefined) return undefined;
  const { confidence, examples, metrics, rows, systems } = wording;
  return html`<section>
    <h2>In other words</h2>
    <p class="soft">
      Test rows as nobody wrote them: without greetings and other frames, joined from halves of rows of one class, as
      keywords, with misspellings, with a sentence about something else; where answers are written, with other numbers,
      codes and names in prompt and answer. Rules know no synonyms, so words that are new to a system cost it more than
      this shows. Intervals are ${formatNumber(confidence * 100)} %, on ${plural(rows, 'rows')}.
    </p>
    <table>
      <thead>
        <tr>
          <th scope="col">System</th>
          ${metrics.map(
            ({ title }) =>
              html`<th scope="col" class="number">${title}, as they are</th>
                <th scope="col" class="number">in other words</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${systems.map((system) => systemRow(system, metrics))}
      </tbody>
    </table>
    ${examples.length > 0 && lostRows(examples)}
  </section>`;
}

function systemRow({ title, values }: WordedSystem, metrics: Wording['metrics']): Html {
  return html`<tr>
    <th scope="row">${title}</th>
    ${metrics.map(({ name }) => {
      const { asTested, reworded, low, high } = entryOf(values, name) ?? {};
      const interval =
        low === undefined || high === undefined ? '' : `${formatNumber(low, 3)} to ${formatNumber(high, 3)}`;
      return html`<td class="number">${asTested === undefined ? '–' : formatNumber(asTested, 3)}</td>
        <td class="number">
          <b>${reworded === undefined ? '–' : formatNumber(reworded, 3)}</b><small>${interval}</small>
        </td>`;
    })}
  </tr>`;
}

function lostRows(examples: readonly WordedRow[]): Html {
  return html`<details>
    <summary>Rows that it answers rightly as they are, and not in other words</summary>
    <table>
      <thead>
        <tr>
          <th scope="col">In other words</th>
          <th scope="col">Right</th>
          <th scope="col">Its answer</th>
        </tr>
      </thead>
      <tbody>
        ${examples.map(
          ({ text, expected, answer }) =>
            html`<tr>
              <td>${text}</td>
              <td>${expected}</td>
              <td>${answer}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </details>`;
}
