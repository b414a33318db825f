import { ownRowsSentence } from '../../../evaluation/wording/recommendation.ts';
import { ownRowsAdvice, wordingFinding } from '../../../evaluation/wording/wording-sentence.ts';
import { html, type Html } from '../html.ts';
import type { RunReport } from '../run-report.ts';

/** Result of the test with reworded rows, in a sentence, and how to test with the user's own rows. */
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
