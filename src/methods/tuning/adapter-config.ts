import { join } from 'node:path';
import { z } from 'zod';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { problemsOf } from '../../base/schema-issues.ts';
import { readJson } from '../../files/json.ts';
import type { Task } from '../../models/architecture.ts';
import type { Model } from '../../models/model.ts';
import { isLinear } from '../../nn/index.ts';
import type { ResultNotes } from '../../train/interfaces.ts';
import type { LoraOptions } from './lora.options.ts';
import { findTargets, lastName, namesGrouped } from './targets.ts';
import type { TokenIndices } from './token-indices.ts';

const taskTypes: Partial<Record<Task, string>> = {
  'causal-lm': 'CAUSAL_LM',
  sequence: 'SEQ_CLS',
  seq2seq: 'SEQ_2_SEQ_LM',
  token: 'TOKEN_CLS',
  question: 'QUESTION_ANS',
  embedding: 'FEATURE_EXTRACTION',
};

/** Keys that PEFT 0.17 writes for variants of LoRA that are not offered here. */
const otherVariants = {
  corda_config: null,
  eva_config: null,
  exclude_modules: null,
  layer_replication: null,
  layers_pattern: null,
  loftq_config: {},
  lora_bias: false,
  megatron_config: null,
  megatron_core: 'megatron.core',
  qalora_group_size: 16,
  target_parameters: null,
  use_dora: false,
  use_qalora: false,
};

