// B completions, T columns of them, L of their tokens
import { groupAdvantages, leaveOneOutAdvantages } from '../../../src/training/objectives/advantages.ts';
import {
  clippedTokens,
  entropyMask,
  policyLoss,
  type PolicyOptions,
  type PolicyTokens,
} from '../../../src/training/objectives/policy-losses.ts';
import { entropyOf } from '../../../src/answering/tasks/rows/answer-log-probs.ts';
import { aten, fromArray, noGrad, tensor, type Tensor } from '../../../src/engine/tensor/index.ts';
import { input, leaf, type CaseResult, type CaseRunner, type Group, type ReferenceCase } from './group.ts';

interface GrpoCase {
  loss_type: PolicyOptions['lossType'];
  beta: number;
  epsilon: number;
  epsilon_high: number | null;
  delta: number | null;
  importance_sampling_level: 'token' | 'sequence' | 'sequence_token';
  top_entropy_quantile: number;
  scale_rewards?: 'group' | 'batch' | 'none';
  is_correction?: boolean;
  is_cap?: number;
  is_mode?: string | null;
  is_max?: number;
  is_min?: number | null;
  temperature?: number;
  use_old?: boolean;
  use_bias_correction_kl?: boolean;
  off_policy_mask_threshold?: number | null;
  entropy_coef?: number;
  sapo_temperature_pos?: number;
  sapo_temperature_neg?: number;
  normalize?: boolean;
}

/** Each completion token: the index that predicts it, its id and its completion. */
interface Places {
  before: Tensor;
  targets: Tensor;
  completions: Tensor;
  lengths: Tensor;
  count: number;
}

function placesOf({ inputs }: Group): Places {
  const [prompts, completions, mask] = ['prompt_ids', 'completion_ids', 'completion_mask'].map((name) =>
    input(inputs, name),
  );
  const [rows, width] = completions.shape;
  const [prompt, ids, seen] = [prompts, completions, mask].map((values) => values.toNumbers());
  const before: bigint[] = [];
  const targets: bigint[] = [];
  const owners: bigint[] = [];
  const lengths = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    for (let t = 0; t < width; t++) {
      if (seen[row * width + t] === 0) continue;
      before.push(BigInt(t === 0 ? prompt[(row + 1) * prompts.shape[1] - 1] : ids[row * width + t - 1]));
      targets.push(BigInt(ids[row * width + t]));
      owners.push(BigInt(row));
      lengths[row]++;
    }
  }
  const [b, t, o] = [before, targets, owners].map((values) => fromArray(BigInt64Array.from(values)));
  return { before: b, targets: t, completions: o, lengths: fromArray(lengths), count: rows };
}

function logits(table: Tensor, { before }: Places, temperature: number): Tensor {
  return table.indexSelect(0, before).div(temperature);
}

function logProbs(table: Tensor, places: Places, temperature: number): Tensor {
  return logits(table, places, temperature).logSoftmax(-1).gather(1, places.targets.unsqueeze(1)).squeeze(1);
}

/** The policy loss on a bigram model, from its table to the gradient of the table. */
export const runGrpo: CaseRunner = (group, name) => {
  const given = group.cases[name];
  const options = (given.options ?? given) as unknown as GrpoCase;
  const { temperature = 1 } = options;
  const places = placesOf(group);
  const table = leaf(group, 'table');
  const of = (key: string) => noGrad(() => logProbs(input(group.inputs, key), places, temperature));
  const current = logProbs(table, places, temperature);
  const isLeaveOneOut = name.startsWith('rloo');
  const old = options.use_old === false ? current.detach() : of('old_table');
  const advantages = isLeaveOneOut
    ? leaveOneOut(group, options, { places, old, reference: of('ref_table') })
    : ofGroups(group, options);
  const entropies = entropyOf(logits(table, places, temperature));
  const mask =
    options.top_entropy_quantile < 1 ? entropyMask(entropies.detach(), options.top_entropy_quantile) : undefined;
  const correction = correctionOf(options, { old, sampler: () => of('sampler_table'), places });
  const tokens: PolicyTokens = {
    logProbs: current,
    old,
    reference: !isLeaveOneOut && options.beta !== 0 ? of('ref_table') : undefined,
    advantages: tensor(advantages).to('f32').indexSelect(0, places.completions),
    completions: places.completions,
    lengths: places.lengths,
    weights: mask && correction ? mask.mul(correction) : (mask ?? correction),
    entropies,
  };
  const totals = { completions: places.count, tokens: current.shape[0] };
  const settled = settle(options, isLeaveOneOut);
  const result = policyLoss(tokens, settled, totals);
  return {
    loss: result.shares.sum(),
    numbers: metricsOf(given, { ...result, tokens, entropies, settled }),
    tensors: () => ({ table_grad: table.grad }),
  } satisfies CaseResult;
};

