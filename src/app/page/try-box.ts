import { html, type Html } from '../../monitor/report/html.ts';
import type { LivePart } from '../../monitor/report/page.ts';
import type { RunReport } from '../../monitor/report/run-report.ts';
import { TRY_SCRIPT } from './try-script.ts';

/** Row formats whose rows are one text and its continuation; all others are conversations. */
const PLAIN_FORMATS: readonly string[] = ['prompt_completion', 'text', 'prompt_only'];
/** Objectives whose result writes text. */
const WRITING_OBJECTIVES: readonly string[] = ['sft', 'pretrain'];

/** A box to ask both models anything, where the run has a result that writes. */
export function tryBox({ run, data, samples }: RunReport): LivePart | undefined {
  if (run.result === undefined || !WRITING_OBJECTIVES.includes(run.objective ?? '')) return undefined;
  const isPlain = PLAIN_FORMATS.includes(data?.format ?? '');
  const section = html`<section class="live">
    <h2>Try it</h2>
    <p class="soft">
      The same words to the tuned model and to its base, side by side, answered on this machine: always the likeliest
      next token, as in the comparison.
    </p>
    <form class="try" aria-label="Ask both models">
      <label for="question">Your words</label>
      <textarea id="question" name="text" rows="3" required>${samples?.rows[0]?.prompt}</textarea>
      <div class="row">
        ${choice({ name: 'kind', value: 'plain', label: 'continue as text', isChosen: isPlain })}
        ${choice({ name: 'kind', value: 'chat', label: 'as a message', isChosen: !isPlain })}
        <label>at most <input name="tokens" type="number" min="1" max="4096" value="128" required /> tokens</label>
        <button type="submit">Ask both</button>
        <button type="button" class="quiet" hidden>Stop</button>
        <output class="soft small" aria-live="polite"></output>
      </div>
    </form>
    <div class="answers">${answer('tuned', 'tuned', 'latest')}${answer('base', run.model ?? 'base', '')}</div>
  </section>`;
  return { section, script: TRY_SCRIPT };
}

function choice({ name, value, label, isChosen }: { name: string; value: string; label: string; isChosen: boolean }) {
  const input = html`type="radio" name="${name}" value="${value}"`;
  return html`<label>${isChosen ? html`<input ${input} checked />` : html`<input ${input} />`} ${label}</label>`;
}

function answer(name: string, title: string, kind: string): Html {
  return html`<div class="${kind}">
    <h3>${title}${name === 'base' && html` <span class="score">base</span>`}</h3>
    <p class="said" data-answer="${name}"></p>
    <p class="soft small" data-remark="${name}"></p>
  </div>`;
}
