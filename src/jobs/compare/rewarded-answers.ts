import { AttuneError } from '../../base/errors.ts';
import type { Example } from '../../data/index.ts';
import { traitsOf } from '../../models/base-traits.ts';
import { TEMPLATE_DATE } from '../../answering/tasks/answers/answering.ts';
import { tokensOf } from '../../answering/tasks/rows/prepared-rows.ts';
import type { OpenedModel } from '../../answering/model/open-model.ts';
import { greatest } from '../../base/many.ts';
import type { Prediction, Predictor } from '../../scoring/predictor.ts';
import type { EvaluatedAnswer } from '../../training/objective.ts';
import { Rollouts } from '../../training/produce.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { createObjective } from '../train/build-trainer.ts';
import { prepareSplit } from '../rows/prepare-rows.ts';
import type { Answered } from '../../answering/system.ts';
import { answerWithProgress, type Comparing } from './comparing.ts';
import type { ModelSpec } from './systems/system-spec.ts';

/** Whether a run learns from the rewards of its own answers. */
export function learnsFromRewards({ objective }: Recipe): boolean {
  return 'reward_funcs' in objective;
}

/** A model judged by the reward functions of the compared run. */
export async function answerRewarded(
  { name, title, kind, target, isBase = false, asking }: ModelSpec,
  recipe: Recipe,
  comparing: Comparing,
): Promise<Answered> {
  const { models, emit } = comparing;
  if (asking.how !== 'plain')
    throw new AttuneError('E_TASK_UNSUPPORTED', {
      what: `${title}: rewards are measured on answers to the prompts as they are, without instructions or examples`,
      fix: 'remove it',
    });
  emit({ type: 'phase-started', phase: 'engine', message: `loading ${title}` });
  const predictor = rewardedPredictor(name, await models.open(target, isBase), { recipe, emit });
  return answerWithProgress({ predictor, title, kind }, comparing);
}

/** Answers prompts greedily, as validation does in training, each answer with its reward. */
function rewardedPredictor(
  name: string,
  opened: OpenedModel,
  { recipe, emit }: Pick<Comparing, 'emit'> & { recipe: Recipe },
): Predictor {
  return {
    name,
    async predict(examples, { signal = new AbortController().signal } = {}) {
      const { model, tokenizer } = opened;
      const { causal, maxPositions, filledTo } = traitsOf(model);
      const objective = await createObjective(recipe, { tokenizer, now: TEMPLATE_DATE, causal, filledTo });
      try {
        const { evaluate, evaluated } = objective.production ?? {};
        if (evaluate === undefined) throw noRewards(recipe);
        await objective.ready?.(signal);
        const context = { objective, labels: [], tokenizer, recipe, maxPositions, now: TEMPLATE_DATE, emit };
        const { rows, rowOf } = await prepareSplit(examples, context);
        using rollouts = new Rollouts({ model, tokenizer });
        const microBatchTokens = greatest(rows.map(tokensOf), 1);
        await evaluate(rows, { step: 0, seed: recipe.training.seed, model, rollouts, microBatchTokens, signal, emit });
        const answers = new Map(evaluated?.().map((answer, row) => [rowOf[row], answer]));
        return examples.map((example, row) => predictionOf(example, answers.get(row)));
      } finally {
        objective.dispose?.();
      }
    },
  };
}

function predictionOf({ id }: Example, answer: EvaluatedAnswer | undefined): Prediction {
  if (answer === undefined) return { id, unreadable: 'longer than data.max_length' };
  const { completion: text, reward } = answer;
  return reward === null
    ? { id, text, unreadable: 'without a reward: the reward functions abstain' }
    : { id, text, reward };
}

function noRewards({ objective }: Recipe): AttuneError {
  return new AttuneError('E_TASK_UNSUPPORTED', {
    what: `objective ${objective.name} does not assign rewards to answers`,
  });
}
