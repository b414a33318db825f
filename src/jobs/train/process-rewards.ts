import { AttuneError } from '../../base/errors.ts';
import { greatest, smallest } from '../../base/many.ts';
import { stepRows, stepsOf } from '../../answering/tasks/rows/step-rows.ts';
import { isCausal } from '../../models/architecture.ts';
import { withRandomness } from '../../engine/nn/index.ts';
import { tokensOf, type PreparedRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { AnswerToScore, RewardModelSpec } from '../../training/reward-model.ts';
import type { OpenedModel } from '../../answering/model/open-model.ts';
import { TEMPLATE_DATE } from '../../answering/tasks/answers/answering.ts';
import { inBatches } from '../../answering/tasks/answers/batched.ts';
import { rightSteps, separatorOf } from '../../answering/tasks/answers/head-scores.ts';

/** Rewards of answers by a process reward model, which judges each step; 0 for an answer without steps. */
export async function processRewards(
  { model, tokenizer }: OpenedModel,
  answers: readonly AnswerToScore[],
  { model: name, label, reads, steps: whole = 'min', step_separator: separator = separatorOf(model) }: RewardModelSpec,
): Promise<number[]> {
  const causal = isCausal(model.architecture, model.config);
  const examples = answers.map(({ prompt, completion, source }, i) => {
    const completions = stepsOf(completion, separator);
    return { id: String(i), source, prompt: reads === 'answer' ? '' : prompt, completions };
  });
  const rows = await stepRows(examples, { tokenizer, causal, separator, now: TEMPLATE_DATE });
  const { maxPositions } = model.limits;
  refuseLong(rows, { maxPositions, name });
  const right = label === undefined ? 1 : model.tokenClassHead.labels.indexOf(label);
  const found = await inBatches(rows, { maxPositions }, (some) =>
    withRandomness(undefined, () => rightSteps(model, some, { causal, right })),
  );
  return found.map((steps = []) => (steps.length === 0 ? 0 : rewardOf[whole](steps)));
}

const rewardOf: Record<NonNullable<RewardModelSpec['steps']>, (steps: readonly number[]) => number> = {
  min: (steps) => smallest(steps),
  product: (steps) => steps.reduce((product, step) => product * step, 1),
  last: (steps) => steps[steps.length - 1],
  mean: (steps) => steps.reduce((sum, step) => sum + step, 0) / steps.length,
};

/** @throws AttuneError E_REWARD_MODEL if it is unknown which class means a right step */
export function refuseUnknownStep(labels: readonly string[], { model, label }: RewardModelSpec): void {
  if (label === undefined ? labels.length === 2 : labels.includes(label)) return;
  throw new AttuneError('E_REWARD_MODEL', {
    what: `${model} cannot be used as a reward model`,
    got: label === undefined ? `a model of ${labels.length} classes` : `label ${JSON.stringify(label)}`,
    expected: `one of ${labels.slice(0, 20).join(', ')}`,
    fix: 'choose the class that means a correct step: label: CLASS',
  });
}

/** @throws AttuneError E_REWARD_MODEL_ROOM */
export function refuseLong(
  rows: readonly PreparedRow[],
  { maxPositions, name }: { maxPositions: number; name: string },
): void {
  const long = rows.filter((row) => tokensOf(row) > maxPositions);
  if (long.length === 0) return;
  throw new AttuneError('E_REWARD_MODEL_ROOM', {
    what: `Some prompts with their answers are too long for ${name}`,
    got: `up to ${greatest(long.map(tokensOf))} tokens`,
    expected: `at most ${maxPositions}`,
    problems: long.slice(0, 5).map(({ source }) => ({ ...source, message: 'is too long together with its answer' })),
    fix: 'lower max_completion_length or data.max_length, or let it read only the answer (reads: answer)',
  });
}
