// N tokens
import { AttuneError } from '../../base/errors.ts';
import { randomUint32 } from '../../base/random.ts';
import type { Task } from '../../models/architecture.ts';
import type { Model } from '../../models/model.ts';
import { layoutOfRows, type Layout } from '../../nn/index.ts';
import { fromArray, noGrad, scope, type Tensor } from '../../tensor/index.ts';
import type { Recipe } from '../../methods/recipe.ts';
import { traitsOf } from '../../models/traits.ts';
import type { OpenedModel } from '../model/open-model.ts';
import { scoreSet, scoringSet, type ScoringContext } from '../evaluate/scoring.ts';

/** Input for comparing a model's loss before and after export. */
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
  const readsText = model.architecture.modalities?.includes('text') ?? true;
  if (!readsText || lossOf[model.task] === undefined) {
    throw new AttuneError('E_NO_ROWS', {
      what: `${folder} belongs to no run, so there are no rows to check the export on`,
      expected: `a run, or a model that reads text and is for ${Object.keys(lossOf).join(', ')}`,
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

interface Scored {
  model: Model;
  hidden: Tensor;
  layout: Layout;
  ids: BigInt64Array;
}

/** How far outputs are from what they would have to be, by what a model is for. */
const lossOf: Partial<Record<Task, (scored: Scored) => number>> = {
  'causal-lm': ({ model, hidden, layout, ids }) => {
    const targets = fromArray(BigInt64Array.from([...ids.subarray(1), ids[0]])); // [N], shifted
    const scores = model.tokenHead.tokenLogProbs(hidden, targets).logProbs.toNumbers();
    const scored = scores.filter((_, i) => !layout.offsets.includes(i + 1));
    return -scored.reduce((sum, value) => sum + value, 0) / scored.length;
  },
  'masked-lm': ({ model, hidden, ids }) =>
    -model.tokenHead.tokenLogProbs(hidden, fromArray(ids)).logProbs.mean().item(),
  sequence: ({ model, hidden, layout }) => distance(model.sequenceHead.scores(hidden, layout)),
  token: ({ model, hidden, layout }) => distance(model.tokenClassHead.scores(hidden, layout)),
  question: ({ model, hidden }) => {
    const { start, end } = model.questionHead.scores(hidden);
    return distance(start) + distance(end);
  },
  embedding: ({ model, hidden, layout }) => distance(model.embeddingHead.embed(hidden, layout)),
};

/** Mean squared distance of scores from numbers drawn at random: classes that are never right would all cost the same. */
function distance(scores: Tensor): number {
  const values = scores.flatten().toNumbers();
  const squares = values.map((value, i) => (value - randomUint32([1, 'export'], i) / 2 ** 31 + 1) ** 2);
  return squares.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The loss of a model on rows of tokens. */
function lossOn(model: Model, ids: BigInt64Array, length: number): number {
  const lengths = Array.from({ length: ids.length / length }, () => length);
  return noGrad(() =>
    scope(() => {
      const layout = layoutOfRows(lengths, { causal: traitsOf(model).causal });
      return lossOf[model.task]!({ model, hidden: model.hidden({ ids, layout }), layout, ids });
    }),
  );
}
