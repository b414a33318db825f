// R rows, each a prompt with its answers; C answers of all rows, L of their tokens
import type { PromptExample } from '../../data/example.ts';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { Renderer } from '../../text/index.ts';
import { fromArray, type Tensor } from '../../tensor/index.ts';
import type { Model } from '../../models/model.ts';
import type { EvaluatedAnswer } from '../../train/objective.ts';
import type { Batch, LossResult, Objective, PassContext, PreparedRow, Processor } from '../../train/interfaces.ts';
import type { Rewards } from './advantages.ts';
import { entropyOf, ofDistributions, trainedTokensOf } from './answer-log-probs.ts';
import { largestGroup, trainedLengths } from './group-rows.ts';
import { collateRows, sumsOfRows } from './next-token.ts';
import { clippedTokens, policyLoss, type PolicyOptions, type PolicyTokens } from './policy-losses.ts';
import { produceRollouts, scoreRollouts } from './produce-rollouts.ts';
import { createScorer } from './rewards/index.ts';
import type { Scorer } from './rewards/reward.ts';
import type { RewardSpec } from './rewards/reward.options.ts';
import type { SamplingSettings } from './rollouts.ts';
import { RolloutTools, type ToolSettings } from './tools/rollout-tools.ts';

export interface PolicySettings extends SamplingSettings, Partial<ToolSettings> {
  reward_funcs: readonly RewardSpec[];
  reward_weights: readonly number[] | null;
  reward_timeout: number;
  held_out_reward_funcs: readonly RewardSpec[];
  num_iterations: number;
  steps_per_generation: number;
  mask_truncated_completions: boolean;
  ref_model: string | null;
  /** From each function's rewards to what answers are trained by; `penalties` are taken off each answer's reward. */
  advantages(rewards: readonly Rewards[], weights: readonly number[], penalties: readonly number[]): number[];
  /** Weight of the distance to the reference in the reward, in place of the loss. */
  rewardBeta?: number;
  loss: PolicyOptions;
  /** Share of the tokens that are trained, those of the highest entropy. */
  entropyShare: number;
}

/** What produces rollouts: the settings with what they need in use. */
export interface PolicyParts {
  settings: PolicySettings;
  scorers: readonly Scorer[];
  /** Measured on validation rows only: what goes up without them was not learnt for its own sake. */
  heldOut: readonly Scorer[];
  tools?: RolloutTools;
  processor: Processor;
  /** Answers of the last evaluation. */
  evaluated: readonly EvaluatedAnswer[];
}

/** Any objective that samples answers, has them scored, and moves the policy towards the better ones. */
export function policyObjective(parts: PolicyParts): Objective {
  const { settings, processor } = parts;
  const { loss, ref_model: referenceModel } = settings;
  const scorers = [...parts.scorers, ...parts.heldOut];
  const renderer = new Renderer(processor.tokenizer, { now: processor.now });
  const needsReference = loss.beta > 0 || (settings.rewardBeta ?? 0) > 0;
  return {
    task: 'causal-lm',
    accepts: ['prompt'],
    separable: true,
    unit: 'completions',
    needs: { rollouts: true, ...(needsReference && { reference: true }) },
    ...(referenceModel !== null && { referenceModel }),
    room: settings.max_completion_length,
    async ready(signal) {
      await parts.tools?.check();
      for (const scorer of scorers) await scorer.ready?.(signal);
    },
    dispose() {
      parts.tools?.dispose();
      for (const scorer of scorers) scorer.dispose?.();
    },
    check(train) {
      for (const scorer of scorers) scorer.check?.(train as readonly PromptExample[]);
    },
    evaluated: () => parts.evaluated,
    prepare: (examples) => preparePrompts(renderer, examples as readonly PromptExample[], parts.tools),
    produce: (rows, step) => produceRollouts(rows, step, parts),
    evaluate: (rows, step) => scoreRollouts(rows, step, parts),
    largest: (row) => largestGroup(row, { answers: settings.num_generations, length: settings.max_completion_length }),
    collate: (rows) => collateRows(rows, { causal: true }),
    counts: countAnswers,
    loss: (model, batch, context) => lossOf(model, batch, { ...context, settings }),
  };
}

/** Settings with all that they name in use. */
export function policyParts(settings: PolicySettings, processor: Processor): PolicyParts {
  const { reward_funcs, held_out_reward_funcs, reward_timeout: timeout } = settings;
  const { references: hashes = {}, rewardModel } = processor;
  const create = (spec: RewardSpec) => createScorer(spec, { hashes, timeout, rewardModel });
  const [scorers, heldOut] = [reward_funcs, held_out_reward_funcs].map((specs) => namedApart(specs.map(create)));
  const tools = RolloutTools.of(settings, processor);
  return { settings, scorers, heldOut, processor, evaluated: [], ...(tools && { tools }) };
}

/** Two of a name are logged as two. */
function namedApart(scorers: readonly Scorer[]): Scorer[] {
  const seen = new Map<string, number>();
  return scorers.map((scorer) => {
    const count = (seen.get(scorer.name) ?? 0) + 1;
    seen.set(scorer.name, count);
    if (count === 1) return scorer;
    const score: Scorer['score'] = (samples, signal) => scorer.score(samples, signal);
    const own = { ready: scorer.ready?.bind(scorer), dispose: scorer.dispose?.bind(scorer), check: scorer.check };
    return { name: `${scorer.name}_${count}`, score, ...own };
  });
}

