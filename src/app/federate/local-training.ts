import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import type { LocalTraining, Trained } from '../../federation/site.ts';
import { totalSteps, type Plan } from '../../federation/plan.ts';
import { strategies } from '../../federation/strategies.ts';
import { readWeights, replaceWeights } from '../../federation/weights-file.ts';
import type { Weights } from '../../federation/weights.ts';
import { listCheckpoints } from '../../store/checkpoints.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { resolveRecipe, type RecipeFlags } from '../recipe/index.ts';
import type { TrainOutcome } from '../run.ts';
import { train } from '../train.ts';

export interface LocalOptions {
  /** The site's rows and how they are read: `data.train`, `data.columns`, …, by leaf name or dotted path. */
  flags: RecipeFlags;
  /** The base model on this machine, if it is not known by the plan's name. */
  model?: string;
  /** Folder of the run. */
  folder: string;
  inProcess?: boolean;
  onEvent?: EventSink;
  signal: AbortSignal;
}

const WEIGHTS = 'weights.safetensors';

/** A site's recipe: the settings that all share, and its own rows. @throws AttuneError E_RECIPE, E_FEDERATED_PLAN */
export async function siteRecipe(plan: Plan, { flags, model, folder }: Omit<LocalOptions, 'signal'>): Promise<Recipe> {
  const { tuning, training, ...shared } = plan.recipe;
  const method = typeof tuning === 'string' ? { method: tuning } : { method: 'lora', ...tuning };
  const { freezesA } = strategies[plan.strategy];
  if (method.method !== 'lora' && (freezesA || plan.strategy === 'product'))
    throw new AttuneError('E_FEDERATED_PLAN', {
      what: `Strategy ${plan.strategy} averages LoRA`,
      got: `tuning ${method.method}`,
      fix: 'set tuning to lora, or strategy to fedavg',
    });
  return resolveRecipe(
    {
      ...shared,
      ...(model !== undefined && { model }),
      tuning: { ...method, ...(freezesA && { train_a: false }) },
      training: { ...training, max_steps: totalSteps(plan) },
      // The shared weights are the result, whichever step of this site alone was best.
      checkpoints: { every: 'never', best: false, keep: 2 },
      evaluation: { every: 'never', patience: null },
      ...(plan.proximal !== null && { retention: { l2_sp: plan.proximal } }),
      output_dir: folder,
    },
    { flags },
  );
}

/** Trains a site's rounds as one run, paused between them. */
export function localTraining(
  plan: Plan,
  recipe: Recipe,
  options: Omit<LocalOptions, 'flags' | 'model'>,
): LocalTraining {
  const { signal, inProcess, onEvent } = options;
  const folder = resolve(options.folder);
  let rows = 0;
  const run = async (more: { pauseAt?: number; isRound?: boolean; resume?: boolean }): Promise<TrainOutcome> => {
    const watch: EventSink = (event) => {
      if (event.type === 'data-prepared') rows = event.rows.train;
      onEvent?.(event);
    };
    const outcome = await train(recipe, { ...more, inProcess, signal, onEvent: watch, handleSignals: false });
    if (outcome.outcome === 'stopped') signal.throwIfAborted();
    return outcome;
  };
  const trained = (step: number, outcome: TrainOutcome): Trained => ({
    weights: readWeights(join(checkpoint(folder, step), WEIGHTS)),
    examples: rows,
    metrics: { ...(outcome.metrics.loss !== undefined && { 'validation-loss': outcome.metrics.loss }) },
  });
  return {
    async start() {
      return trained(0, await run({ pauseAt: 0, resume: listCheckpoints(folder).length > 0 }));
    },
    async train(weights, { from, until }) {
      adopt(folder, from, weights);
      return trained(until, await run({ pauseAt: until, resume: true, isRound: true }));
    },
    async finish(weights, from) {
      adopt(folder, from, weights);
      const { result, comparison, metrics } = await run({ resume: true, isRound: true });
      const config = result === null ? undefined : readFileSync(join(result, 'adapter_config.json'), 'utf8');
      const subject = comparison?.systems.find(({ name }) => name === comparison.subject);
      const value = comparison === undefined ? undefined : subject?.values[comparison.metric];
      return {
        values: {
          ...(config !== undefined && { 'adapter-config': config }),
          ...(comparison !== undefined && {
            verdict: comparison.conclusion?.outcome ?? 'unclear',
            advice: comparison.conclusion?.advice ?? comparison.sentence,
            metric: comparison.metric,
            'test-rows': comparison.rows,
          }),
        },
        metrics: {
          ...(metrics.loss !== undefined && { 'validation-loss': metrics.loss }),
          ...(value !== undefined && { value: value.value }),
          ...(value?.low !== undefined && { low: value.low, high: value.high! }),
        },
      };
    },
  };
}

function checkpoint(folder: string, step: number): string {
  const found = listCheckpoints(folder).find((one) => one.step === step);
  if (found !== undefined) return found.folder;
  throw new AttuneError('E_FEDERATED_STATE', {
    what: `The site has no checkpoint of step ${step}`,
    got: folder,
    fix: 'join again with another --output-dir: the site starts from the current round',
  });
}

/** Puts the shared weights in place of the site's own, and forgets later steps, which a crash may have left. */
function adopt(folder: string, step: number, weights: Weights): void {
  for (const later of listCheckpoints(folder).filter((one) => one.step > step))
    rmSync(later.folder, { recursive: true });
  replaceWeights(join(checkpoint(folder, step), WEIGHTS), weights);
}
