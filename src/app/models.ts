import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { readAdapterConfig } from '../methods/tunings/adapter-config.ts';
import { storedParameters } from '../models/base-facts.ts';
import { weightFiles } from '../models/checkpoint-files.ts';
import { readJson } from '../files/json.ts';
import { cheapModelNames, isCheapFolder } from '../answering/baselines/cheap-names.ts';
import { isPromptedFolder, readPrompting } from '../answering/prompting/kept-prompting.ts';
import { architectures } from '../models/index.ts';
import { quantisationOf } from '../models/quantised/quantisation-config.ts';
import { quantisations } from '../models/quantised/index.ts';
import { readConfig, readWholeConfig } from '../models/load-model.ts';
import { leftOut } from '../models/text-part.ts';
import { hasTokenizer } from '../models/text/index.ts';
import { withIndex } from '../store/index-database.ts';
import { listModels, type ModelRecord } from '../store/model-records.ts';
import {
  aliasesOf,
  registeredModels,
  rolloutsOf,
  withRegistry,
  type Registry,
  type Rollout,
} from '../store/registry/index.ts';
import { readSafetensorsHeader } from '../engine/tensor/safetensors.ts';
import { runJob, type JobResult } from '../jobs/worker/index.ts';
import { unknownModel } from './unknown-model.ts';
import { adapterWeights, isAdapterFolder, modelFolder, OWN_BASE } from '../answering/model/base-model.ts';
import { resultFolder } from '../answering/model/result-folder.ts';

export interface KnownModels {
  /** The model shipped with attune; undefined if the package was built without it. */
  own?: { name: string; folder: string };
  /** Bases that were imported, fetched or trained from, and models that runs produced, newest first. */
  models: ModelRecord[];
  /** Names in the registry. */
  registered: readonly RegisteredModel[];
  /** Values of `model_type` that can be loaded. */
  modelTypes: readonly string[];
}

/** A name in the registry, and the versions behind it. */
export interface RegisteredModel {
  name: string;
  champion?: number;
  challenger?: number;
  /** The rollout in progress. */
  trial?: Rollout;
}

export async function findModels(): Promise<KnownModels> {
  const models = await withIndex(listModels);
  const folder = modelFolder(OWN_BASE);
  const own = existsSync(folder) ? { own: { name: OWN_BASE, folder } } : {};
  return {
    ...own,
    models: models.filter(({ id }) => id !== OWN_BASE && !cheapModelNames.includes(id)),
    registered: await withRegistry(async (registry) =>
      Promise.all((await registeredModels(registry)).map(({ name }) => registeredModel(registry, name))),
    ),
    modelTypes: architectures.names,
  };
}

async function registeredModel(registry: Registry, name: string): Promise<RegisteredModel> {
  const [{ champion, challenger }, rollouts] = await Promise.all([
    aliasesOf(registry, name) as Promise<Partial<Record<string, number>>>,
    rolloutsOf(registry, name),
  ]);
  return { name, champion, challenger, trial: rollouts.find(({ endedAt }) => endedAt === undefined) };
}

/** Facts from a model's files, without reading weights. */
export interface ModelDetails {
  kind: 'model' | 'adapter';
  folder: string;
  modelType?: string;
  parameters: number;
  bytes: number;
  /** Types of the stored tensors. */
  dtypes: string[];
  layers?: number;
  vocabulary?: number;
  maxLength?: number;
  /** Tasks that it can be tuned for. */
  tasks: string[];
  /** Its inputs: text, images, recordings. */
  reads?: readonly string[];
  /** Layers that LoRA on `all-linear` tunes. */
  adapted?: JobResult<'describe'>['adapted'];
  /** Description of the parts of the checkpoint that are not used. */
  leftOut?: string;
  /** Quantisation of its weights by `quant_method`, and whether attune dequantises them when loading. */
  quantisation?: { method: string; isRead: boolean };
  hasTokenizer: boolean;
  hasChatTemplate: boolean;
  /** For adapters: the base model and the options. */
  adapter?: { base?: string; method: string; options: Record<string, unknown> };
}

/**
 * Describes a run's result, an adapter, a model folder or a known name, checking its files as far as possible without
 * loading them.
 * @throws AttuneError E_MODEL_MISSING, E_WEIGHTS_MISSING, E_PICKLE_WEIGHTS, E_SAFETENSORS_…, E_UNKNOWN_MODEL_TYPE
 */
export async function showModel(target: string): Promise<ModelDetails> {
  const folder = resultFolder(target);
  if (isCheapFolder(folder)) throw noNetwork(target, 'a cheap system');
  if (isPromptedFolder(folder)) throw noNetwork(target, `${readPrompting(folder).title}`);
  const isAdapter = isAdapterFolder(folder);
  const files = isAdapter ? [adapterWeights(folder)] : weightFiles(folder);
  return {
    kind: isAdapter ? 'adapter' : 'model',
    folder: resolve(folder),
    ...countWeights(files),
    ...(isAdapter ? await describeAdapter(folder) : await describeArchitecture(folder)),
    hasTokenizer: hasTokenizer(folder),
    hasChatTemplate: existsSync(join(folder, 'chat_template.jinja')) || hasTemplateInConfig(folder),
  };
}

function noNetwork(target: string, made: string): AttuneError {
  return new AttuneError('E_TASK_UNSUPPORTED', {
    what: `${target} is ${made}, not a network: it has no layers or tokens to show`,
    fix: `its README.md describes it; to evaluate it: attune eval ${target}`,
  });
}

function countWeights(files: readonly string[]): Pick<ModelDetails, 'parameters' | 'bytes' | 'dtypes'> {
  const entries = files.flatMap((file) => readSafetensorsHeader(file).entries);
  return {
    parameters: storedParameters(files),
    bytes: entries.reduce((sum, { begin, end }) => sum + end - begin, 0),
    dtypes: [...new Set(entries.map(({ dtype }) => dtype))],
  };
}

async function describeArchitecture(folder: string) {
  const raw = readConfig(folder);
  const modelType = String(raw.model_type);
  if (!architectures.has(modelType)) throw await unknownModel(folder, raw);
  const architecture = await architectures.load(modelType);
  const { vocabularySize, maxPositions } = architecture.limits(raw);
  const layers = typeof raw.num_hidden_layers === 'number' ? { layers: raw.num_hidden_layers } : {};
  const tasks = Object.keys(architecture.heads(raw));
  const { modalities: reads = ['text'] } = architecture;
  const { adapted, parameters } = await runJob({ job: 'describe', input: { config: raw } });
  const method = quantisationOf(raw)?.method;
  // Packed tensors do not reveal the number of parameters.
  const stored = method !== undefined && { parameters, quantisation: { method, isRead: quantisations.has(method) } };
  return {
    modelType,
    tasks,
    reads,
    vocabulary: vocabularySize,
    maxLength: maxPositions,
    ...layers,
    leftOut: leftOut(readWholeConfig(folder)),
    adapted,
    ...stored,
  };
}

async function describeAdapter(folder: string): Promise<Pick<ModelDetails, 'adapter' | 'tasks'>> {
  const { method, baseModel, options, task } = await readAdapterConfig(folder);
  const tasks = task === undefined ? [] : [task];
  return { tasks, adapter: { base: baseModel, method, options: { ...options } } };
}

/** Older tokenizers store the template in their configuration. */
function hasTemplateInConfig(folder: string): boolean {
  const file = join(folder, 'tokenizer_config.json');
  return existsSync(file) && readJson<{ chat_template?: unknown }>(file).chat_template !== undefined;
}
