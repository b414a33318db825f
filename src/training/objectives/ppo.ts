// R rows, each a prompt with its answers; L tokens and S states of all answers
import type { Metrics } from '../../base/events.ts';
import { fromArray, noGrad, type Tensor } from '../../engine/tensor/index.ts';
import type { Model } from '../../models/model.ts';
import type { Batch, TextsRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { LossResult, Objective, PassContext, Processor } from '../objective.ts';
import type { Produced, StepContext } from '../produce.ts';
import { meanOf, summedRewards } from './advantages.ts';
import { entropyOf, ofDistributions, trainedTokensOf } from '../../answering/tasks/rows/answer-log-probs.ts';
import { countStates, sampledValues, statePlaces, valuesOf, withCritic, type PpoRow } from './critic.ts';
import { groupRows, largestGroup, type TrainedRollout, type PromptRow } from './group-rows.ts';
import { sumsOfRows } from '../../answering/tasks/rows/trained-tokens.ts';
import { clippedTokens, policyLoss } from './policy-losses.ts';
import { countAnswers, policyTokens, sumsOfAnswers } from './policy.ts';
import type { PpoOptions } from './ppo.options.ts';
import { distancesOf, type ScoredAnswer } from './ppo-targets.ts';
import {
  dividedUpdates,
  scoredRollouts,
  weightsOf,
  withReference,
  type PolicyParts,
  type PolicySettings,
} from './produce-rollouts.ts';
import { sampledParts, sampledObjective } from './sampled-objective.ts';
import { ValueHead, valueLoss } from './value-head.ts';
import type { PromptExample } from '../../data/example.ts';

interface PpoParts extends PolicyParts {
  options: PpoOptions;
  /** The trained model's value head. */
  head(model: Model): ValueHead;
}

/**
 * Proximal policy optimisation (Schulman et al., 2017) as used in RLHF: each token is an action, with a value head on
 * the policy's own trunk as the baseline.
 */
export function create(options: PpoOptions, processor: Processor): Objective<PromptExample, PromptRow, PpoRow> {
  const settings = settingsOf(options);
  let head: ValueHead | undefined;
  const headOf = (model: Model) => (head ??= new ValueHead(model.trunk.width, model.device));
  const parts: PpoParts = { ...sampledParts(settings, processor), options, head: headOf };
  const room = options.max_completion_length;
  return {
    ...sampledObjective(parts, {
      needsReference: options.kl_coef > 0,
      produce: (rows, step) => produce(rows, step, parts),
      largest: (row) => withPlainTargets(largestGroup(row, { answers: options.num_generations, length: room }), room),
    }),
    unit: 'completions',
    trainables: (model) => headOf(model).trainables(options.value_lr_ratio),
    counts: (batch) => ({ ...countAnswers(batch), states: countStates(batch.rows, room) }),
    loss: (model, batch, context) => lossOf(model, batch, { ...context, parts }),
    memory: {
      state: () => new Map([...(head?.parameters() ?? [])].map(([name, { tensor }]) => [name, tensor.detach()])),
      restore: (state) =>
        noGrad(() => {
          for (const [name, { tensor }] of head?.parameters() ?? []) tensor.copy_(state.get(name)!);
        }),
    },
  };
}

function settingsOf(options: PpoOptions): PolicySettings {
  return {
    ...options,
    num_iterations: options.num_ppo_epochs,
    steps_per_generation: options.num_mini_batches,
    mask_truncated_completions: false,
    advantages: () => [],
    rewardBeta: options.kl_coef,
    loss: {
      lossType: 'bnpo',
      level: 'token',
      epsilon: options.cliprange,
      epsilonHigh: options.cliprange,
      beta: 0,
      maxCompletionLength: options.max_completion_length,
    },
    entropyShare: 1,
  };
}

/** A step's answers with advantages and returns, divided into the configured updates. */
async function produce(rows: readonly PromptRow[], step: StepContext, parts: PpoParts): Promise<Produced<PpoRow>> {
  const { settings, options, head } = parts;
  const { temperature, max_completion_length: room } = options;
  const { rollouts, rewards, metrics } = await scoredRollouts(rows, step, parts);
  const sums = summedRewards(rewards, weightsOf(settings));
  const scored = rollouts.flatMap((rollout, i) => {
    const score = sums[i];
    if (score === null || rollout.ids.length === 0) return [];
    const penalty = rollout.isComplete ? 0 : (options.missing_eos_penalty ?? 0);
    return [{ ...rollout, isTrained: true, score: score - penalty }];
  });
  const groups = rows.map((row) => scored.filter((rollout) => rollout.row === row)).filter(({ length }) => length > 0);
  const answers = groups.flatMap((group: TrainedRollout[]) => groupRows(group, step.microBatchTokens));
  const sampled = await sampledValues(answers, step, { head: head(step.model), temperature, room });
  const known = answers.map((row, i) => ({ ...row, sampled: sampled[i].logProbs }));
  const compared = options.kl_coef === 0 ? known : await withReference(known, step, temperature);
  const values = sampled.map((row) => row.values);
  const scores = groups.flat().map(({ score }) => score);
  const learnt = withCritic(compared, { values, scores, room }, options);
  const updates = dividedUpdates(learnt.rows, settings, step);
  return { updates, metrics: { ...metrics, ...distanceMetrics(learnt.answers, options) } };
}

/** TRL's names; averaged over answers. */
function distanceMetrics(answers: readonly ScoredAnswer[], { kl_coef: weight, kl_estimator }: PpoOptions): Metrics {
  const distances = answers.map((answer) =>
    distancesOf(answer, kl_estimator).reduce((sum, distance) => sum + distance, 0),
  );
  const kl = meanOf(distances);
  return {
    'objective/kl': kl,
    'objective/non_score_reward': -weight * kl,
    'objective/rlhf_reward': meanOf(answers.map(({ score }) => score)) - weight * kl,
  };
}

/** Dummy targets, for planning memory. */
function withPlainTargets(row: TextsRow, room: number): PpoRow {
  const states = () => new Float32Array(countStates([row], room));
  const tokens = row.trained.reduce((sum, one) => sum + one, 0);
  return { ...row, advantages: new Float32Array(tokens), values: states(), returns: states() };
}

function lossOf(
  model: Model,
  batch: Batch<PpoRow>,
  { totals, runner, parts }: PassContext & { parts: PpoParts },
): LossResult {
  const { settings, options, head } = parts;
  const { temperature, max_completion_length: room, vf_coef: weight } = options;
  const { rows } = batch;
  const known = trainedTokensOf(model, batch, { runner, temperature });
  const tokens = policyTokens(model, batch, { ...known, withReference: false });
  const { completions = 1, tokens: count = 1, states = 1 } = totals;
  const policy = policyLoss(tokens, settings.loss, { completions, tokens: Math.max(1, count) });
  const onDevice = (array: Float32Array | BigInt64Array): Tensor => fromArray(array).toDevice(model.device);
  const joined = (of: (row: PpoRow) => Float32Array) =>
    onDevice(Float32Array.from(rows.flatMap((row) => [...of(row)])));
  const values = valuesOf(head(model), { hidden: known.states, layout: known.layout, rows }, room);
  const targets = { old: joined((row) => row.values), returns: joined((row) => row.returns) };
  const critic = valueLoss(values, targets, options.cliprange_value);
  const owners = onDevice(statePlaces(rows, known.layout, room).rows);
  const perRow = sumsOfRows(critic.losses.mul(weight / Math.max(1, states)), owners, rows.length);
  const { low, high } = clippedTokens(policy.ratios, tokens.advantages, settings.loss);
  const entropies = ofDistributions(model, known.hidden.detach(), (logits) => entropyOf(logits.div(temperature)));
  const mean = (some: Tensor) => ({ sum: some.detach().sum(), count: some.shape[0] });
  return {
    perRow: sumsOfAnswers(policy.shares, batch).add(perRow),
    tally: {
      entropy: mean(entropies),
      'policy/approxkl_avg': mean(tokens.logProbs.sub(tokens.old).pow(2).mul(0.5)),
      'policy/clipfrac_avg': mean(low.add(high)),
      'loss/value_avg': mean(critic.losses),
      'val/clipfrac_avg': mean(critic.clipped),
    },
  };
}
