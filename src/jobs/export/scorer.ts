// N tokens
import { AttuneError } from '../../base/errors.ts';
import { randomUint32 } from '../../base/random.ts';
import type { Model } from '../../models/model.ts';
import { layoutOfRows } from '../../nn/index.ts';
import { fromArray, noGrad, scope } from '../../tensor/index.ts';
import type { Recipe } from '../../train/recipe.ts';
import type { OpenedModel } from '../model/open-model.ts';
import { scoreSet, scoringSet, type ScoringContext } from '../evaluate/scoring.ts';

/** What a model's loss is measured on before and after it is written. */
export interface Scorer {
  /** The split, or `random` for tokens drawn at random. */
  rows: { split: string; count: number };
  loss(model: Model): Promise<number>;
}

/** Rows of the recipe that the result was trained by; random tokens for a model that no recipe belongs to. */
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
  if (model.task !== 'causal-lm') {
    throw new AttuneError('E_NO_ROWS', {
      what: `${folder} belongs to no run, so that there are no rows to compare it on after it is written`,
      expected: 'a run, or a model that generates text',
      fix: 'name the folder of the run',
    });
  }
  const { maxPositions } = model.limits;
  const length = Math.min(MOST_TOKENS, maxPositions);
  const ids = BigInt64Array.from({ length: ROWS * length }, (_, i) =>
    BigInt(randomUint32([0, 'export'], i) % tokenizer.size),
  );
  return { rows: { split: 'random', count: ROWS }, loss: async (scored) => lossOn(scored, ids, length) };
}

/** Mean negative log-probability of every token but each row's first. */
function lossOn(model: Model, ids: BigInt64Array, length: number): number {
  const lengths = Array.from({ length: ids.length / length }, () => length);
  return noGrad(() =>
    scope(() => {
      const hidden = model.hidden({ ids, layout: layoutOfRows(lengths, { causal: true }) });
      const targets = fromArray(BigInt64Array.from([...ids.subarray(1), ids[0]])); // [N], shifted
      const scores = model.tokenHead.tokenLogProbs(hidden, targets).logProbs.toNumbers();
      const scored = scores.filter((_, i) => (i + 1) % length !== 0);
      return -scored.reduce((sum, value) => sum + value, 0) / scored.length;
    }),
  );
}
