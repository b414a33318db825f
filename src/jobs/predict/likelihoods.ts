import { pushAll } from '../../base/many.ts';
import type { Example } from '../../data/index.ts';
import { expectedText } from '../../eval/example-text.ts';
import type { Likelihood } from '../../eval/predictor.ts';
import { objectives } from '../../methods/objectives/index.ts';
import { trainedTokens } from '../../methods/objectives/next-token.ts';
import type { Model } from '../../models/model.ts';
import { evaluateRows } from '../../train/evaluate.ts';
import { tokensOf, type Objective, type PreparedRow } from '../../train/interfaces.ts';
import { traitsOf } from '../train/build-trainer.ts';
import { TEMPLATE_DATE, type Answering } from './answering.ts';

const BATCH_TOKENS = 4096;
/** Undefined for a row without an answer. */
export type Likely = Likelihood | 'too long' | undefined;

/**
 * How likely each row's own last answer is (all of a plain text), by the same function as in training. A plain text
 * that is longer than the model can read is read in windows; other rows are not cut.
 */
export async function likelihoods(opened: Answering, examples: readonly Example[]): Promise<Likely[]> {
  const { model, tokenizer, media } = opened;
  const { causal, maxPositions } = traitsOf(model);
  const sft = await objectives.load('sft');
  const objective = await sft.create({ train_on: 'last_answer' }, { tokenizer, media, now: TEMPLATE_DATE, causal });
  const answered = examples.flatMap((example, i) => ((expectedText(example) ?? '') === '' ? [] : [i]));
  const { rows } = await objective.prepare(answered.map((i) => examples[i]));
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
  const nats = await natsOf(
    { model, objective },
    windows.map(({ row }) => row),
  );
  for (const [place, { i, row }] of windows.entries()) {
    const before = (found[i] ?? { negativeLogLikelihood: 0, tokens: 0 }) as Likelihood;
    found[i] = {
      negativeLogLikelihood: before.negativeLogLikelihood + nats[place],
      tokens: before.tokens + trainedTokens(row),
      bytes: Buffer.byteLength(expectedText(examples[i]) ?? ''),
    };
  }
  return found;
}

/** Each token is predicted once: a window starts with the last token of the one before. */
function windowsOf(row: PreparedRow, length: number): PreparedRow[] {
  const windows: PreparedRow[] = [];
  for (let start = 0; start === 0 || start + 1 < row.ids.length; start += length - 1) {
    const [ids, trained] = [row.ids, row.trained].map((part) => part.slice(start, start + length));
    windows.push({ ...row, ids: ids as Int32Array, trained: trained as Uint8Array });
  }
  return windows;
}

/** Sum over each row's trained tokens. */
async function natsOf(parts: { model: Model; objective: Objective }, rows: readonly PreparedRow[]): Promise<number[]> {
  if (rows.length === 0) return [];
  const longest = rows.reduce((most, row) => Math.max(most, tokensOf(row)), 0);
  const { perRow } = await evaluateRows(parts, rows, { microBatchTokens: Math.max(longest, BATCH_TOKENS) });
  return rows.map((row, i) => perRow[i] * trainedTokens(row));
}
