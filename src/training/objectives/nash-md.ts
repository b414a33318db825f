// P prompts with an answer of the model each, L of their tokens
import { fromArray, type Tensor } from '../../engine/tensor/index.ts';
import type { Model } from '../../models/model.ts';
import type { Batch, LossResult, Objective, PassContext, PreparedRow, Processor } from '../../methods/interfaces.ts';
import type { Produced, StepContext } from '../produce.ts';
import { meanOf, summedRewards } from './advantages.ts';
import { trainedTokensOf } from '../../answering/tasks/rows/answer-log-probs.ts';
import { groupRows, largestGroup } from './group-rows.ts';
import type { NashMdOptions } from './nash-md.options.ts';
import { nashTokens } from './online-losses.ts';
import { answersOfTexts, sumsOfAnswers } from './policy.ts';
import { sumsOfRows } from '../../answering/tasks/rows/trained-tokens.ts';
import { scoredRollouts, weightsOf } from './produce-rollouts.ts';
import { sampledObjective, sampledParts, type SampledParts } from './sampled-objective.ts';

/** Nash mirror descent from human feedback (Munos et al., 2024). */
export function create(options: NashMdOptions, processor: Processor): Objective {
  const parts = sampledParts({ ...options, num_generations: 1 }, processor);
  return {
    ...sampledObjective(parts, { needsReference: true }),
    unit: 'rows',
    produce: (rows, step) => preferredAnswers(rows, step, { ...parts, share: options.mixture_coef }),
    largest: (row) => largestGroup(row, { answers: 1, length: options.max_completion_length }),
    counts: ({ rows }) => ({ rows: rows.length }),
    loss: (model, batch, context) => lossOf(model, batch, { ...context, options }),
  };
}

/** The model's answers, each with the probability that it is preferred to the mixture's: Bradley and Terry, of rewards. */
async function preferredAnswers(
  rows: readonly PreparedRow[],
  step: StepContext,
  { share, ...parts }: SampledParts & { share: number },
): Promise<Produced> {
  const own = await scoredRollouts(rows, step, parts);
  const other = await scoredRollouts(rows, step, parts, share);
  const [owns, others] = [own, other].map(({ rewards }) => summedRewards(rewards, weightsOf(parts.settings)));
  const update = own.rollouts.flatMap((rollout, i): PreparedRow[] => {
    const [a, b] = [owns[i], others[i]];
    if (a === null || b === null || rollout.ids.length === 0) return [];
    const probability = 1 / (1 + Math.exp(b - a));
    const [row] = groupRows([{ ...rollout, isTrained: true }], Number.POSITIVE_INFINITY);
    return [{ ...row, values: [probability] }];
  });
  const probabilities = update.map(({ values }) => values![0]);
  const metrics = { ...own.metrics, 'reward/mixture': meanOf(others), 'objective/probability': meanOf(probabilities) };
  return { updates: update.length === 0 ? [] : [update], metrics };
}

function lossOf(
  model: Model,
  batch: Batch,
  { totals, runner, reference, options }: PassContext & { options: NashMdOptions },
): LossResult {
  if (reference === undefined) throw new Error('this objective is to be given a reference model');
  const { beta, temperature } = options;
  const { rows } = batch;
  const { logProbs, texts } = trainedTokensOf(model, batch, { runner, temperature });
  const other = reference((base) => trainedTokensOf(base, batch, { temperature }).logProbs);
  const onDevice = (array: BigInt64Array | Float32Array): Tensor => fromArray(array).toDevice(model.device);
  const answerOf = answersOfTexts(rows);
  const answers = onDevice(BigInt64Array.from(texts, (text) => BigInt(answerOf[Number(text)])));
  const probability = onDevice(Float32Array.from(rows.flatMap(({ values = [] }) => [...values])));
  const tokens = { logProbs, reference: other, probability: probability.indexSelect(0, answers) };
  const perAnswer = sumsOfRows(nashTokens(tokens, beta), answers, rows.length);
  const distance = sumsOfRows(logProbs.detach().sub(other), answers, rows.length);
  return {
    perRow: sumsOfAnswers(perAnswer.mul(1 / totals.rows), batch),
    tally: { 'objective/kl': { sum: distance.sum(), count: rows.length } },
  };
}
