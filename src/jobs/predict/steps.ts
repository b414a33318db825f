import type { StepwiseExample } from '../../data/example.ts';
import { verdictText } from '../../eval/example-text.ts';
import type { Asked } from '../../eval/prompting/asked.ts';
import type { PredictOptions, Prediction } from '../../eval/predictor.ts';
import { collateRows } from '../../methods/objectives/next-token.ts';
import { stepScores } from '../../methods/objectives/prm.ts';
import { stepRows } from '../../methods/objectives/step-rows.ts';
import type { Model } from '../../models/model.ts';
import { noGrad, scope } from '../../tensor/index.ts';
import type { PreparedRow } from '../../train/interfaces.ts';
import { traitsOf } from '../train/build-trainer.ts';
import { TEMPLATE_DATE, type Answering } from './answering.ts';
import { inBatches, unreadRow } from './batched.ts';

/** How probable it is that each step of an answer is right, by a process reward model. */
export async function answerWithSteps(
  { model, tokenizer }: Answering,
  asked: readonly Asked[],
  options: PredictOptions,
): Promise<Prediction[]> {
  const { causal, maxPositions } = traitsOf(model);
  const all = asked.map(({ example }) => example as StepwiseExample);
  const rows = await stepRows(all, { tokenizer, causal, now: TEMPLATE_DATE, separator: separatorOf(model) });
  const found = await inBatches(rows, { ...options, maxPositions }, (batch) => rightSteps(model, batch, { causal }));
  return found.map((steps, i): Prediction => {
    if (steps === undefined) return unreadRow(all[i].id);
    const usage = { inputTokens: rows[i].ids.length, outputTokens: 0 };
    return { id: all[i].id, steps, text: steps.map(verdictText).join(' '), usage };
  });
}

/** What stands behind each step of what the model was trained on; a line's end, where its configuration does not say. */
export function separatorOf({ config }: Pick<Model, 'config'>): string {
  return typeof config.step_separator === 'string' ? config.step_separator : '\n';
}

/** The probability of a class at each step of each row; the second class is that of right steps. */
export function rightSteps(
  model: Model,
  rows: readonly PreparedRow[],
  { causal, right = 1 }: { causal: boolean; right?: number },
): number[][] {
  const found = noGrad(() =>
    scope(() => {
      const batch = { ...collateRows(rows, { causal }), rows };
      return [...stepScores(model, batch).logSoftmax(-1).exp().select(1, right).toNumbers()];
    }),
  );
  let from = 0;
  return rows.map(({ trained }) => found.slice(from, (from += trained.reduce((sum, one) => sum + one, 0))));
}
