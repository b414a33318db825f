/** The recipe of a job: `attune train` with it produces the same bytes. */
import { join, resolve } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { isPlainObject } from '../../base/plain-object.ts';
import { entryOf, table } from '../../base/table.ts';
import { jobFolder, type Job } from '../../store/registry/index.ts';
import { ApiError, type JobTarget } from '../../serving/index.ts';
import { tunings } from '../../methods/tunings/index.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { suggestedTraining } from '../../training/suggested-training.ts';
import { isAdapterFolder, isOwnBase, modelFolder } from '../../answering/model/base-model.ts';
import { trainingFacts } from '../../jobs/train/training-facts.ts';
import { resultFolder } from '../../answering/model/result-folder.ts';
import { resolveRecipe } from '../recipe/index.ts';

export function runFolder(id: string): string {
  return join(jobFolder(id), 'run');
}

/** Keys that a request may add; keys with paths, code or files are reserved for the server. */
const ADDITIONS: Readonly<Record<string, readonly string[] | 'all'>> = {
  tuning: 'all',
  storage: 'all',
  training: 'all',
  checkpoints: 'all',
  objective: ['max_completion_length', 'num_generations', 'num_iterations', 'temperature', 'top_p', 'loss_type'],
  data: [
    'max_length',
    'long_rows',
    'packing',
    'truncation_side',
    'answer_space',
    'validation',
    'test',
    'group_by',
    'split_by_time',
    'allow_overlap',
  ],
};

/** @throws ApiError 400 for keys that a request may not add */
export function checkAdditions(extra: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(extra)) {
    const allowed = Object.hasOwn(ADDITIONS, name) ? ADDITIONS[name] : undefined;
    if (allowed === undefined) throw notAllowed(`attune.${name}`, Object.keys(ADDITIONS));
    const keys = isPlainObject(value) ? Object.keys(value) : [];
    const stray = allowed === 'all' ? undefined : keys.find((key) => !allowed.includes(key));
    if (stray !== undefined) throw notAllowed(`attune.${name}.${stray}`, allowed as readonly string[]);
  }
  refusePaths(extra, 'attune');
}

/** Rejects texts that could refer to a file or to code. */
function refusePaths(value: unknown, path: string): void {
  if (typeof value === 'string' && /[\\/#]/.test(value)) throw notAllowed(path, ['values without / and #']);
  if (typeof value !== 'object' || value === null) return;
  for (const [name, part] of Object.entries(value)) refusePaths(part, `${path}.${name}`);
}

function notAllowed(param: string, known: readonly string[]): ApiError {
  const message = `${param} cannot be set here. Allowed: ${known.join(', ')}.`;
  return new ApiError(400, { message, param, code: 'unsupported_parameter' });
}

const USUAL_ANSWERS = 8;

/** Objective for the job's type. */
export function objectiveOf({ method }: Pick<Job, 'method'>): Record<string, unknown> {
  const { type, hyperparameters } = method;
  const given = (name: string) => (hyperparameters[name] === 'auto' ? {} : { [name]: hyperparameters[name] });
  if (type === 'supervised') return { name: 'sft' };
  if (type === 'dpo') return { name: 'dpo', ...given('beta') };
  // The reasoning effort determines the number of answers per prompt.
  const { compute_multiplier: effort } = hyperparameters;
  const answers = Math.max(2, Math.round(USUAL_ANSWERS * (typeof effort === 'number' ? effort : 1)));
  return { name: 'grpo', reward_funcs: [{ rule: 'grader', grader: method.grader }], num_generations: answers };
}

/** @throws AttuneError E_RECIPE, E_JOB_MODEL */
export async function jobRecipe(
  { job, target, files }: JobTarget,
  rows: number,
): Promise<{ recipe: Recipe; method: Job['method'] }> {
  const model = baseOf(job, target);
  const { hyperparameters } = job.method;
  const objective = objectiveOf(job);
  const { tuning = 'lora' } = job.extra;
  const method = isPlainObject(tuning) ? String(tuning.method ?? 'lora') : String(tuning);
  // An unknown method is rejected with the recipe below.
  const known = tunings.has(method) ? method : 'lora';
  const methods = { tuning: { method: known }, objective: { name: String(objective.name) } };
  const usual = suggestedTraining({ ...(await trainingFacts(modelFolder(model), methods)), rows });
  const settled = {
    n_epochs: numberOf(hyperparameters.n_epochs, usual.epochs),
    batch_size: numberOf(hyperparameters.batch_size, usual.batch_size),
    learning_rate_multiplier: numberOf(hyperparameters.learning_rate_multiplier, 1),
  };
  const training = {
    epochs: settled.n_epochs,
    batch_size: settled.batch_size,
    learning_rate: usual.learning_rate * settled.learning_rate_multiplier,
    seed: job.seed,
  };
  const own = {
    model,
    data: { train: files.train, validation: files.validation ?? 0, test: 0, allow_overlap: true, ...formOf(job) },
    objective,
    training,
    evaluation: { baselines: 'none' },
    checkpoints: { every: 'epoch', keep: 3 },
    report_to: [],
    output_dir: runFolder(job.id),
  };
  const recipe = await resolveRecipe(merged(own, job.extra));
  const beta = 'beta' in recipe.objective ? recipe.objective.beta : undefined;
  const shown = { ...hyperparameters, ...settled, ...('beta' in hyperparameters && { beta }) };
  return { recipe, method: { ...job.method, hyperparameters: shown } };
}

/** A job's resolved recipe with the paths of this machine, as another machine may have resolved it. */
export function localRecipe({ job, target, files }: JobTarget): Record<string, unknown> {
  const { data, ...recipe } = job.recipe!;
  return {
    ...recipe,
    model: baseOf(job, target),
    data: { ...(data as Record<string, unknown>), ...files },
    output_dir: runFolder(job.id),
  };
}

/** The model's folder, or the name of a model that comes with the package. */
function baseOf({ model }: Job, target: string): string {
  const folder = resultFolder(target);
  if (!isAdapterFolder(folder)) return isOwnBase(target) ? target : resolve(folder);
  throw new AttuneError('E_JOB_MODEL', {
    what: `The model '${model}' is an adapter and cannot be trained further`,
    fix: 'use its base model',
  });
}

/** Format of the rows: rows with messages are conversations, except for reinforcement, where the model generates the answers. */
export function formOf({ method }: Pick<Job, 'method'>): { format?: string; columns?: Record<string, string> } {
  return method.type === 'reinforcement' ? { format: 'prompt_only', columns: { prompt: 'messages' } } : {};
}

function numberOf(value: unknown, usual: number): number {
  return typeof value === 'number' ? value : usual;
}

/** Merges additions into existing sections. */
function merged(own: Record<string, unknown>, extra: Record<string, unknown>): Record<string, unknown> {
  const whole = table({ ...own });
  for (const [name, value] of Object.entries(extra)) {
    const known = entryOf(own, name);
    whole[name] = isPlainObject(known) && isPlainObject(value) ? { ...known, ...value } : value;
  }
  return whole;
}
