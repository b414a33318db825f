import type { CompletionExample } from '../../../data/example.ts';
import { expectedText, promptText } from '../../../scoring/prompt-text.ts';
import type { Asked } from '../../../scoring/asked.ts';
import type { Likelihood, PredictOptions, Prediction } from '../../../scoring/predictor.ts';
import { answerStart, generate, rememberTexts } from '../../decoding/index.ts';
import { answerTokens, collateSourceTarget, sourceTargetRows } from '../rows/source-target.ts';
import { countTrained, sumsOfRows } from '../rows/trained-tokens.ts';
import { rowSums } from './row-sums.ts';
import { traitsOf } from '../../../models/base-traits.ts';
import { TOO_LONG, type AnswerOptions, type Answering } from './answering.ts';

/** Number of texts per batch. */
const BATCH = 32;

/** Answers of an encoder-decoder, and the likelihood of the expected answers. */
export async function answerWithDecoder(
  { model, tokenizer }: Answering,
  asked: readonly Asked[],
  { maxNewTokens, signal, onProgress }: AnswerOptions & PredictOptions,
): Promise<Prediction[]> {
  const { maxPositions } = traitsOf(model);
  const rows = asked.map(({ example }) => asCompletion(example));
  const sources = await tokenizer.encodeFramed(rows.map(({ prompt }) => ({ text: prompt })));
  const known = await likelihoodsOf({ model, tokenizer }, rows);
  const predictions = rows.map(({ id }): Prediction => ({ id, unreadable: TOO_LONG }));
  const readable = [...rows.keys()].filter((i) => sources[i].ids.length <= maxPositions);
  const { ids: start, logitBias } = answerStart(model, tokenizer);
  for (let from = 0; from < readable.length; from += BATCH) {
    const batch = readable.slice(from, from + BATCH);
    using memory = rememberTexts(
      model,
      batch.map((i) => sources[i].ids),
    );
    const prompts = batch.map(() => start);
    const answers = await generate({ model, tokenizer, memory }, prompts, { maxNewTokens, signal, logitBias });
    signal?.throwIfAborted();
    for (const [place, i] of batch.entries()) {
      const { text, finishReason, ids } = answers[place];
      const usage = { inputTokens: sources[i].ids.length, outputTokens: ids.length };
      predictions[i] = { id: rows[i].id, text, finish: finishReason, likelihood: known[i], usage };
    }
    onProgress?.(from + batch.length, rows.length);
  }
  return predictions;
}

function asCompletion(example: Asked['example']): CompletionExample {
  const { id, source } = example;
  return { kind: 'completion', id, source, prompt: promptText(example), completion: expectedText(example) ?? '' };
}

/** Likelihood of each row's expected answer; undefined if it has none. */
async function likelihoodsOf(
  { model, tokenizer }: Pick<Answering, 'model' | 'tokenizer'>,
  examples: readonly CompletionExample[],
): Promise<(Likelihood | undefined)[]> {
  const answered = [...examples.keys()].filter((i) => examples[i].completion.trim() !== '');
  const { rows: prepared } = await sourceTargetRows(
    answered.map((i) => examples[i]),
    { tokenizer },
  );
  const sums = await rowSums(prepared, (batch) => {
    const { logProbs, rows: rowOf } = answerTokens(model, collateSourceTarget(batch));
    return sumsOfRows(logProbs, rowOf, batch.length);
  });
  const found: (Likelihood | undefined)[] = examples.map(() => undefined);
  for (const [place, i] of answered.entries()) {
    const { tokens } = countTrained({ rows: [prepared[place]] });
    const bytes = Buffer.byteLength(examples[i].completion);
    found[i] = { negativeLogLikelihood: -sums[place], tokens, bytes };
  }
  return found;
}