async function preparePrompts(
  renderer: Renderer,
  examples: readonly PromptExample[],
  tools?: RolloutTools,
): Promise<{ rows: PreparedRow[]; problems: Problem[] }> {
  const shown = await tools?.schemas();
  if (shown !== undefined) refuseTexts(examples);
  const rows = await Promise.all(
    examples.map(async (example): Promise<PreparedRow> => {
      const { id, source, prompt } = example;
      const { ids } = await renderer.prompt(
        typeof prompt === 'string' ? prompt : { messages: prompt, ...(shown && { tools: shown }) },
      );
      return { id, source, ids, trained: new Uint8Array(ids.length), prompt: example };
    }),
  );
  const problems = rows.flatMap(({ ids, source }) =>
    ids.length > 0 ? [] : [{ ...source, field: 'prompt', message: 'is empty', fix: 'fill it or delete the row' }],
  );
  return { rows, problems };
}

/** A text says nowhere what tools there are, and a model that goes on with it calls none. */
function refuseTexts(examples: readonly PromptExample[]): void {
  const texts = examples.filter(({ prompt }) => typeof prompt === 'string');
  if (texts.length === 0) return;
  throw new AttuneError('E_TOOLS_TEXT_PROMPT', {
    what: `objective.tools needs prompts that are messages, and ${texts.length} of ${examples.length} are texts`,
    expected: '{"prompt": [{"role": "user", "content": "…"}], …}',
    problems: texts.slice(0, 5).map(({ source }) => ({ ...source, field: 'prompt', message: 'is a text' })),
    problemCount: texts.length,
    fix: 'write each prompt as a list with one message',
  });
}

export function countAnswers({ rows }: Pick<Batch, 'rows'>): Record<string, number> {
  const lengths = rows.flatMap(trainedLengths);
  return { rows: rows.length, completions: lengths.length, tokens: lengths.reduce((sum, length) => sum + length, 0) };
}

/** Tensors of a batch's tokens, in the order of its predictions. */
export function policyTokens(
  model: Model,
  { rows }: Batch,
  { texts, logProbs, withReference }: { texts: BigInt64Array; logProbs: Tensor; withReference: boolean },
): PolicyTokens {
  const onDevice = (values: Float32Array | BigInt64Array): Tensor => fromArray(values).toDevice(model.device);
  const answerOf = answersOfTexts(rows);
  const completions = BigInt64Array.from(texts, (text) => BigInt(answerOf[Number(text)]));
  const joined = (of: (row: PreparedRow) => Float32Array | undefined): Tensor | undefined =>
    of(rows[0]) === undefined ? undefined : onDevice(Float32Array.from(rows.flatMap((row) => [...(of(row) ?? [])])));
  return {
    logProbs,
    old: joined(({ sampled }) => sampled) ?? logProbs.detach(),
    reference: withReference ? joined(({ reference }) => reference) : undefined,
    weights: joined(({ weights }) => weights),
    advantages: joined(({ critic }) => critic?.advantages) ?? onDevice(ofAnswers(rows, completions)),
    completions: onDevice(completions),
    lengths: onDevice(Float32Array.from(rows.flatMap(trainedLengths))),
  };
}

/** The advantage of each token's answer. */
function ofAnswers(rows: readonly PreparedRow[], completions: BigInt64Array): Float32Array {
  const advantages = rows.flatMap(({ values = [] }) => [...values]);
  return Float32Array.from(completions, (answer) => advantages[Number(answer)]);
}

/** The place of each text among all answers; −1 for prompts. */
export function answersOfTexts(rows: readonly PreparedRow[]): number[] {
  let answers = 0;
  return rows.flatMap(({ segments = [] }) => segments.map((_, text) => (text === 0 ? -1 : answers++)));
}

/** Numbers of all answers [C] → [R] */
export function sumsOfAnswers(values: Tensor, { rows }: Batch): Tensor {
  const rowOf = rows.flatMap(({ segments = [] }, row) => segments.slice(1).map(() => BigInt(row)));
  return sumsOfRows(values, fromArray(BigInt64Array.from(rowOf)).toDevice(values.device), rows.length);
}

function lossOf(
  model: Model,
  batch: Batch,
  { totals, runner, settings }: PassContext & { settings: PolicySettings },
): LossResult {
  const { loss: options, temperature } = settings;
  const { logProbs, texts, hidden } = trainedTokensOf(model, batch, { runner, temperature });
  const tokens = policyTokens(model, batch, { texts, logProbs, withReference: options.beta > 0 });
  const { completions = 1, tokens: count = 1 } = totals;
  const { shares, ratios, kl } = policyLoss(tokens, options, { completions, tokens: Math.max(1, count) });
  const entropies = ofDistributions(model, hidden.detach(), (logits) => entropyOf(logits.div(temperature)));
  const { low, high } = clippedTokens(ratios, tokens.advantages, options);
  const mean = (values: Tensor) => ({ sum: values.detach().sum(), count: texts.length });
  return {
    perRow: sumsOfAnswers(shares, batch),
    tally: {
      entropy: mean(entropies),
      'clip_ratio/low_mean': mean(low),
      'clip_ratio/high_mean': mean(high),
      'clip_ratio/region_mean': mean(low.add(high)),
      ...(kl && { kl: mean(kl) }),
    },
  };
}
