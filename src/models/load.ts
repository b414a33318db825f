import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError, type Problem } from '../base/errors.ts';
import { readJson } from '../files/json.ts';
import type { Module, Parameter } from '../nn/index.ts';
import { isFloating, noGrad, scope, type DType, type Tensor } from '../tensor/index.ts';
import type { Architecture, HeadPlan, Task } from './architecture.ts';
import { CheckpointFiles } from './checkpoint-files.ts';
import type { RawConfig } from './config.ts';
import { heads } from './heads/index.ts';
import { architectures } from './index.ts';
import { initialise } from './initialise.ts';
import { Model } from './model.ts';

export interface ModelOptions {
  /** What the model is to do; by default what the checkpoint was saved for. */
  task?: Task;
  /** Type of weights and activations; `stored` keeps the checkpoint's. */
  dtype?: DType | 'stored';
  device?: string;
  /** Class names of a sequence head; by default the checkpoint's. */
  labels?: readonly string[];
  /** Keys the values of a new head. */
  seed?: number;
}

export interface LoadedModel {
  model: Model;
  /** Parameters that the checkpoint did not have and that were initialised: a new head. */
  initialised: readonly string[];
  /** Tensors of the checkpoint that this model has no place for. */
  unused: readonly string[];
}

/** Loads a Hugging Face folder. Weights are mapped from the file and copied only where their type changes. */
export async function loadModel(folder: string, options: ModelOptions = {}): Promise<LoadedModel> {
  const raw = readConfig(folder);
  using files = new CheckpointFiles(folder);
  const { model, plan } = await skeleton(raw, options);
  const dtype = options.dtype ?? 'stored';
  const loaded = noGrad(() => scope(() => fill(model, files, dtype)));
  const isFresh = (path: string) => !path.startsWith(`${model.architecture.prefix}.`);
  const missing = loaded.missing.filter((path) => !isFresh(path));
  if (missing.length > 0) throw missingTensors(folder, missing);
  model.dtype = dtype === 'stored' ? storedType(model) : dtype;
  model.device = options.device ?? 'cpu';
  const deviation = typeof raw.initializer_range === 'number' ? raw.initializer_range : 0.02;
  const initialised = initialise(model.modules(), { seed: options.seed ?? 0, deviation, dtype: model.dtype, device: model.device });
  if (initialised.length > 0) model.config = { ...raw, architectures: [plan.className], ...labelConfig(options.labels) };
  return { model, initialised, unused: loaded.unused };
}

/** A model of the given configuration with new weights, for pre-training. */
export async function createModel(raw: RawConfig, options: ModelOptions & { dtype: DType; seed: number }): Promise<Model> {
  const { model, plan } = await skeleton(raw, options);
  model.dtype = options.dtype;
  model.device = options.device ?? 'cpu';
  const deviation = typeof raw.initializer_range === 'number' ? raw.initializer_range : 0.02;
  initialise(model.modules(), { seed: options.seed, deviation, dtype: options.dtype, device: model.device });
  model.config = { ...raw, architectures: [plan.className], ...labelConfig(options.labels) };
  return model;
}

/** The model's modules on `meta`: shapes without memory. */
export async function skeleton(raw: RawConfig, options: ModelOptions): Promise<{ model: Model; plan: HeadPlan }> {
  const architecture = await architectures.load(String(raw.model_type));
  const { task, plan } = chooseTask(architecture, raw, options.task);
  const trunk = architecture.build(raw);
  const kind = await heads.load(plan.head);
  const head = kind.create({ trunk, options: plan.options, labels: options.labels ?? labelsOf(raw) });
  return { model: new Model({ architecture, task, plan, trunk, head, config: raw }), plan };
}

export function readConfig(folder: string): RawConfig {
  const path = join(folder, 'config.json');
  if (!existsSync(path)) {
    throw new AttuneError('E_CONFIG_MISSING', {
      what: `${folder} is not a model folder`,
      got: existsSync(folder) ? 'a folder without config.json' : 'no such folder',
      expected: 'a Hugging Face folder: config.json, safetensors, tokenizer.json',
    });
  }
  return readJson<RawConfig>(path);
}

