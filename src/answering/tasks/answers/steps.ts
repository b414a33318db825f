import { verdictText } from '../../../data/kinds/stepwise.ts';
import { askedExamples, type Asked } from '../../../scoring/asked.ts';
import type { PredictOptions, Prediction } from '../../../scoring/predictor.ts';
import { stepRows } from '../rows/step-rows.ts';
import { traitsOf } from '../../../models/base-traits.ts';
import { TEMPLATE_DATE, type Answering } from './answering.ts';
import { inBatches, unreadRow } from './batched.ts';
import { rightSteps, separatorOf } from './head-scores.ts';

/** Probability that each step of an answer is right, by a process reward model. */
export async function answerWithSteps(
  { model, tokenizer }: Answering,
  asked: readonly Asked[],
  options: PredictOptions,
): Promise<Prediction[]> {
  const { causal, maxPositions } = traitsOf(model);
  const all = askedExamples(asked, 'stepwise');
  const rows = await stepRows(all, { tokenizer, causal, now: TEMPLATE_DATE, separator: separatorOf(model) });
  const found = await inBatches(rows, { ...options, maxPositions }, (batch) => rightSteps(model, batch, { causal }));
  return found.map((steps, i): Prediction => {
    if (steps === undefined) return unreadRow(all[i].id);
    const usage = { inputTokens: rows[i].ids.length, outputTokens: 0 };
    return { id: all[i].id, steps, text: steps.map(verdictText).join(' '), usage };
  });
}
