import { plural } from '../base/format.ts';
import { capitalised, withArticle } from '../base/articles.ts';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError, type Problem } from '../base/errors.ts';
import { readJson } from '../files/json.ts';
import type { Module, Parameter } from '../nn/index.ts';
import { cat, isFloating, noGrad, scope, zeros, type DType, type Tensor } from '../tensor/index.ts';
import { rootOf, TEXT_ENCODER, type Architecture, type HeadPlan, type Task } from './architecture.ts';
import { CheckpointFiles } from './checkpoint-files.ts';
import type { RawConfig } from './config.ts';
import type { EmbeddingOptions } from './heads/embedding.ts';
import type { ProblemType } from './heads/head.ts';
import { heads } from './heads/index.ts';
import { architectures } from './index.ts';
import { initialise } from './initialise.ts';
import { isClassifierOf, labelConfig, labelsOf, problemTypeOf } from './labels.ts';
import { Model } from './model.ts';
import { readSentenceFiles, type SentenceFiles } from './sentence-folder.ts';

export interface ModelOptions {
  /** What the model is to do; by default what the checkpoint was saved for. */
  task?: Task;
  /** Type of weights and activations; `stored` keeps the checkpoint's. */
  dtype?: DType | 'stored';
  device?: string;
  /** Class names of a sequence or token head; by default the checkpoint's. */
  labels?: readonly string[];
  /** What the scores of a sequence head mean; by default what the checkpoint says. */
  problemType?: ProblemType;
  /** Another vocabulary of letters than the checkpoint's, for a head that reads speech: that head is then new. */
  letters?: { count: number; blank: number };
  /** How an embedding head makes a row's vector, where it is not to be as the checkpoint says. */
  embedding?: Partial<EmbeddingOptions>;
  /** Keys the values of a new head. */
  seed?: number;
  /** Rows that the token tables need; those beyond the checkpoint's are zero until they are given values. */
  vocabularySize?: number;
}

export interface LoadedModel {
  model: Model;
  /** Parameters that the checkpoint did not have and that were initialised: a new head. */
  initialised: readonly string[];
  /** Tensors of the checkpoint that this model has no place for. */
  unused: readonly string[];
}

/**
 * Loads a Hugging Face folder, or one of sentence-transformers. Weights are mapped from the file and copied only where
 * their type changes.
 */
