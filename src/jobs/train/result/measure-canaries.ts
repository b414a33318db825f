import { AttuneError } from '../../../base/errors.ts';
import type { Example, LoadedData } from '../../../data/index.ts';
import {
  candidatesOf,
  canariesLike,
  CODES,
  exposureOf,
  type Canary,
} from '../../../evaluation/overfitting/canaries.ts';
import type { CanaryExposure } from '../../../evaluation/assessments/overfitting.ts';
import type { Recipe } from '../../../training/recipe/recipe.ts';
import { likelihoods } from '../../../answering/tasks/answers/likelihoods.ts';
import type { OpenModels } from '../../compare/open-models.ts';
import type { FinishedRun } from '../run-context.ts';

/** Adds canaries to the training rows if the recipe asks for them. @throws E_CANARIES_UNSUPPORTED */
export function withCanaries(loaded: LoadedData, recipe: Recipe): LoadedData {
  const { canaries: count } = recipe.evaluation;
  if (count === 0) return loaded;
  const { train } = loaded.splits;
  const canaries = canariesOf(recipe, train[0]);
  const reason = loaded.mixture === undefined ? undefined : 'weighted sets are sampled from their own rows';
  if (canaries === undefined || reason !== undefined) {
    throw new AttuneError('E_CANARIES_UNSUPPORTED', {
      what: 'Canaries cannot be planted among these rows (evaluation.canaries)',
      got: reason ?? `rows of the kind ${train[0]?.kind ?? 'none'}`,
      expected: 'conversations, prompts with answers, or plain texts, from sets without weights',
      fix: 'remove evaluation.canaries',
    });
  }
  const planted = canaries.map(({ withCode, code }) => withCode(code));
  return { ...loaded, splits: { ...loaded.splits, train: [...train, ...planted] } };
}

function canariesOf({ evaluation, training }: Recipe, row: Example | undefined): Canary[] | undefined {
  return canariesLike(row, evaluation.canaries, training.seed);
}

/** Exposure of the planted codes under the result and its base. */
export async function measureCanaries(
  { loaded, context }: FinishedRun,
  { result, models }: { result: string; models: OpenModels },
): Promise<CanaryExposure | undefined> {
  const { recipe, signal, emit } = context;
  const canaries = canariesOf(recipe, loaded.splits.train[0]);
  if (canaries === undefined) return undefined;
  const read = async (isBase: boolean) => {
    const model = await models.open(result, isBase);
    const exposures: number[] = [];
    for (const [i, canary] of canaries.entries()) {
      signal.throwIfAborted();
      const found = await likelihoods(model, candidatesOf(canary, i, recipe.training.seed));
      exposures.push(exposureOf(found.map((one) => (typeof one === 'object' ? one.negativeLogLikelihood : Infinity))));
      emit({ type: 'work-advanced', phase: 'evaluate', done: i + 1, total: canaries.length, unit: 'canaries read' });
    }
    return exposures;
  };
  return { exposures: await read(false), base: await read(true), most: Math.log2(CODES) };
}
