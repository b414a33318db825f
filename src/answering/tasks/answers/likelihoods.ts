import { pushAll } from '../../../base/many.ts';
import type { Example } from '../../../data/index.ts';
import { expectedText } from '../../../scoring/prompt-text.ts';
import type { Likelihood } from '../../../scoring/predictor.ts';
import { traitsOf } from '../../../models/base-traits.ts';
import { rowLogProbs } from '../rows/answer-log-probs.ts';
import { collateRows } from '../rows/collate.ts';
import { loadSquares, withSquares } from '../rows/image-squares.ts';
import { imageTexts } from '../rows/image-tokens.ts';
import { isRendered, renderExamples, type RenderedExample } from '../rows/rendered-rows.ts';
import type { PreparedRow } from '../rows/prepared-rows.ts';
import { trainedTokens } from '../rows/trained-tokens.ts';
import { Renderer } from '../../../models/text/index.ts';
import { TEMPLATE_DATE, type Answering } from './answering.ts';
import { rowSums } from './row-sums.ts';

/** Undefined for a row without an answer. */
export type Likely = Likelihood | 'too long' | undefined;

/**
 * Likelihood of each row's last answer, or of all of a plain text, computed as in training. A plain text longer than
 * the model's context is read in windows; other rows are not truncated.
 */
export async function likelihoods(opened: Answering, examples: readonly Example[]): Promise<Likely[]> {
  const { model, tokenizer, media } = opened;
  const { maxPositions } = traitsOf(model);
  const images = imageTexts({ tokenizer, media });
  const renderer = new Renderer(tokenizer, { trainOn: 'last_answer', now: TEMPLATE_DATE, images });
  const answered: number[] = [];
  const read: RenderedExample[] = [];
  for (const [i, example] of examples.entries()) {
    if (!isRendered(example) || (expectedText(example) ?? '') === '') continue;
    answered.push(i);
    read.push(example);
  }
  const { rows } = await renderExamples(renderer, read);
  const found = examples.map((): Likely => undefined);
  const windows: { i: number; row: PreparedRow }[] = [];
  for (const [place, row] of rows.entries()) {
    const i = answered[place];
    const isLong = row !== undefined && row.ids.length > maxPositions;
    if (isLong && examples[i].kind !== 'text') found[i] = 'too long';
    else if (row !== undefined)
      pushAll(
        windows,
        windowsOf(row, maxPositions).map((window) => ({ i, row: window })),
      );
  }
  const sums = await rowSums(
    windows.map(({ row }) => row),
    (batch) => rowLogProbs(model, withSquares(collateRows(batch, { causal: true }), images?.id)),
    (batch) => (images === undefined ? batch : loadSquares(batch, media!)),
  );
  for (const [place, { i, row }] of windows.entries()) {
    const before = (found[i] ?? { negativeLogLikelihood: 0, tokens: 0 }) as Likelihood;
    found[i] = {
      negativeLogLikelihood: before.negativeLogLikelihood - sums[place],
      tokens: before.tokens + trainedTokens(row),
      bytes: Buffer.byteLength(expectedText(examples[i]) ?? ''),
    };
  }
  return found;
}

/** Predicts each token once: a window starts with the last token of the previous one. */
function windowsOf(row: PreparedRow, length: number): PreparedRow[] {
  const windows: PreparedRow[] = [];
  for (let start = 0; start === 0 || start + 1 < row.ids.length; start += length - 1) {
    const [ids, trained] = [row.ids, row.trained].map((part) => part.slice(start, start + length));
    windows.push({ ...row, ids: ids as Int32Array, trained: trained as Uint8Array });
  }
  return windows;
}
