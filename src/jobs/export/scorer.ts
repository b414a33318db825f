// N tokens
import { AttuneError } from '../../base/errors.ts';
import { randomUint32 } from '../../base/random.ts';
import type { Model } from '../../models/model.ts';
import { layoutOfRows } from '../../engine/nn/index.ts';
import { taskNames, tasks } from '../../answering/tasks/index.ts';
import { fromArray, noGrad, scope } from '../../engine/tensor/index.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { traitsOf } from '../../models/base-traits.ts';
import type { OpenedModel } from '../../answering/model/open-model.ts';
import { scoreSet, scoringSet, type ScoringContext } from '../evaluate/scoring.ts';

/** Input for comparing a model's loss before and after export. */
export interface Scorer {
  /** The split, or `random` for random tokens. */
  rows: { split: string; count: number };
  loss(model: Model): Promise<number>;
}

/** Rows of the result's recipe; random tokens for models without a recipe. */
export async function scorerOf(
  recipe: Recipe | undefined,
  opened: OpenedModel,
  context: ScoringContext,
): Promise<Scorer> {
  if (recipe === undefined) return randomTokens(opened);
  const set = await scoringSet(recipe, opened, { ...context, split: 'any' });
  return {
    rows: { split: set.split, count: set.rows.length },
    loss: async (model) => (await scoreSet(model, set, context)).metrics.loss,
  };
}

const ROWS = 8;
const MOST_TOKENS = 64;

function randomTokens({ model, tokenizer, folder }: OpenedModel): Scorer {
  const readsText = model.architecture.modalities?.includes('text') ?? true;
  if (!readsText || tasks[model.task].outputLoss === undefined) {
    const measurable = taskNames.filter((task) => tasks[task].outputLoss !== undefined);
    throw new AttuneError('E_NO_ROWS', {
      what: `${folder} does not belong to a run, so there are no rows to check the export with`,
      expected: `a run, or a text model for ${measurable.join(', ')}`,
      fix: 'give the folder of the run',
    });
  }
  const { maxPositions } = model.limits;
  const length = Math.min(MOST_TOKENS, maxPositions);
  const ids = BigInt64Array.from({ length: ROWS * length }, (_, i) =>
    BigInt(randomUint32([0, 'export'], i) % tokenizer.size),
  );
  return { rows: { split: 'random', count: ROWS }, loss: async (scored) => lossOn(scored, ids, length) };
}

/** Loss of a model on rows of tokens. */
function lossOn(model: Model, ids: BigInt64Array, length: number): number {
  const lengths = Array.from({ length: ids.length / length }, () => length);
  return noGrad(() =>
    scope(() => {
      const layout = layoutOfRows(lengths, { causal: traitsOf(model).causal });
      const hidden = model.hidden({ ids, layout });
      return tasks[model.task].outputLoss!({ model, hidden, layout, ids, tensorOf: fromArray });
    }),
  );
}
