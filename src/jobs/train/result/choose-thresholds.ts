import { thresholdsOn, unsureThresholds } from '../../../evaluation/threshold-plan.ts';
import { recipePlan } from '../../compare/label-meaning.ts';
import { answerWithClasses } from '../../../answering/tasks/answers/classes.ts';
import type { TunedModel } from '../tuned-model.ts';

/**
 * Sets the decision thresholds of the labels as the recipe specifies: a number, or chosen on validation rows, never on
 * test rows. They are saved in config.json and the result's notes.
 */
export async function chooseThresholds({ rows, model }: TunedModel): Promise<void> {
  const { tokenizer, media, labels, loaded, context, base: baseFolder } = rows;
  const { train, validation } = loaded.splits;
  const plan = recipePlan(context.recipe, labels, train);
  if (plan === undefined) return;
  const { emit, signal } = context;
  const setTo = (thresholds: object) => {
    model.config = { ...model.config, label_thresholds: thresholds };
  };
  if ('fixed' in plan) return setTo(plan.fixed);
  emit({ type: 'phase-started', phase: 'save', message: 'choosing thresholds on validation rows' });
  const answering = { model, tokenizer, media, baseFolder };
  const predictions = await answerWithClasses(
    answering,
    validation.map((example) => ({ example })),
    { signal },
  );
  const found = thresholdsOn(plan.judged, predictions, validation);
  if (found.unsure.length > 0) emit({ type: 'warning-raised', code: 'W_THRESHOLD', message: unsureThresholds(found) });
  setTo(found.thresholds);
}