function settle(options: GrpoCase, isLeaveOneOut: boolean): PolicyOptions {
  return {
    lossType: options.loss_type ?? 'grpo',
    level: isLeaveOneOut ? 'sequence_sum' : (options.importance_sampling_level ?? 'token'),
    epsilon: options.epsilon ?? 0.2,
    epsilonHigh: options.epsilon_high ?? options.epsilon ?? 0.2,
    delta: options.delta ?? undefined,
    beta: isLeaveOneOut ? 0 : options.beta,
    correctsKl: options.use_bias_correction_kl,
    sapo: { positive: options.sapo_temperature_pos ?? 1, negative: options.sapo_temperature_neg ?? 1.05 },
    offPolicyThreshold: options.off_policy_mask_threshold ?? undefined,
    maxCompletionLength: 10,
    entropyCoefficient: options.entropy_coef,
  };
}

function ofGroups({ inputs, about }: Group, { scale_rewards: scale = 'group' }: GrpoCase): number[] {
  const rewards = input(inputs, 'rewards').toNumbers();
  const own = groupAdvantages(rewards, { groupSize: 3, scale });
  const reference = (about.advantages as Record<string, number[]>)[scale];
  if (reference === undefined) return own;
  for (const [i, advantage] of reference.entries()) {
    if (Math.abs(own[i] - advantage) > 1e-5)
      throw new Error(`advantage ${i} is ${own[i]}, the reference's ${advantage}`);
  }
  // Rounded as in the reference: the losses are differences that nearly cancel.
  return reference;
}

/** The KL to the reference, summed over tokens, is part of the reward. */
function leaveOneOut(
  { inputs }: Group,
  { beta, normalize }: GrpoCase,
  { places, old, reference }: { places: Places; old: Tensor; reference: Tensor },
): number[] {
  const kl = new Float64Array(places.count);
  const differences = old.sub(reference).toNumbers();
  for (const [i, row] of places.completions.toNumbers().entries()) kl[row] += differences[i];
  const rewards = input(inputs, 'rewards')
    .toNumbers()
    .map((reward, row) => reward - beta * kl[row]);
  return leaveOneOutAdvantages(rewards, 3, normalize === true);
}

interface Sampled {
  old: Tensor;
  sampler: () => Tensor;
  places: Places;
}

/** Importance ratios of tokens under the policy and under the sampling program, truncated or masked. */
function correctionOf(options: GrpoCase, { old, sampler, places }: Sampled): Tensor | undefined {
  const mode = options.is_correction === true ? 'token_truncate' : options.is_mode;
  if (mode === null || mode === undefined) return undefined;
  const most = (options.is_correction === true ? options.is_cap : options.is_max) as number;
  const difference = old.sub(sampler());
  const { completions, count } = places;
  const whole = aten.index_add
    .default(aten.zeros.default([count]), 0, completions, difference)
    .indexSelect(0, completions);
  const ratios = (mode.startsWith('sequence') ? whole : difference).exp();
  if (mode.endsWith('truncate')) return aten.clamp.default(ratios, { min: options.is_min ?? undefined, max: most });
  const inside = aten.logical_and.default(aten.le.Scalar(ratios, most), aten.ge.Scalar(ratios, options.is_min ?? 0));
  return ratios.mul(inside.to('f32'));
}

interface Found {
  ratios: Tensor;
  kl?: Tensor;
  tokens: PolicyTokens;
  entropies: Tensor;
  settled: PolicyOptions;
}

function metricsOf({ metrics = {} }: ReferenceCase, found: Found): Record<string, number> {
  const { ratios, kl, tokens, entropies, settled } = found;
  const { low, high } = clippedTokens(ratios, tokens.advantages, settled);
  // Ratios of whole completions count once per completion.
  const weights =
    settled.level.startsWith('sequence') && settled.level !== 'sequence_token'
      ? perCompletion(tokens)
      : 1 / ratios.shape[0];
  const share = (values: Tensor) => values.mul(weights).sum().item();
  const own: Record<string, number> = {
    entropy: entropies.mean().item(),
    'clip_ratio/low_mean': share(low),
    'clip_ratio/high_mean': share(high),
    'clip_ratio/region_mean': share(low.add(high)),
    ...(kl && { kl: kl.mean().item() }),
  };
  return Object.fromEntries(Object.entries(own).filter(([name]) => name in metrics));
}

function perCompletion({ completions, lengths }: PolicyTokens): Tensor {
  return lengths.indexSelect(0, completions).mul(lengths.shape[0]).pow(-1);
}