export async function loadModel(folder: string, wanted: ModelOptions = {}): Promise<LoadedModel> {
  const stored = withLetters(readConfig(folder), wanted.letters);
  const sentence = forVectors(folder, wanted);
  const options =
    sentence === undefined ? wanted : { ...wanted, task: 'embedding' as const, embedding: sentence.embedding };
  const { raw, grown } = await withVocabulary(stored, options.vocabularySize);
  using files = new CheckpointFiles(folder);
  const { model, plan } = await skeleton(raw, options, files);
  try {
    model.sentence = sentence;
    return finish(model, files, { raw, plan, options, grown });
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** What a folder says of its vectors, where it is for vectors and nothing else is wanted. */
function forVectors(folder: string, { task, embedding }: ModelOptions): SentenceFiles | undefined {
  if (task !== undefined && task !== 'embedding') return undefined;
  const files = readSentenceFiles(folder);
  return files && { ...files, embedding: { ...files.embedding, ...embedding } };
}

function withLetters(raw: RawConfig, letters: ModelOptions['letters']): RawConfig {
  return letters === undefined ? raw : { ...raw, vocab_size: letters.count, pad_token_id: letters.blank };
}

/** How many rows a checkpoint's token tables have, and how many they are to have. */
interface Growth {
  from: number;
  to: number;
}

/** The configuration of a model with more tokens than its checkpoint has; its own where that has enough. */
async function withVocabulary(raw: RawConfig, wanted = 0): Promise<{ raw: RawConfig; grown?: Growth }> {
  const architecture = await architectures.load(String(raw.model_type));
  const { vocabularySize: from } = architecture.limits(raw);
  if (wanted <= from) return { raw };
  const larger = architecture.withVocabulary?.(raw, wanted) ?? { ...raw, vocab_size: wanted };
  return { raw: larger, grown: { from, to: wanted } };
}

/** Fills a skeleton from its checkpoint, and with new values where that may lack some. */
function finish(
  model: Model,
  files: CheckpointFiles,
  { raw, plan, options, grown }: { raw: RawConfig; plan: HeadPlan; options: ModelOptions; grown?: Growth },
): LoadedModel {
  const { dtype = 'stored', device = 'cpu', labels, letters, seed = 0 } = options;
  const newHead = letters !== undefined || (labels !== undefined && !isClassifierOf(labels, raw));
  const loaded = noGrad(() => scope(() => fill(model, files, { dtype, device, grown, newHead })));
  const missing = loaded.missing.filter((path) => !mayBeNew(model, path));
  if (missing.length > 0) throw missingTensors(files.folder, missing);
  // A trunk's own checkpoint knows no prefix; with a head of its own the result needs one to be found.
  if (![...model.head.parameters()].length) model.isBare = plan.isBare ?? loaded.isBare;
  model.dtype = dtype === 'stored' ? storedType(model, loaded.missing) : dtype;
  model.device = device;
  const only = new Set(loaded.missing);
  initialise(model.modules(), { seed, deviation: deviationOf(raw), dtype: model.dtype, device, only });
  const isOther = Array.isArray(raw.architectures) && !raw.architectures.includes(plan.className);
  if (only.size > 0 || isOther) model.config = { ...raw, architectures: [plan.className] };
  model.config = { ...model.config, ...chosenConfig(options) };
  return { model, initialised: loaded.missing, unused: loaded.unused };
}

/** A model of the given configuration with new weights, for pre-training. */
export async function createModel(
  raw: RawConfig,
  options: ModelOptions & { dtype: DType; seed: number },
): Promise<Model> {
  const { model, plan } = await skeleton(raw, options);
  model.dtype = options.dtype;
  model.device = options.device ?? 'cpu';
  const deviation = deviationOf(raw);
  initialise(model.modules(), { seed: options.seed, deviation, dtype: options.dtype, device: model.device });
  model.isBare = plan.isBare ?? false;
  model.config = { ...raw, architectures: [plan.className], ...chosenConfig(options) };
  return model;
}

/** What the caller chose, as config.json has it. */
function chosenConfig({ labels, problemType }: ModelOptions): Record<string, unknown> {
  return {
    ...(labels !== undefined && labelConfig(labels)),
    ...(problemType !== undefined && { problem_type: problemType }),
  };
}

/** The model's modules on `meta`: shapes without memory. What a checkpoint holds may decide on optional parts. */
export async function skeleton(
  raw: RawConfig,
  options: ModelOptions,
  checkpoint?: { has(name: string): boolean },
): Promise<{ model: Model; plan: HeadPlan }> {
  const architecture = await architectures.load(String(raw.model_type));
  const { task, plan } = chooseTask(architecture, raw, options.task);
  const has = (path: string) => checkpoint?.has(rootOf(architecture) + path) === true || checkpoint?.has(path) === true;
  const trunk = architecture.build(raw, { task, has, textEncoder: await textEncoderOf(architecture, raw, checkpoint) });
  const kind = await heads.load(plan.head);
  const labels = options.labels ?? labelsOf(raw);
  const problemType = options.problemType ?? problemTypeOf(raw, labels);
  const head = kind.create({ trunk, options: { ...plan.options, ...options.embedding }, labels, problemType });
  return { model: new Model({ architecture, task, plan, trunk, head, config: raw }), plan };
}

/** The model inside another that reads texts, on `meta` like the rest. */
async function textEncoderOf(
  architecture: Architecture,
  raw: RawConfig,
  checkpoint?: { has(name: string): boolean },
): Promise<Model | undefined> {
  const plan = architecture.textEncoder?.(raw);
  if (plan === undefined) return undefined;
  const has = (name: string) => checkpoint?.has(`${rootOf(architecture)}${TEXT_ENCODER}.${name}`) === true;
  return (await skeleton(plan.config, { task: 'embedding', embedding: plan.embedding }, { has })).model;
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

function chooseTask(
  architecture: Architecture,
  raw: RawConfig,
  wanted: Task | undefined,
): { task: Task; plan: HeadPlan } {
  const plans = Object.entries(architecture.heads(raw)) as [Task, HeadPlan][];
  const saved = Array.isArray(raw.architectures) ? (raw.architectures as unknown[]) : [];
  const found =
    wanted === undefined
      ? (plans.find(([, plan]) => saved.includes(plan.className)) ?? plans[0])
      : plans.find(([task]) => task === wanted);
  if (found !== undefined) return { task: found[0], plan: found[1] };
  throw new AttuneError('E_TASK_UNSUPPORTED', {
    what: `${capitalised(withArticle(architecture.modelType))} model has no head for the task ${wanted}`,
    expected: `one of ${plans.map(([task]) => task).join(', ')}`,
    fix: 'choose another objective, or another base model',
  });
}

function deviationOf(raw: RawConfig): number {
  const value = raw.initializer_range ?? raw.init_std;
  return typeof value === 'number' ? value : 0.02;
}

/** Whether a checkpoint may lack a parameter: a head's, or one of a part that only some tasks have. */
function mayBeNew(model: Model, path: string): boolean {
  const { root, trunk } = model;
  return model.isOfHead(path) || (trunk.optional ?? []).some((part) => `${path}.`.startsWith(`${root}${part}.`));
}

interface Filled {
  missing: string[];
  unused: string[];
  /** The checkpoint leaves the trunk's name out of the paths. */
  isBare: boolean;
}

interface FillOptions {
  dtype: DType | 'stored';
  device: string;
  newHead: boolean;
  grown?: Growth;
}

/** Gives every parameter that the checkpoint knows its tensor; all wrong shapes are reported at once. */
function fill(model: Model, files: CheckpointFiles, options: FillOptions): Filled {
  const unused = new Set(files.names);
  const missing: string[] = [];
  const problems: Problem[] = [];
  const root = rootOf(model.architecture);
  let isBare = false;
  for (const [path, parameter] of (model as Module).parameters()) {
    const name = namesOf(model, path).find((candidate) => files.has(candidate));
    const isTrunk = !model.isOfHead(path);
    // Other classes than the checkpoint's need another classifier.
    if (name === undefined || (options.newHead && !isTrunk)) {
      missing.push(path);
      continue;
    }
    unused.delete(name);
    isBare ||= isTrunk && !name.startsWith(root);
    const problem = assign(parameter, files.get(name), options);
    if (problem !== undefined) problems.push({ field: name, message: problem });
  }
  if (problems.length === 0) return { missing, unused: [...unused], isBare };
  throw new AttuneError('E_WEIGHT_SHAPE', {
    what: `${plural(problems.length, 'tensors')} of ${files.folder} in another shape than its config.json gives`,
    problems,
    fix: 'config.json and weights belong to different models: fetch both again',
  });
}

/** The names under which a checkpoint may hold a parameter: with or without the trunk's, or an older one. */
function namesOf(model: Model, path: string): string[] {
  const { architecture } = model;
  const root = rootOf(architecture);
  const full = model.isOfHead(path) ? path : root + path.slice(model.root.length);
  return [full, ...(architecture.formerNames?.(full) ?? [])].flatMap((name) =>
    root !== '' && name.startsWith(root) ? [name, name.slice(root.length)] : [name],
  );
}

function isOfShape(stored: Tensor, parameter: Parameter): boolean {
  return stored.shape.join() === parameter.shape.join();
}

function assign(parameter: Parameter, file: Tensor, { dtype, device, grown }: FillOptions): string | undefined {
  const stored = grown === undefined ? file : grow(file, parameter, grown);
  if (!isOfShape(stored, parameter)) {
    return `has the shape [${stored.shape.join(', ')}], not [${parameter.shape.join(', ')}]`;
  }
  const cast = dtype === 'stored' || !isFloating(stored.dtype) ? stored : stored.to(dtype);
  parameter.assign(cast.toDevice(device));
  return undefined;
}

/** A token table with rows of zeros for the tokens that the checkpoint does not have; a bias gets its mean for them. */
function grow(stored: Tensor, parameter: Parameter, { from, to }: Growth): Tensor {
  const [[rows, ...rest], [wanted, ...width]] = [stored.shape, parameter.shape];
  if (rows !== from || wanted !== to || rest.join() !== width.join()) return stored;
  const added = zeros([to - from, ...rest], { dtype: stored.dtype });
  return cat([stored, rest.length === 0 ? added.add(stored.mean()) : added]);
}

function storedType(model: Model, missing: readonly string[]): DType {
  for (const [path, parameter] of model.parameters()) if (!missing.includes(path)) return parameter.tensor.dtype;
  return 'f32';
}

function missingTensors(folder: string, missing: readonly string[]): AttuneError {
  return new AttuneError('E_TENSORS_MISSING', {
    what: `The checkpoint in ${folder} lacks ${plural(missing.length, 'tensors')} of its trunk`,
    problems: missing.map((field) => ({ field, message: 'not in the file' })),
    fix: 'the files belong to another model, or were cut off: fetch them again',
  });
}
