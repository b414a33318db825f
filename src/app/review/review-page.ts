import { htmlPage } from '../../jobs/report/html-page.ts';
import { html, type Html } from '../../jobs/report/html.ts';
import type { Criterion } from '../../scoring/judges/rubric.ts';
import type { Role } from '../../evaluation/review/assignment.ts';
import { FLAGS } from './given-choice.ts';
import { REVIEW_SCRIPT } from './review-script.ts';

const FLAG_TITLES = { unsafe: 'unsafe', 'personal data': 'contains personal data' } as const;
const FLAG_KEYS = ['f', 'p'] as const;

const REVIEW_STYLE = `
.text { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }
.pair section h2 { font-size: 13.5px; color: var(--soft); }
.choices { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 18px; position: sticky; bottom: 0; padding: 10px 0; background: var(--page); }
.choices button { font: inherit; padding: 8px 14px; border: 1px solid var(--quiet); border-radius: 8px; background: var(--panel); color: var(--ink);
  cursor: pointer; }
.choices button:disabled { opacity: 0.5; cursor: default; }
kbd { font: inherit; font-size: 12px; border: 1px solid var(--quiet); border-radius: 4px; padding: 0 5px; margin-left: 6px; color: var(--soft); }
textarea { font: inherit; width: 100%; min-height: 5em; box-sizing: border-box; background: var(--panel); color: var(--ink);
  border: 1px solid var(--quiet); border-radius: 8px; padding: 8px; }
.more label { display: flex; gap: 8px; align-items: center; margin-top: 8px; font-size: 13px; } .more label.edit { display: block; }
[role="alert"] { color: var(--bad); } .ratings label { display: flex; gap: 8px; align-items: center; margin-top: 8px; font-size: 13px; }
@media (max-width: 500px) { main { padding: 20px 12px 40px; } section { padding: 14px; } }
`;

const CHOICES = html`<div class="choices" role="group" aria-label="Your choice">
  <button type="button" data-side="left">The first<kbd>1</kbd></button>
  <button type="button" data-side="right">The second<kbd>2</kbd></button>
  <button type="button" data-side="tie">Equally good<kbd>0</kbd></button>
  <button type="button" data-side="neither">Both bad<kbd>x</kbd></button>
  <button type="button" data-undo>Undo<kbd>u</kbd></button>
</div>`;

/** Buttons of viewers, who only browse. */
const STEPS = html`<div class="choices" role="group" aria-label="Pairs">
  <button type="button" data-side="tie">Next<kbd>0</kbd></button>
  <button type="button" data-undo>Back<kbd>u</kbd></button>
</div>`;

/** Texts of the page for each role. */
const WORDS: Readonly<Record<Role, { heading: string; end: string; counted: string }>> = {
  reviewer: {
    heading: 'Which answer is better?',
    end: 'All pairs are judged. Thank you; you can close this page.',
    counted: 'judged, saved',
  },
  adjudicator: {
    heading: 'Reviewers disagree: which answer is better?',
    end: 'All disagreements are decided. Thank you; you can close this page.',
    counted: 'decided, saved',
  },
  viewer: { heading: 'Pairs of answers', end: 'That was the last pair.', counted: 'seen; nothing is saved' },
};

const PROMPT = html`<section>
  <h2>Prompt</h2>
  <p class="text" data-text="prompt"></p>
  <details hidden>
    <summary>A right answer</summary>
    <p class="text" data-text="reference"></p>
  </details>
</section>`;

const MORE = html`<section class="more">
  <label class="edit">A better answer, if you know one<kbd>e</kbd><textarea data-edit></textarea></label>
  ${FLAGS.map(
    (flag, i) =>
      html`<label><input type="checkbox" data-flag="${flag}" />${FLAG_TITLES[flag]}<kbd>${FLAG_KEYS[i]}</kbd></label>`,
  )}
</section>`;

/**
 * The frame in which pairs are shown. It is the same for every pair and contains none of them; only the server knows
 * which system gave which answer.
 */
export function reviewPage(criteria: readonly Criterion[], role: Role = 'reviewer'): string {
  const { heading, end, counted } = WORDS[role];
  const isViewer = role === 'viewer';
  const main = html`<h1>${heading}</h1>
    <p class="soft" role="status" aria-live="polite" data-counted="${counted}">loading</p>
    <p role="alert"></p>
    <div class="pair" hidden>
      ${PROMPT}
      <div class="grid-2">
        ${answer('left', '1', isViewer ? [] : criteria)} ${answer('right', '2', isViewer ? [] : criteria)}
      </div>
      ${!isViewer && MORE}
    </div>
    <p class="end" hidden>${end}</p>
    ${isViewer ? STEPS : CHOICES}`;
  return htmlPage(main, { title: 'Review', style: REVIEW_STYLE, scripts: [REVIEW_SCRIPT], isLive: true });
}

function answer(side: 'left' | 'right', number: string, criteria: readonly Criterion[]): Html {
  return html`<section>
    <h2>Answer ${number}</h2>
    <p class="text" data-text="${side}"></p>
    ${
      criteria.length > 0 &&
      html`<div class="ratings">${criteria.map((criterion) => rating(criterion, side, number))}</div>`
    }
  </section>`;
}

function rating({ name, description, scale: [low, high], levels }: Criterion, side: string, number: string): Html {
  const scores = Array.from({ length: high - low + 1 }, (_, i) => String(low + i));
  const titleOf = (score: string) => (Object.hasOwn(levels, score) ? `${score}: ${levels[score]}` : score);
  return html`<label title="${description}"
    >${name}
    <select data-criterion="${name}" data-of="${side}" aria-label="${name} of answer ${number}">
      <option value="">–</option>
      ${scores.map((score) => html`<option value="${score}">${titleOf(score)}</option>`)}
    </select></label
  >`;
}
