/** Converts a job of OpenAI to a recipe. */
import { stringify } from 'yaml';
import { graderSchema } from '../../scoring/graders/grader.options.ts';
import { isPlainObject } from '../../base/plain-object.ts';
import type { Json } from './openai-api.ts';

export interface RecipeOfJob {
  /** The recipe as YAML; undefined if there is no equivalent. */
  text?: string;
  /** Settings without an equivalent, and why. */
  remarks: string[];
}

export interface JobFiles {
  train?: string;
  validation?: string;
}

/** A job's recipe for another base model. */
export function recipeOfJob(job: Json, model: string, files: JobFiles): RecipeOfJob {
  const remarks: string[] = [];
  if (files.train === undefined)
    return { remarks: ['its training file no longer exists, so there is nothing to train on'] };
  const method = isPlainObject(job.method) ? job.method : { type: 'supervised' };
  const type = String(method.type);
  const own = isPlainObject(method[type]) ? method[type] : {};
  const given = { ...asObject(job.hyperparameters), ...asObject(own.hyperparameters) };
  const objective = objectiveOf(type, own, given, remarks);
  if (objective === undefined) return { remarks };
  if (typeof given.learning_rate_multiplier === 'number' && given.learning_rate_multiplier !== 1)
    remarks.push(
      'learning_rate_multiplier refers to a rate that OpenAI does not publish: the default for the new base is used',
    );
  const recipe = {
    model,
    data: {
      train: files.train,
      ...(files.validation !== undefined && { validation: files.validation }),
      ...(type === 'reinforcement' && { format: 'prompt_only', columns: { prompt: 'messages' } }),
    },
    objective,
    training: {
      ...(typeof given.n_epochs === 'number' && { epochs: given.n_epochs }),
      ...(typeof given.batch_size === 'number' && { batch_size: given.batch_size }),
      ...(typeof job.seed === 'number' && { seed: job.seed }),
    },
  };
  const head = `# ${oneLine(job.id)} of OpenAI: ${oneLine(job.model)}, which became ${oneLine(job.fine_tuned_model)}\n`;
  return { text: `${head}${stringify(recipe)}`, remarks };
}

function asObject(value: unknown): Record<string, unknown> {
  return isPlainObject(value) ? value : {};
}

function oneLine(value: unknown): string {
  return typeof value === 'string' ? value.replaceAll(/\s+/g, ' ').slice(0, 200) : 'nothing';
}

function objectiveOf(
  type: string,
  own: Record<string, unknown>,
  { beta }: Record<string, unknown>,
  remarks: string[],
): unknown {
  if (type === 'supervised') return 'sft';
  if (type === 'dpo') return typeof beta === 'number' ? { name: 'dpo', beta } : 'dpo';
  if (type === 'reinforcement') {
    const grader = graderSchema.safeParse(own.grader);
    if (grader.success) return { name: 'grpo', reward_funcs: [{ rule: 'grader', grader: grader.data }] };
    remarks.push('its grader needs a model or Python: write a reward function instead, and put it into reward_funcs');
    return undefined;
  }
  remarks.push(`its method is ${oneLine(type)}, which attune does not have`);
  return undefined;
}
