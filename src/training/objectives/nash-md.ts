// P prompts, each with one answer by the model, L answer tokens
import { fromArray, type Tensor } from '../../engine/tensor/index.ts';
import type { Model } from '../../models/model.ts';
import type { Batch, TextsRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { LossResult, Objective, PassContext, Processor } from '../objective.ts';
import type { Produced, StepContext } from '../produce.ts';
import { meanOf, summedRewards } from './advantages.ts';
import { trainedTokensOf } from '../../answering/tasks/rows/answer-log-probs.ts';
import { groupRows, largestGroup, type PromptRow } from './group-rows.ts';
import type { NashMdOptions } from './nash-md.options.ts';
import { nashTokens } from './online-losses.ts';
import { answersOfTexts, sumsOfAnswers } from './policy.ts';
import { sumsOfRows } from '../../answering/tasks/rows/trained-tokens.ts';
import { scoredRollouts, weightsOf, type SampledParts } from './produce-rollouts.ts';
import { sampledObjective, sampledParts } from './sampled-objective.ts';
import type { PromptExample } from '../../data/example.ts';

/** Nash mirror descent from human feedback (Munos et al., 2024). */
export function create(options: NashMdOptions, processor: Processor): Objective<PromptExample, PromptRow, NashRow> {
  const parts = sampledParts({ ...options, num_generations: 1 }, processor);
  return {
    ...sampledObjective(parts, {
      needsReference: true,
      produce: (rows, step) => preferredAnswers(rows, step, { ...parts, share: options.mixture_coef }),
      largest: (row) => ({
        ...largestGroup(row, { answers: 1, length: options.max_completion_length }),
        probability: 1,
      }),
    }),
    unit: 'rows',
    counts: ({ rows }) => ({ rows: rows.length }),
    loss: (model, batch, context) => lossOf(model, batch, { ...context, options }),
  };
}

/** An answer by the model, and its probability of being preferred over the mixture's. */
interface NashRow extends TextsRow {
  probability: number;
}

/** The model's answers with their win probability against the mixture's: Bradley-Terry on rewards. */
async function preferredAnswers(
  rows: readonly PromptRow[],
  step: StepContext,
  { share, ...parts }: SampledParts & { share: number },
): Promise<Produced<NashRow>> {
  const own = await scoredRollouts(rows, step, parts);
  const other = await scoredRollouts(rows, step, parts, share);
  const [owns, others] = [own, other].map(({ rewards }) => summedRewards(rewards, weightsOf(parts.settings)));
  const update = own.rollouts.flatMap((rollout, i): NashRow[] => {
    const [a, b] = [owns[i], others[i]];
    if (a === null || b === null || rollout.ids.length === 0) return [];
    const probability = 1 / (1 + Math.exp(b - a));
    const [row] = groupRows([{ ...rollout, isTrained: true }], Number.POSITIVE_INFINITY);
    return [{ ...row, probability }];
  });
  const probabilities = update.map(({ probability }) => probability);
  const metrics = { ...own.metrics, 'reward/mixture': meanOf(others), 'objective/probability': meanOf(probabilities) };
  return { updates: update.length === 0 ? [] : [update], metrics };
}

function lossOf(
  model: Model,
  batch: Batch<NashRow>,
  { totals, runner, reference, options }: PassContext & { options: NashMdOptions },
): LossResult {
  if (reference === undefined) throw new Error('this objective needs a reference model');
  const { beta, temperature } = options;
  const { rows } = batch;
  const { logProbs, texts } = trainedTokensOf(model, batch, { runner, temperature });
  const other = reference((base) => trainedTokensOf(base, batch, { temperature }).logProbs);
  const onDevice = (array: BigInt64Array | Float32Array): Tensor => fromArray(array).toDevice(model.device);
  const answerOf = answersOfTexts(rows);
  const answers = onDevice(BigInt64Array.from(texts, (text) => BigInt(answerOf[Number(text)])));
  const probability = onDevice(Float32Array.from(rows, (row) => row.probability));
  const tokens = { logProbs, reference: other, probability: probability.indexSelect(0, answers) };
  const perAnswer = sumsOfRows(nashTokens(tokens, beta), answers, rows.length);
  const distance = sumsOfRows(logProbs.detach().sub(other), answers, rows.length);
  return {
    perRow: sumsOfAnswers(perAnswer.mul(1 / totals.rows), batch),
    tally: { 'objective/kl': { sum: distance.sum(), count: rows.length } },
  };
}
