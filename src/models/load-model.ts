import { plural } from '../base/format.ts';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError, type Problem } from '../base/errors.ts';
import { readJsonObject } from '../files/json-object.ts';
import { ModuleBuffer, type Module, type Parameter } from '../engine/nn/index.ts';
import { currentDevice, isFloating, noGrad, scope, type DType, type Tensor } from '../engine/tensor/index.ts';
import { rootOf, type HeadPlan } from './architecture.ts';
import type { RawConfig } from './raw-config.ts';
import { architectures } from './index.ts';
import { grow, type Growth } from './grown-table.ts';
import { initialise } from './initialise.ts';
import { keptParameters } from './kept-weights.ts';
import { isClassifierOf, labelConfig } from './labels.ts';
import type { Model } from './model.ts';
import { withoutQuantisation } from './quantised/quantisation-config.ts';
import { openWeights, type Weights } from './quantised/open-weights.ts';
import { withDense } from './sentence-dense.ts';
import { readSentenceFiles, sentenceTask, type SentenceFiles } from './sentence-folder.ts';
import { chooseTask, namesOf, skeleton, type KeepWeight, type ModelOptions } from './skeleton.ts';
import { textPart } from './text-part.ts';
import { isEqual, isRecent, refuseUnplaced } from './unplaced.ts';

export interface LoadedModel {
  model: Model;
  /** Parameters missing from the checkpoint and newly initialised, such as a new head. */
  initialised: readonly string[];
  /** Tensors of the checkpoint that the model does not use. */
  unused: readonly string[];
}

/**
 * Loads a Hugging Face or sentence-transformers folder. Weights are memory-mapped, and copied only to change their
 * type.
 */
