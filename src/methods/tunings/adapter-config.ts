import { pushAll } from '../../base/many.ts';
import { join } from 'node:path';
import { z } from 'zod';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { problemsOf } from '../../base/schema-issues.ts';
import { readJson } from '../../files/json.ts';
import { taskOfPeft, type Task } from '../../models/architecture.ts';
import type { OpenContext, TokenIndices } from '../interfaces.ts';
import type { PeftFormat, TuningMethod } from '../method.ts';
import { tunings, type TuningName } from './index.ts';

/** Values of `peft_type` that are attune's own. */
const OWN_TYPES: ReadonlySet<unknown> = new Set(['BOTTLENECK_ADAPTER']);

/** Whether PEFT can load an adapter folder. */
export function isPeftFolder(folder: string): boolean {
  return !OWN_TYPES.has(readJson<{ peft_type?: unknown }>(join(folder, 'adapter_config.json')).peft_type);
}

const ids = z.array(z.int().min(0)).min(1);

/** Keys shared by all methods. */
const shared = z.looseObject({
  peft_type: z.string({ error: 'expected the name of a method' }),
  base_model_name_or_path: z.string().nullish(),
  task_type: z.string().nullish(),
  modules_to_save: z.array(z.string().min(1)).nullish(),
  ensure_weight_tying: z.boolean().nullish(),
  trainable_token_indices: z.union([ids, z.record(z.string(), ids)]).nullish(),
});

/** Keys that never affect the computation. */
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

export interface AdapterDescription {
  method: TuningName;
  options: Record<string, unknown> & { modules_to_save: readonly string[] };
  /** Tokens whose rows are in the adapter. */
  tokens: TokenIndices | undefined;
  /** Whether a tied head shares a fully trained table, if the file says so. */
  tiesTables: boolean | undefined;
  baseModel: string | undefined;
  task: Task | undefined;
}

/** Reads an adapter folder's configuration, whichever tool wrote it. @throws E_ADAPTER_UNSUPPORTED with all problems */
export async function readAdapterConfig(folder: string): Promise<AdapterDescription> {
  const path = join(folder, 'adapter_config.json');
  const written = readJson(path);
  const common = parse(shared, written, path);
  const { name, peft } = await formatOf(common.peft_type, path);
  const foreign = foreignSettings(written as Record<string, unknown>, peft.config.shape);
  const own = parse(peft.config, written, path, foreign);
  return {
    method: name,
    options: {
      ...(peft.read(own) as Record<string, unknown>),
      modules_to_save: [...new Set(common.modules_to_save ?? [])],
    },
    tokens: common.trainable_token_indices ?? undefined,
    tiesTables: common.ensure_weight_tying ?? undefined,
    baseModel: common.base_model_name_or_path ?? undefined,
    task: taskOfPeft(common.task_type),
  };
}

function parse<Schema extends z.ZodObject>(
  schema: Schema,
  written: unknown,
  path: string,
  others: readonly Problem[] = [],
): z.output<Schema> {
  const result = schema.loose().safeParse(written);
  const problems = [...(result.success ? [] : problemsOf(result.error.issues, { root: written, schema })), ...others];
  if (result.success && problems.length === 0) return result.data as z.output<Schema>;
  throw new AttuneError('E_ADAPTER_UNSUPPORTED', {
    what: `${path} describes an adapter that cannot be loaded`,
    problems,
  });
}

/** The tuning with this `peft_type`. */
async function formatOf(type: string, path: string): Promise<{ name: TuningName; peft: PeftFormat }> {
  const known: string[] = [];
  for (const name of tunings.names) {
    const { peft }: TuningMethod = await tunings.load(name);
    if (peft?.types.includes(type) === true) return { name, peft };
    pushAll(known, peft?.types ?? []);
  }
  throw new AttuneError('E_ADAPTER_UNSUPPORTED', {
    what: `${path} describes an adapter that cannot be loaded`,
    problems: [{ field: 'peft_type', message: `is ${type}; adapters of ${known.join(', ')} can be loaded` }],
  });
}

/** PEFT settings that are unknown here and would change the computation. */
function foreignSettings(written: Record<string, unknown>, own: object): Problem[] {
  // Dropout matters only in training, which has its own options.
  const known = (key: string) => HARMLESS.has(key) || key.endsWith('dropout') || key in shared.shape || key in own;
  return Object.entries(written)
    .filter(([key, value]) => !known(key) && !isOff(value))
    .map(([field, value]) => ({
      field,
      message: `is ${JSON.stringify(value)}, which attune does not support and cannot ignore`,
    }));
}

function isOff(value: unknown): boolean {
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return value === null || value === undefined || value === false || isEmpty;
}

/** Builds the described adapter on its base model, ready to load its tensors. */
export async function openTuning(
  model: Parameters<TuningMethod['open']>[0],
  { method, options, tokens, owner, tiesTables }: Pick<AdapterDescription, 'method' | 'options'> & OpenContext,
) {
  return (await tunings.load(method)).open(model, options, { tokens, owner, tiesTables });
}