function chooseTask(architecture: Architecture, raw: RawConfig, wanted: Task | undefined): { task: Task; plan: HeadPlan } {
  const plans = Object.entries(architecture.heads(raw)) as [Task, HeadPlan][];
  const saved = Array.isArray(raw.architectures) ? (raw.architectures as unknown[]) : [];
  const found =
    wanted === undefined
      ? (plans.find(([, plan]) => saved.includes(plan.className)) ?? plans[0])
      : plans.find(([task]) => task === wanted);
  if (found !== undefined) return { task: found[0], plan: found[1] };
  throw new AttuneError('E_TASK_UNSUPPORTED', {
    what: `A ${architecture.modelType} model has no head for the task ${wanted}`,
    expected: `one of ${plans.map(([task]) => task).join(', ')}`,
    fix: 'choose another objective, or another base model',
  });
}

function labelsOf(raw: RawConfig): string[] {
  const table = raw.id2label;
  if (typeof table === 'object' && table !== null) return Object.values(table as Record<string, string>);
  const count = typeof raw.num_labels === 'number' ? raw.num_labels : 2;
  return Array.from({ length: count }, (_, i) => `LABEL_${i}`);
}

function labelConfig(labels: readonly string[] | undefined): Record<string, unknown> {
  if (labels === undefined) return {};
  return {
    id2label: Object.fromEntries(labels.map((label, i) => [String(i), label])),
    label2id: Object.fromEntries(labels.map((label, i) => [label, i])),
    num_labels: undefined,
  };
}

/** Gives every parameter that the checkpoint knows its tensor; all wrong shapes are reported at once. */
function fill(model: Model, files: CheckpointFiles, dtype: DType | 'stored'): { missing: string[]; unused: string[] } {
  const unused = new Set(files.names);
  const missing: string[] = [];
  const problems: Problem[] = [];
  for (const [path, parameter] of (model as Module).parameters()) {
    const name = storedName(model, files, path);
    if (name === undefined) {
      missing.push(path);
      continue;
    }
    unused.delete(name);
    const problem = assign(parameter, files.get(name), dtype);
    if (problem !== undefined) problems.push({ field: name, message: problem });
  }
  if (problems.length === 0) return { missing, unused: [...unused] };
  throw new AttuneError('E_WEIGHT_SHAPE', {
    what: `${problems.length} tensors of ${files.folder} do not have the shape that its config.json gives them`,
    problems,
    fix: 'config.json and weights belong to different models: fetch both again',
  });
}

/** The name under which a checkpoint holds a parameter: with or without the trunk's name. */
function storedName(model: Model, files: CheckpointFiles, path: string): string | undefined {
  if (files.has(path)) return path;
  const { prefix } = model.architecture;
  const bare = path.startsWith(`${prefix}.`) ? path.slice(prefix.length + 1) : undefined;
  if (bare === undefined || !files.has(bare)) return undefined;
  model.isBare = true;
  return bare;
}

function assign(parameter: Parameter, stored: Tensor, dtype: DType | 'stored'): string | undefined {
  if (stored.shape.join() !== parameter.shape.join()) {
    return `has the shape [${stored.shape.join(', ')}], not [${parameter.shape.join(', ')}]`;
  }
  parameter.assign(dtype === 'stored' || !isFloating(stored.dtype) ? stored : stored.to(dtype));
  return undefined;
}

function storedType(model: Model): DType {
  for (const [, parameter] of model.parameters()) if (parameter.tensor.device !== 'meta') return parameter.tensor.dtype;
  return 'f32';
}

function missingTensors(folder: string, missing: readonly string[]): AttuneError {
  return new AttuneError('E_TENSORS_MISSING', {
    what: `The checkpoint in ${folder} lacks ${missing.length} tensors of its trunk`,
    problems: missing.map((field) => ({ field, message: 'not in the file' })),
    fix: 'the files belong to another model, or were cut off: fetch them again',
  });
}
