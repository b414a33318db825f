import type { Problem } from '../../base/errors.ts';
import type { PromptExample } from '../../data/example.ts';
import { Renderer } from '../../text/index.ts';
import type { EvaluatedAnswer } from '../../train/objective.ts';
import type { Objective, PreparedRow, Processor } from '../../train/interfaces.ts';
import { collateRows } from './next-token.ts';
import { scoreRollouts } from './produce-rollouts.ts';
import { createScorer } from './rewards/index.ts';
import type { RewardSpec } from './rewards/reward.options.ts';
import type { Scorer } from './rewards/reward.ts';
import type { SamplingSettings } from './rollouts.ts';

/** How answers are sampled, and what scores them. */
export interface SampledSettings extends SamplingSettings {
  reward_funcs: readonly RewardSpec[];
  reward_weights: readonly number[] | null;
  reward_timeout: number;
  held_out_reward_funcs: readonly RewardSpec[];
  ref_model?: string | null;
}

/** What produces rollouts: the settings with what they need in use. */
export interface SampledParts<Settings extends SampledSettings = SampledSettings> {
  settings: Settings;
  scorers: readonly Scorer[];
  /** Measured on validation rows only: what goes up without them was not learnt for its own sake. */
  heldOut: readonly Scorer[];
  processor: Processor;
  /** Answers of the last evaluation. */
  evaluated: readonly EvaluatedAnswer[];
}

/** What every objective has that samples answers to prompts and has them scored; what it makes of them is its own. */
export function sampledObjective(
  parts: SampledParts,
  { needsReference }: { needsReference: boolean },
): Omit<Objective, 'counts' | 'loss' | 'unit'> {
  const { settings, processor } = parts;
  const { ref_model: referenceModel = null } = settings;
  const scorers = [...parts.scorers, ...parts.heldOut];
  const renderer = new Renderer(processor.tokenizer, { now: processor.now });
  return {
    task: 'causal-lm',
    accepts: ['prompt'],
    separable: true,
    needs: { rollouts: true, ...(needsReference && { reference: true }) },
    ...(referenceModel !== null && { referenceModel }),
    room: settings.max_completion_length,
    async ready(signal) {
      for (const scorer of scorers) await scorer.ready?.(signal);
    },
    dispose: () => scorers.forEach((scorer) => scorer.dispose?.()),
    evaluated: () => parts.evaluated,
    prepare: (examples) => preparePrompts(renderer, examples as readonly PromptExample[]),
    evaluate: (rows, step) => scoreRollouts(rows, step, parts),
    collate: (rows) => collateRows(rows, { causal: true }),
  };
}

/** Settings with all that they name in use. */
export function sampledParts<Settings extends SampledSettings>(
  settings: Settings,
  processor: Processor,
): SampledParts<Settings> {
  const { reward_funcs, held_out_reward_funcs, reward_timeout: timeout } = settings;
  const { references: hashes = {}, rewardModel } = processor;
  const create = (spec: RewardSpec) => createScorer(spec, { hashes, timeout, rewardModel });
  const [scorers, heldOut] = [reward_funcs, held_out_reward_funcs].map((specs) => namedApart(specs.map(create)));
  return { settings, scorers, heldOut, processor, evaluated: [] };
}

/** Two of a name are logged as two. */
function namedApart(scorers: readonly Scorer[]): Scorer[] {
  const seen = new Map<string, number>();
  return scorers.map((scorer) => {
    const count = (seen.get(scorer.name) ?? 0) + 1;
    seen.set(scorer.name, count);
    if (count === 1) return scorer;
    const score: Scorer['score'] = (samples, signal) => scorer.score(samples, signal);
    const name = `${scorer.name}_${count}`;
    return { name, score, ready: scorer.ready?.bind(scorer), dispose: scorer.dispose?.bind(scorer) };
  });
}

async function preparePrompts(
  renderer: Renderer,
  examples: readonly PromptExample[],
): Promise<{ rows: PreparedRow[]; problems: Problem[] }> {
  const rows = await Promise.all(
    examples.map(async (example): Promise<PreparedRow> => {
      const { id, source, prompt } = example;
      const { ids } = await renderer.prompt(typeof prompt === 'string' ? prompt : { messages: prompt });
      return { id, source, ids, trained: new Uint8Array(ids.length), prompt: example };
    }),
  );
  const problems = rows.flatMap(({ ids, source }) =>
    ids.length > 0 ? [] : [{ ...source, field: 'prompt', message: 'is empty', fix: 'fill it or delete the row' }],
  );
  return { rows, problems };
}
