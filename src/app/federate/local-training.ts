import { readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { entryOf } from '../../base/table.ts';
import type { EventSink } from '../../base/events.ts';
import type { FlowerTraining } from '../../federation/flower-site.ts';
import type { Findings, Trained } from '../../federation/site.ts';
import { totalSteps, type Plan } from '../../federation/plan.ts';
import { tuningAt } from '../../federation/ranks.ts';
import { strategies } from '../../federation/strategies.ts';
import { readWeights, replaceWeights } from '../../federation/weights-file.ts';
import type { Weights } from '../../federation/weights.ts';
import { readJson, writeJson } from '../../files/json.ts';
import { listCheckpoints, type Checkpoint } from '../../store/checkpoints.ts';
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

/** A site's recipe: the plan's shared settings and the site's own rows. @throws AttuneError E_RECIPE, E_FEDERATED_PLAN */
export async function siteRecipe(
  plan: Plan,
  { name, flags, model, folder }: Omit<LocalOptions, 'signal'> & { name: string },
): Promise<Recipe> {
  const { tuning: _, training, ...shared } = plan.recipe;
  const method = tuningAt(plan, name);
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
      // The result is the shared weights, not the site's own best step.
      checkpoints: { every: 'never', best: false, keep: 2 },
      evaluation: { every: 'never', patience: null },
      ...(plan.proximal !== null && { retention: { l2_sp: plan.proximal } }),
      output_dir: folder,
    },
    { flags },
  );
}

/** Trains a site's rounds as one run, paused between them. */
export class PausedRun implements FlowerTraining {
  readonly #recipe: Recipe;
  readonly #options: Omit<LocalOptions, 'flags' | 'model'>;
  readonly #folder: string;
  #rows = { train: 0, validation: 0 };

  constructor(recipe: Recipe, options: Omit<LocalOptions, 'flags' | 'model'>) {
    this.#recipe = recipe;
    this.#options = options;
    this.#folder = resolve(options.folder);
  }

  async start(): Promise<Trained> {
    return this.#trained(0, await this.#run({ pauseAt: 0, resume: listCheckpoints(this.#folder).length > 0 }));
  }

  async train(weights: Weights, { from, until }: { from: number; until: number }): Promise<Trained> {
    adopt(this.#folder, from, weights);
    return this.#trained(until, await this.#run({ pauseAt: until, resume: true, isRound: true }));
  }

  async finish(weights: Weights, from: number): Promise<Findings> {
    adopt(this.#folder, from, weights);
    return findings(await this.#run({ resume: true, isRound: true }));
  }

  /** @throws AttuneError E_FEDERATED_FLOWER without validation rows */
  async evaluate(weights: Weights, from: number): Promise<{ examples: number; loss: number }> {
    adopt(this.#folder, from, weights);
    const { metrics } = await this.#run({ pauseAt: from, resume: true, isRound: true });
    if (metrics.loss !== undefined) return { loss: metrics.loss, examples: this.#rows.validation };
    throw new AttuneError('E_FEDERATED_FLOWER', {
      what: 'This site cannot evaluate weights',
      got: 'no validation rows',
      fix: 'join with --data.validation 0.1, or let the ServerApp evaluate nothing (fraction_evaluate=0)',
    });
  }

  async #run(more: { pauseAt?: number; isRound?: boolean; resume?: boolean }): Promise<TrainOutcome> {
    const { signal, inProcess, onEvent } = this.#options;
    const watch: EventSink = (event) => {
      if (event.type === 'data-prepared') this.#rows = event.rows;
      onEvent?.(event);
    };
    const options = { ...more, inProcess, signal, onEvent: watch, handleSignals: false };
    const outcome = await train(this.#recipe, options);
    if (outcome.outcome === 'stopped') signal.throwIfAborted();
    return outcome;
  }

  #trained(step: number, { metrics: { loss } }: TrainOutcome): Trained {
    const weights = readWeights(join(checkpoint(this.#folder, step), WEIGHTS));
    return { weights, examples: this.#rows.train, metrics: { ...(loss !== undefined && { 'validation-loss': loss }) } };
  }
}

/** Figures of a finished run that a site shares: its verdict and deciding metric, never rows. */
function findings({ result, comparison, metrics: { loss } }: TrainOutcome): Findings {
  const config = result === null ? undefined : readFileSync(join(result, 'adapter_config.json'), 'utf8');
  const validation: Findings['metrics'] = loss === undefined ? {} : { 'validation-loss': loss };
  const values: Findings['values'] = config === undefined ? {} : { 'adapter-config': config };
  if (comparison === undefined) return { values, metrics: validation };
  const { metric, rows, conclusion, sentence, systems, subject } = comparison;
  const value = entryOf(systems.find(({ name }) => name === subject)?.values, metric);
  const verdict = { verdict: conclusion?.outcome ?? 'unclear', advice: conclusion?.advice ?? sentence };
  return {
    values: { ...values, ...verdict, metric, 'test-rows': rows },
    metrics: {
      ...validation,
      ...(value !== undefined && { value: value.value }),
      ...(value?.low !== undefined && { low: value.low, high: value.high! }),
    },
  };
}

function checkpoint(folder: string, step: number): string {
  const found = listCheckpoints(folder).find((one) => one.step === step);
  if (found !== undefined) return found.folder;
  throw new AttuneError('E_FEDERATED_STATE', {
    what: `The site has no checkpoint of step ${step}`,
    got: folder,
    fix: 'join again with another --output: the site starts from the current round',
  });
}

/** Replaces the site's weights with the shared ones, and deletes checkpoints of later steps that a crash may have left. */
function adopt(folder: string, step: number, weights: Weights): void {
  const all = listCheckpoints(folder);
  for (const later of all.filter((one) => one.step > step)) rmSync(later.folder, { recursive: true });
  const latest = all.findLast((one) => one.step <= step);
  if (latest !== undefined && latest.step < step) catchUp(latest, step);
  replaceWeights(join(checkpoint(folder, step), WEIGHTS), weights);
}

/** Advances a site that missed rounds to the step, and so the learning rate, of the others; its next rows are its own. */
function catchUp({ folder }: Checkpoint, step: number): void {
  const file = join(folder, 'trainer_state.json');
  writeJson(file, { ...readJson<object>(file), step });
  renameSync(folder, join(folder, '..', `step-${step}`));
}
