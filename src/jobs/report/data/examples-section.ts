import { formatCount, plural } from '../../../base/format.ts';
import { html, type Html } from '../html.ts';

/** A row split into trained and untrained spans. */
export interface ShownExample {
  file: string;
  line: number;
  tokens?: number;
  trainedTokens?: number;
  pieces: readonly { text: string; trained: boolean }[];
}

export function examplesSection(examples?: { tokenizer: string; rows: readonly ShownExample[] }): Html | undefined {
  if (examples === undefined) return undefined;
  return html`<section>
    <h2>Examples</h2>
    <p class="soft">
      As ${examples.tokenizer} would see them: <mark>marked</mark> is what is trained, the rest is only read.
    </p>
    ${examples.rows.map(
      ({ file, line, tokens, trainedTokens, pieces }) =>
        html`<div class="sample">
          <p class="soft small">
            ${file}:${line}${tokens !== undefined && ` · ${plural(tokens, 'tokens')}`}${trainedOf(trainedTokens)}
          </p>
          <p class="said long">${pieces.map(({ text, trained }) => (trained ? html`<mark>${text}</mark>` : text))}</p>
        </div>`,
    )}
  </section>`;
}

function trainedOf(tokens = 0): string {
  return tokens > 0 ? `, ${formatCount(tokens)} trained` : '';
}
