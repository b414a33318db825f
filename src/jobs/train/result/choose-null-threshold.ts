import { formatNumber } from '../../../base/format.ts';
import { createMetric } from '../../../scoring/metrics/index.ts';
import { bestNullThreshold, valueAt, type NullableAnswer } from '../../../evaluation/null-threshold.ts';
import type { Prediction } from '../../../scoring/predictor.ts';
import type { Example } from '../../../data/index.ts';
import { answerWithSpans, hasNullAnswers, withNullThreshold } from '../../../answering/tasks/answers/spans.ts';
import type { TunedModel } from '../tuned-model.ts';

/**
 * Sets the "no answer" threshold for texts that may not contain the answer: the recipe's number, or one chosen on
 * validation rows, never on test rows. It is saved in config.json and the result's notes.
 */
export async function chooseNullThreshold({ rows, model }: TunedModel): Promise<void> {
  const { tokenizer, media, loaded, context, base: baseFolder } = rows;
  const { objective } = context.recipe;
  const isWanted = objective.name === 'question_answering' && objective.null_score_diff_threshold === 'auto';
  if (!isWanted || !hasNullAnswers(model.config)) return;
  const { emit, signal, recipe } = context;
  const { validation } = loaded.splits;
  emit({ type: 'phase-started', phase: 'save', message: 'choosing the no-answer threshold on validation rows' });
  const answering = { model, tokenizer, media, baseFolder, reading: recipe.data };
  const asked = validation.map((example) => ({ example }));
  const answers = await judged(await answerWithSpans(answering, asked, { signal }), validation);
  const threshold = bestNullThreshold(answers);
  if (threshold === undefined) return emit({ type: 'warning-raised', code: 'W_THRESHOLD', message: UNTOLD });
  model.config = withNullThreshold(model.config, threshold);
  const meanAt = (at: number) => answers.reduce((sum, answer) => sum + valueAt(answer, at) / answers.length, 0);
  const [f1, plain] = [threshold, 0].map(meanAt);
  const figures = `token F1 ${formatNumber(f1)}, ${formatNumber(plain)} at 0`;
  const message = `"none" must score better by ${formatNumber(threshold)}: on validation rows ${figures}`;
  emit({ type: 'phase-started', phase: 'save', message });
}

const UNTOLD =
  'the no-answer threshold stays at 0: either none or all of the validation rows have an answer; ' +
  'keep more rows for validation';

/** SQuAD's F1 of each row's best span; unreadable rows are left out. */
async function judged(predictions: readonly Prediction[], examples: readonly Example[]): Promise<NullableAnswer[]> {
  const { metric } = await createMetric({ metric: 'token_f1' });
  return predictions.flatMap(({ id, stretch }, row): NullableAnswer[] => {
    if (stretch === undefined) return [];
    const example = examples[row];
    const isAnswered = example.kind === 'question' && (example.answers ?? []).length > 0;
    return [{ noneBy: stretch.noneBy, value: metric.add({ id, text: stretch.text }, example), isAnswered }];
  });
}