export async function loadModel(folder: string, wanted: ModelOptions = {}): Promise<LoadedModel> {
  const config = readConfig(folder);
  const stored = withLetters(withoutQuantisation(config), wanted.letters);
  const sentence = forVectors(folder, wanted);
  const { task = sentenceTask(config) } = wanted;
  const options = sentence === undefined ? wanted : { ...wanted, task, embedding: sentence.embedding };
  using files = withDense(await openWeights(folder, config), folder, sentence?.densePaths);
  const { raw, grown } = await withVocabulary(await withOwnHead(stored, files, options), options.vocabularySize);
  const { model, plan } = await skeleton(raw, options, files);
  try {
    model.sentence = sentence;
    const loaded = finish(model, files, { raw, plan, options, grown });
    await refuseUnplaced(loaded, files);
    return loaded;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** A sentence-transformers folder's settings, if the model is loaded for embeddings. */
function forVectors(folder: string, { task, embedding }: ModelOptions): SentenceFiles | undefined {
  if (task !== undefined && task !== 'embedding' && task !== 'decision') return undefined;
  const files = readSentenceFiles(folder);
  return files && { ...files, embedding: { ...files.embedding, ...embedding } };
}

function withLetters(raw: RawConfig, letters: ModelOptions['letters']): RawConfig {
  return letters === undefined ? raw : { ...raw, vocab_size: letters.count, pad_token_id: letters.blank };
}

/**
 * A stored head that differs from the token table is untied, whatever config.json says: transformers 5 marks every T5
 * as tied. Checkpoints of earlier versions tie it to the table.
 */
async function withOwnHead(raw: RawConfig, files: Weights, options: ModelOptions): Promise<RawConfig> {
  if (!isRecent(raw) && typeof raw.scale_decoder_outputs !== 'boolean') return raw;
  const architecture = await architectures.load(String(raw.model_type));
  const { name, tied } = chooseTask(architecture, raw, options.task).plan.options;
  const head = `${String(name)}.weight`;
  if (tied !== true || !files.has(head)) return raw;
  const { model } = await skeleton(raw, options, files);
  const table = [...model.parameters()].find(([, parameter]) => parameter === model.trunk.tokenTable?.weight);
  const stored = namesOf(model, table?.[0] ?? head).find((candidate) => files.has(candidate));
  if (stored === undefined || scope(() => isEqual(files.get(stored), files.get(head)))) return raw;
  return architecture.withOwnHead?.(raw) ?? { ...raw, tie_word_embeddings: false };
}

/** The configuration, enlarged if more tokens are wanted than the checkpoint has. */
async function withVocabulary(raw: RawConfig, wanted = 0): Promise<{ raw: RawConfig; grown?: Growth }> {
  const architecture = await architectures.load(String(raw.model_type));
  const { vocabularySize: known } = architecture.limits(raw);
  if (wanted <= known) return { raw };
  const larger = architecture.withVocabulary?.(raw, wanted) ?? { ...raw, vocab_size: wanted };
  return { raw: larger, grown: { from: [known, ...(architecture.otherTableRows?.(raw) ?? [])], to: wanted } };
}

/** Fills a skeleton from a checkpoint, and initialises parameters that the checkpoint may lack. */
function finish(
  model: Model,
  files: Weights,
  { raw, plan, options, grown }: { raw: RawConfig; plan: HeadPlan; options: ModelOptions; grown?: Growth },
): LoadedModel {
  const { dtype = 'stored', device = currentDevice(), labels, letters, keepsHead, seed = 0, keep } = options;
  const newHead = letters !== undefined || (labels !== undefined && !isClassifierOf(labels, raw));
  const replaced = newHead ? (keepsHead === true ? 'unfitting' : 'whole') : undefined;
  const loaded = noGrad(() => scope(() => fill(model, files, { dtype, device, grown, replaced, keep })));
  const missing = loaded.missing.filter((path) => !mayBeNew(model, path, raw));
  if (missing.length > 0) throw missingTensors(files.folder, missing);
  // A bare trunk's checkpoint has no prefix. With a new head, the saved model needs one.
  if (plan.isBare === true || ![...model.head.parameters()].length) model.isBare = plan.isBare ?? loaded.isBare;
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
  model.device = options.device ?? currentDevice();
  const deviation = deviationOf(raw);
  initialise(model.modules(), { seed: options.seed, deviation, dtype: options.dtype, device: model.device });
  model.isBare = plan.isBare ?? false;
  model.config = { ...raw, architectures: [plan.className], ...chosenConfig(options) };
  return model;
}

/** The caller's choices, as config.json keys. */
function chosenConfig({ labels, problemType }: ModelOptions): Record<string, unknown> {
  return {
    ...(labels !== undefined && labelConfig(labels)),
    ...(problemType !== undefined && { problem_type: problemType }),
  };
}

/** A folder's config.json; for a vision model of which only the text model is used, the text model's part. */
export function readConfig(folder: string): RawConfig {
  return textPart(readWholeConfig(folder));
}

/** A folder's config.json, unchanged. @throws AttuneError E_CONFIG_MISSING */
export function readWholeConfig(folder: string): RawConfig {
  const path = join(folder, 'config.json');
  if (!existsSync(path)) {
    throw new AttuneError('E_CONFIG_MISSING', {
      what: `${folder} is not a model folder`,
      got: existsSync(folder) ? 'a folder without config.json' : 'no such folder',
      expected: 'a Hugging Face folder: config.json, safetensors, tokenizer.json',
      ...(existsSync(join(folder, 'rl_agent_config.json')) && {
        fix: `it is a Laya folder: attune models import ${folder} --output NEW_FOLDER`,
      }),
    });
  }
  const raw = readJsonObject(path);
  // Old AutoGPTQ folders keep the quantisation settings in a file of their own.
  const older = join(folder, 'quantize_config.json');
  if (raw.quantization_config !== undefined || !existsSync(older)) return raw;
  return { ...raw, quantization_config: { quant_method: 'gptq', ...readJsonObject(older) } };
}

function deviationOf(raw: RawConfig): number {
  const value = raw.initializer_range ?? raw.init_std;
  return typeof value === 'number' ? value : 0.02;
}

/** Whether a checkpoint may lack a parameter: part of an optional part, or of a head unless it is a language model's. */
function mayBeNew(model: Model, path: string, { architectures: saved }: RawConfig): boolean {
  const { root, trunk, plan } = model;
  if (!model.isOfHead(path)) return (trunk.optional ?? []).some((part) => `${path}.`.startsWith(`${root}${part}.`));
  const isGenerator = plan.head === 'causal-lm' || plan.head === 'seq2seq';
  return !(isGenerator && path.endsWith('.weight') && Array.isArray(saved) && saved.includes(plan.className));
}

interface Filled {
  missing: string[];
  unused: string[];
  /** The checkpoint's paths lack the trunk's prefix. */
  isBare: boolean;
}

interface FillOptions {
  dtype: DType | 'stored';
  device: string;
  /** How much of the checkpoint's head to replace. */
  replaced?: 'whole' | 'unfitting';
  grown?: Growth;
  keep?: KeepWeight;
}

/** Assigns the checkpoint's tensors to the parameters; all mismatches are reported together. */
function fill(model: Model, files: Weights, options: FillOptions): Filled {
  const unused = new Set(files.names);
  const missing: string[] = [];
  const problems: Problem[] = [];
  const root = rootOf(model.architecture);
  const kept = keptParameters(model, options.keep);
  let isBare = false;
  for (const [path, parameter] of (model as Module).parameters()) {
    const name = namesOf(model, path).find((candidate) => files.has(candidate));
    const isTrunk = !model.isOfHead(path);
    // A classifier for other classes is initialised instead.
    if (name === undefined || (!isTrunk && isReplaced(parameter, files.get(name), options))) {
      missing.push(path);
      continue;
    }
    unused.delete(name);
    isBare ||= isTrunk && !name.startsWith(root);
    const quantise = kept.get(parameter);
    const problem = quantise
      ? keepWeight(parameter, files, {
          name,
          path: path.slice(0, path.lastIndexOf('.')),
          kind: options.keep!.kind,
          quantise,
          device: options.device,
        })
      : assign(parameter, files.get(name), options);
    if (problem !== undefined) problems.push({ field: name, message: problem });
  }
  if (problems.length === 0) return { missing, unused: [...unused], isBare };
  throw new AttuneError('E_WEIGHT_SHAPE', {
    what: `config.json contradicts the shape or type of ${plural(problems.length, 'tensors')} in ${files.folder}`,
    problems,
    fix: 'config.json and the weights belong to different models: fetch both again',
  });
}

function isReplaced(parameter: Parameter, stored: Tensor, { replaced }: FillOptions): boolean {
  return replaced === 'whole' || (replaced === 'unfitting' && !isOfShape(stored, parameter));
}

function isOfShape(stored: Tensor, parameter: Parameter): boolean {
  return stored.shape.join() === parameter.shape.join();
}

/** Weights already packed in the wanted form are used unchanged. */
function keepWeight(
  parameter: Parameter,
  files: Weights,
  {
    name,
    path,
    kind,
    quantise,
    device,
  }: { name: string; path: string; device: string } & Pick<KeepWeight, 'kind' | 'quantise'>,
): string | undefined {
  return scope(() => {
    const packed = files.packed?.(name, kind);
    const stored = packed ?? files.get(name);
    if (
      stored.shape.join() !== parameter.shape.join() ||
      (packed === undefined && !isFloating((stored as Tensor).dtype))
    )
      return assign(parameter, files.get(name), { dtype: 'stored', device });
    // Quantised on the checkpoint's device, so that the codes do not depend on the model's.
    const weight = packed ?? quantise(stored as Tensor, path);
    parameter.assign(weight.moveTo(device));
    return undefined;
  });
}

function assign(
  parameter: Parameter,
  file: Tensor,
  { dtype, device, grown }: Pick<FillOptions, 'dtype' | 'device' | 'grown'>,
): string | undefined {
  const stored = grown === undefined ? file : grow(file, parameter, grown);
  if (!isOfShape(stored, parameter)) {
    return `has shape [${stored.shape.join(', ')}], expected [${parameter.shape.join(', ')}]`;
  }
  if (!isFloating(stored.dtype) && !(parameter instanceof ModuleBuffer)) {
    return `holds ${stored.dtype} instead of floating-point numbers: it is quantised, but config.json has no quantization_config`;
  }
  const cast = dtype === 'stored' || !isFloating(stored.dtype) ? stored : stored.to(dtype);
  parameter.assign(cast.toDevice(device));
  return undefined;
}

function storedType(model: Model, missing: readonly string[]): DType {
  for (const [path, parameter] of model.parameters())
    if (!missing.includes(path) && parameter.form === undefined) return parameter.tensor.dtype;
  return 'f32';
}

function missingTensors(folder: string, missing: readonly string[]): AttuneError {
  return new AttuneError('E_TENSORS_MISSING', {
    what: `The checkpoint in ${folder} lacks ${plural(missing.length, 'tensors')} of the model`,
    problems: missing.map((field) => ({ field, message: 'is missing' })),
    fix: 'the files are incomplete or belong to another model: fetch them again',
  });
}
