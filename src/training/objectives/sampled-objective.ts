import { AttuneError } from '../../base/errors.ts';
import type { PromptExample } from '../../data/example.ts';
import { Renderer } from '../../models/text/index.ts';
import type { Production, Objective, Processor } from '../objective.ts';
import type { Prepared, TextsRow } from '../../answering/tasks/rows/prepared-rows.ts';
import { collateRows } from '../../answering/tasks/rows/collate.ts';
import { scoreRollouts, type SampledParts, type SampledSettings } from './produce-rollouts.ts';
import { createScorer } from './rewards/index.ts';
import type { RewardSpec } from './rewards/reward.options.ts';
import type { Scorer } from './rewards/reward.ts';
import { RolloutTools } from './tools/rollout-tools.ts';
import type { PromptRow } from './group-rows.ts';

interface Sampling<Read extends TextsRow> extends Pick<Production<PromptRow, Read>, 'produce' | 'largest'> {
  needsReference: boolean;
}

/** Shared by objectives that sample and score answers; each adds its own loss. */
export function sampledObjective<Read extends TextsRow>(
  parts: SampledParts,
  { needsReference, ...made }: Sampling<Read>,
): Omit<Objective<PromptExample, PromptRow, Read>, 'counts' | 'loss' | 'unit'> {
  const { settings, processor } = parts;
  const scorers = [...parts.scorers, ...parts.heldOut];
  const renderer = new Renderer(processor.tokenizer, { now: processor.now });
  return {
    task: 'causal-lm',
    accepts: ['prompt'],
    separable: true,
    ...(needsReference && { reference: { model: settings.ref_model } }),
    production: {
      ...made,
      rollsOut: true,
      room: settings.max_completion_length,
      evaluate: (rows, step) => scoreRollouts(rows, step, parts),
      evaluated: () => parts.evaluated,
    },
    async ready(signal) {
      await parts.tools?.check();
      for (const scorer of scorers) await scorer.ready?.(signal);
    },
    dispose() {
      parts.tools?.dispose();
      for (const scorer of scorers) scorer.dispose?.();
    },
    check(train) {
      for (const scorer of scorers) scorer.check?.(train);
    },
    prepare: (examples) => preparePrompts(renderer, examples, parts.tools),
    collate: (rows) => collateRows(rows, { causal: true }),
  };
}

/** Resolves the objects that settings refer to. */
export function sampledParts<Settings extends SampledSettings>(
  settings: Settings,
  processor: Processor,
): SampledParts<Settings> {
  const { reward_funcs, held_out_reward_funcs, reward_timeout: timeout } = settings;
  const { references: hashes = {}, rewardModel } = processor;
  const create = (spec: RewardSpec) => createScorer(spec, { hashes, timeout, rewardModel });
  const [scorers, heldOut] = [reward_funcs, held_out_reward_funcs].map((specs) => namedApart(specs.map(create)));
  const tools = RolloutTools.of(settings, processor);
  return { settings, scorers, heldOut, processor, evaluated: [], ...(tools && { tools }) };
}

/** Makes equal names distinct for logging. */
function namedApart(scorers: readonly Scorer[]): Scorer[] {
  const seen = new Map<string, number>();
  return scorers.map((scorer) => {
    const count = (seen.get(scorer.name) ?? 0) + 1;
    seen.set(scorer.name, count);
    if (count === 1) return scorer;
    const score: Scorer['score'] = (samples, signal) => scorer.score(samples, signal);
    const [ready, dispose] = [scorer.ready?.bind(scorer), scorer.dispose?.bind(scorer)];
    const [check, metrics] = [scorer.check?.bind(scorer), scorer.metrics?.bind(scorer)];
    return { name: `${scorer.name}_${count}`, score, ready, dispose, check, metrics };
  });
}

async function preparePrompts(
  renderer: Renderer,
  examples: readonly PromptExample[],
  tools?: RolloutTools,
): Promise<Prepared<PromptRow>> {
  if (tools !== undefined) refuseTexts(examples);
  const shown = await tools?.schemas();
  const rows = await Promise.all(
    examples.map(async (example): Promise<PromptRow> => {
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

/** A plain-text prompt cannot show tools, so its model would call none. */
function refuseTexts(examples: readonly PromptExample[]): void {
  const texts = examples.filter(({ prompt }) => typeof prompt === 'string');
  if (texts.length === 0) return;
  throw new AttuneError('E_TOOLS_TEXT_PROMPT', {
    what:
      `objective.tools needs prompts that are lists of messages, but ${texts.length} of ${examples.length} ` +
      'are plain text',
    expected: '{"prompt": [{"role": "user", "content": "…"}], …}',
    problems: texts.slice(0, 5).map(({ source }) => ({ ...source, field: 'prompt', message: 'is plain text' })),
    problemCount: texts.length,
    fix: 'write each prompt as a list with one message',
  });
}