/** adapter_config.json with every key that PEFT 0.17 writes, in its order. */
export function adapterConfig(
  model: Model,
  options: LoraOptions,
  about: ResultNotes & { modules: readonly string[]; tokens?: TokenIndices },
): Record<string, unknown> {
  const config = {
    ...otherVariants,
    alpha_pattern: options.alpha_pattern,
    auto_mapping:
      model.task in taskTypes
        ? null
        : {
            base_model_class: model.plan.className,
            parent_library: `transformers.models.${model.architecture.modelType}`,
          },
    base_model_name_or_path: about.baseModel,
    bias: 'none',
    fan_in_fan_out: hasTransposed(model, about.modules),
    inference_mode: true,
    init_lora_weights: options.init_lora_weights,
    layers_to_transform: options.layers_to_transform,
    lora_alpha: options.alpha,
    lora_dropout: options.dropout,
    modules_to_save: options.modules_to_save.length > 0 ? options.modules_to_save : null,
    peft_type: 'LORA',
    r: options.r,
    rank_pattern: options.rank_pattern,
    revision: about.revision ?? null,
    target_modules: targetNames(model, options, about.modules),
    task_type: taskTypes[about.task] ?? null,
    trainable_token_indices: about.tokens ?? null,
    use_rslora: options.use_rslora,
  };
  return Object.fromEntries(Object.entries(config).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** PEFT's word for weights that are stored [in, out]. */
function hasTransposed(model: Model, modules: readonly string[]): boolean {
  return [...model.modules()].some(
    ([path, module]) => isLinear(module) && module.isTransposed && modules.includes(path),
  );
}

/** PEFT stores `all-linear` as the names that it stood for; where these would reach into the head too, as whole paths. */
function targetNames(model: Model, options: LoraOptions, modules: readonly string[]): string | string[] {
  if (options.target_modules === 'all-linear') {
    const names = [...new Set(modules.map(lastName))].toSorted();
    const found = findTargets(model, names, options.layers_to_transform).length;
    const isExact = found === modules.length && !namesGrouped(model, names);
    return isExact ? names : [...modules].toSorted();
  }
  if (typeof options.target_modules === 'string') return options.target_modules;
  return namesGrouped(model, options.target_modules) ? [...modules].toSorted() : [...options.target_modules];
}

const ids = z.array(z.int().min(0)).min(1);
// Shapes beyond that overflow before they are compared with the file's, and factors are computed in f32.
const rank = z.int().positive().max(1_000_000);
const alpha = z.number().positive().max(1_000_000);

const schema = z.looseObject({
  peft_type: z.literal('LORA', { error: 'only LORA adapters can be loaded' }),
  r: rank,
  lora_alpha: alpha,
  lora_dropout: z.number().min(0).lt(1).default(0),
  target_modules: z.union([z.string(), z.array(z.string())]),
  layers_to_transform: z.union([z.array(z.int()), z.int().transform((value) => [value])]).nullish(),
  rank_pattern: z.record(z.string(), rank).nullish(),
  alpha_pattern: z.record(z.string(), alpha).nullish(),
  use_rslora: z.boolean().nullish(),
  modules_to_save: z.array(z.string().min(1)).nullish(),
  trainable_token_indices: z.union([ids, z.record(z.string(), ids)]).nullish(),
  bias: z.literal('none', { error: 'adapters that train biases cannot be loaded' }).default('none'),
  use_dora: z.literal(false, { error: 'DoRA adapters cannot be loaded' }).nullish(),
  base_model_name_or_path: z.string().nullish(),
  task_type: z.string().nullish(),
});

/** Keys that say nothing of what is computed, whatever their value. */
const HARMLESS: ReadonlySet<string> = new Set([
  'auto_mapping',
  'fan_in_fan_out',
  'inference_mode',
  'megatron_core',
  'peft_version',
  'qalora_group_size',
  'revision',
  'runtime_config',
]);

/** Beginnings of the names of initialisations that leave the base as it is. */
const PLAIN_STARTS: ReadonlySet<unknown> = new Set([true, false, null, undefined, 'gaussian', 'eva', 'orthogonal']);

/** What PEFT would do on loading that is not done here. */
function foreignSettings(written: Record<string, unknown>): Problem[] {
  const { init_lora_weights: start } = written;
  const foreign = Object.entries(written).filter(
    ([key, value]) => !HARMLESS.has(key) && key !== 'init_lora_weights' && !(key in schema.shape) && !isOff(value),
  );
  return [
    ...(PLAIN_STARTS.has(start) ? [] : [{ field: 'init_lora_weights', message: changesBase(start) }]),
    ...foreign.map(([field, value]) => ({
      field,
      message: `is ${JSON.stringify(value)}, which attune does not know and cannot leave out`,
    })),
  ];
}

function isOff(value: unknown): boolean {
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return value === null || value === undefined || value === false || isEmpty;
}

function changesBase(start: unknown): string {
  return `is ${JSON.stringify(start)}: PEFT changes the base model's weights when it loads such an adapter; save it as plain LoRA (path_initial_model_for_weight_conversion)`;
}

export interface AdapterDescription {
  options: LoraOptions;
  /** Tokens whose rows the adapter holds. */
  tokens: TokenIndices | undefined;
  baseModel: string | undefined;
  task: Task | undefined;
}

/** Reads an adapter folder's configuration, whoever wrote it. */
export function readAdapterConfig(folder: string): AdapterDescription {
  const path = join(folder, 'adapter_config.json');
  const written = readJson(path);
  const result = schema.safeParse(written);
  const defects = result.success ? [] : problemsOf(result.error.issues, { root: written, schema });
  // Keys of another method are no defects of their own.
  const isLora = (written as { peft_type?: unknown } | null)?.peft_type === 'LORA';
  const problems = [...defects, ...(isLora ? foreignSettings(written as Record<string, unknown>) : [])];
  if (!result.success || problems.length > 0) {
    throw new AttuneError('E_ADAPTER_UNSUPPORTED', {
      what: `${path} describes an adapter that cannot be loaded`,
      problems,
    });
  }
  const config = result.data;
  const task = (Object.entries(taskTypes) as [Task, string][]).find(([, name]) => name === config.task_type)?.[0];
  const options: LoraOptions = {
    r: config.r,
    alpha: config.lora_alpha,
    dropout: config.lora_dropout,
    target_modules: config.target_modules,
    layers_to_transform: config.layers_to_transform ?? null,
    rank_pattern: config.rank_pattern ?? {},
    alpha_pattern: config.alpha_pattern ?? {},
    use_rslora: config.use_rslora ?? false,
    modules_to_save: config.modules_to_save ?? [],
    trainable_tokens: [],
    init_lora_weights: true,
    bias: 'none',
  };
  const tokens = config.trainable_token_indices ?? undefined;
  return { options, tokens, baseModel: config.base_model_name_or_path ?? undefined, task };
}
