// P prompts, each with an answer by the model and one by the reference
import { fromArray, type Tensor } from '../../engine/tensor/index.ts';
import type { Model } from '../../models/model.ts';
import type { Batch, TextsRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { LossResult, Objective, PassContext, Processor } from '../objective.ts';
import type { Produced, StepContext } from '../produce.ts';
import { meanOf, summedRewards } from './advantages.ts';
import { trainedTokensOf } from '../../answering/tasks/rows/answer-log-probs.ts';
import { groupRows, largestGroup, type PromptRow } from './group-rows.ts';
import { xpoLosses, type AnswerSums } from './online-losses.ts';
import { pairSums } from '../../answering/tasks/rows/preference-rows.ts';
import { scoredRollouts, weightsOf, type SampledParts } from './produce-rollouts.ts';
import { sampledObjective, sampledParts } from './sampled-objective.ts';
import type { XpoMethodOptions } from './xpo.options.ts';
import type { PromptExample } from '../../data/example.ts';

/** Exploratory preference optimisation (Xie et al., 2024). */
export function create(options: XpoMethodOptions, processor: Processor): Objective<PromptExample, PromptRow, XpoRow> {
  const parts = sampledParts({ ...options, num_generations: 1 }, processor);
  const { max_completion_length: length } = options;
  return {
    ...sampledObjective(parts, {
      needsReference: true,
      produce: (rows, step) => comparedAnswers(rows, step, parts),
      largest: (row) => ({ ...largestGroup(row, { answers: 2, length }), ownIsChosen: 1 }),
    }),
    unit: 'rows',
    counts: ({ rows }) => ({ rows: rows.length }),
    loss: (model, batch, context) => lossOf(model, batch, { ...context, options }),
  };
}

interface XpoRow extends TextsRow {
  /** 1 if the model's own answer has the higher reward. */
  ownIsChosen: number;
}

/** One row per prompt whose answers differ in reward: the model's, then the reference's. */
async function comparedAnswers(
  rows: readonly PromptRow[],
  step: StepContext,
  parts: SampledParts,
): Promise<Produced<XpoRow>> {
  const own = await scoredRollouts(rows, step, parts);
  const other = await scoredRollouts(rows, step, parts, 1);
  const [owns, others] = [own, other].map(({ rewards }) => summedRewards(rewards, weightsOf(parts.settings)));
  const update = rows.flatMap((_, i): XpoRow[] => {
    const [a, b] = [owns[i], others[i]];
    const pair = [own.rollouts[i], other.rollouts[i]];
    if (a === null || b === null || a === b || pair.some(({ ids }) => ids.length === 0)) return [];
    const trained = pair.map((rollout) => ({ ...rollout, isTrained: true }));
    return groupRows(trained, Number.POSITIVE_INFINITY).map((row) => ({ ...row, ownIsChosen: a > b ? 1 : 0 }));
  });
  const metrics = {
    ...own.metrics,
    'reward/reference': meanOf(others),
    'pairs/tied': 1 - update.length / Math.max(1, rows.length),
  };
  return { updates: update.length === 0 ? [] : [update], metrics };
}

function lossOf(
  model: Model,
  batch: Batch<XpoRow>,
  { totals, runner, reference, options }: PassContext & { options: XpoMethodOptions },
): LossResult {
  if (reference === undefined) throw new Error('this objective needs a reference model');
  const { beta, alpha, loss_type: lossType, temperature } = options;
  const sums = (of: Model, given: Pick<PassContext, 'runner'> = {}): AnswerSums => {
    const [own, other] = pairSums(trainedTokensOf(of, batch, { ...given, temperature }));
    return { own, reference: other };
  };
  const [ours, theirs] = [sums(model, { runner }), reference((other) => sums(other))];
  const ownIsChosen = fromArray(Float32Array.from(batch.rows, (row) => row.ownIsChosen)).toDevice(model.device);
  const both = { model: ours, reference: theirs, ownIsChosen };
  const { preference, exploration } = xpoLosses(both, { beta, alpha, lossType });
  const mean = (values: Tensor) => ({ sum: values.detach().sum(), count: batch.rows.length });
  return {
    perRow: preference.add(exploration).mul(1 / totals.rows),
    tally: {
      'loss/dpo': mean(preference),
      'loss/xpo': mean(exploration),
      'objective/kl': mean(ours.own.sub(theirs.own)),
      'objective/model_win': mean(ownIsChosen),
    },
  };
}
