import type { SampleRow, Samples } from '../../../store/results.ts';
import { html, type Html } from '../html.ts';

/** Answers to held-out rows side by side, the expected one first. */
export function samplesSection(samples: Samples | undefined): Html | undefined {
  if (samples === undefined || samples.rows.length === 0) return undefined;
  return html`<section>
    <h2>Answers side by side</h2>
    <p class="soft">The same held-out rows, answered by each.</p>
    ${samples.rows.map((row, index) => sample(row, index, samples.systems))}
  </section>`;
}

function sample(row: SampleRow, index: number, systems: Samples['systems']): Html {
  const answers = systems.map(({ name, title }, place) => {
    const answer = row.answers[name]?.text ?? '';
    const isMatch = row.expected !== undefined && answer.trim() === row.expected.trim();
    return html`<div class="${place === 0 ? 'latest' : ''}">
      <h3>${title}${isMatch && html` <span class="match">✓ as expected</span>`}</h3>
      ${said(answer)}
    </div>`;
  });
  return html`<article class="sample" aria-label="Row ${index + 1}">
    ${said(row.prompt, 'prompt')}
    <div class="answers">
      ${
        row.expected !== undefined &&
        html`<div class="wanted">
          <h3>expected</h3>
          ${said(row.expected)}
        </div>`
      }${answers}
    </div>
  </article>`;
}

const LONG = 1200;

/** Long text scrolls in its own place, by keyboard too. */
function said(text: string, role = ''): Html {
  if (text === '') return html`<p class="soft">(nothing)</p>`;
  if (text.length < LONG) return html`<p class="said ${role}">${text}</p>`;
  return html`<p class="said long ${role}" tabindex="0">${text}</p>`;
}
