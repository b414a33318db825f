import { AttuneError } from '../../base/errors.ts';
import { isCheapFolder } from '../baselines/cheap-names.ts';
import { isPromptedFolder, readPrompting, type KeptPrompting } from '../prompting/kept-prompting.ts';
import { openTuning, readAdapterConfig } from '../../methods/tunings/adapter-config.ts';
import { storages, type StorageName } from '../../methods/storages/index.ts';
import { isSaved } from '../../methods/tunings/targets.ts';
import { textReaderOf } from '../../models/items/item-model.ts';
import type { Task } from '../../models/architecture.ts';
import { loadModel } from '../../models/load-model.ts';
import type { KeepWeight, ModelOptions } from '../../models/skeleton.ts';
import type { Model } from '../../models/model.ts';
import { noGrad, SafetensorsFile, scope, type DType } from '../../engine/tensor/index.ts';
import {
  checkTemplate,
  chooseTemplate,
  hasTokenizer,
  Letters,
  TOOLS_TEMPLATE,
  withAnswerSpace,
  withChatTemplate,
  withKnownKwargs,
  type LanguageChoice,
  type Tokenizer,
} from '../../models/text/index.ts';
import type { Answering } from '../tasks/answers/answering.ts';
import type { MediaReader } from '../tasks/rows/prepared-rows.ts';
import type { Tuning } from '../../methods/interfaces.ts';
import { adapterTensors, findSavedTables, placeTables, tiesTables } from './adapter-tables.ts';
import type { Calibration } from '../../scoring/temperatures.ts';
import { readCalibration } from './kept-calibration.ts';
import { baseFolderOf } from './base-folder.ts';
import { adapterWeights, isAdapterFolder } from './base-model.ts';
import { mediaReaderOf, tokenizerOf } from './model-readers.ts';
import { problemTypeIn, withReading } from './output-reading.ts';
import { checkProbe } from './adapter-probe.ts';
import { notedRecipe } from './noted-recipe.ts';
import { readNotes, type ResultNotesFile } from './result-notes.ts';
import { computeType } from './resources.ts';
import { resultFolder } from './result-folder.ts';
import { recordedClasses, refuseNewHead, savedClasses, savedHeads } from './saved-head.ts';

export interface OpenOptions {
  /** Opens the base model without the adapter. */
  base?: boolean;
  /** Opens the base model with its saved head instead of a new one for the run's task. */
  ownTask?: boolean;
  precision?: 'auto' | 'bf16' | 'f16' | 'f32';
  /** Task, for a model that does not declare one. */
  as?: Task;
  /** How it embeds a row, if its folder does not define that. */
  embedding?: ModelOptions['embedding'];
  /** Languages of prompts and answers, for multilingual translation models. */
  languages?: LanguageChoice;
  /** How the base model's weights are stored; by default as when the adapter was trained, otherwise dense. */
  storage?: StorageName;
}

/** Whether a task has no weights of its own, so that a base model can perform it without tuning. */
function isHeadless(task: Task | undefined): boolean {
  return task === 'embedding' || task === 'decision';
}

export interface OpenedModel {
  model: Model;
  tokenizer: Tokenizer;
  /** For models that read images or recordings. */
  media?: MediaReader;
  /** The installed adapter, if any. */
  tuning?: Tuning;
  /** The folder that was opened: the adapter's or the model's. */
  folder: string;
  /** The base model's folder; `folder` itself if there is no adapter. */
  baseFolder: string;
  notes?: ResultNotesFile;
  /** Prompted models: instruction, examples and passages. */
  prompted?: KeptPrompting;
  /** How its weights are stored, if not dense. */
  storage?: StorageName;
  /** Temperatures and thresholds for typed questions. */
  calibration?: Calibration;
  /** How rows are read in the run that produced the model, or whose base it is. */
  reading?: Answering['reading'];
}

/** Opens and validates a target: folder of a run, an adapter or a model, or a known name. */
export async function openModel(target: string, options: OpenOptions = {}): Promise<OpenedModel> {
  const checked = await openChecked(target, options);
  const calibration = options.base === true ? undefined : readCalibration(checked.folder);
  const opened = { reading: readingOf(checked.notes), calibration, ...checked };
  textReaderOf(opened.model.trunk)?.keep();
  const { languages } = options;
  return languages === undefined ? opened : { ...opened, tokenizer: opened.tokenizer.withLanguages(languages) };
}

/** How the run that produced a result read its rows. */
function readingOf(notes: ResultNotesFile | undefined): Answering['reading'] {
  const { max_length, long_rows, truncation_side, max_windows } = notedRecipe(notes)?.data ?? {};
  if (max_length === undefined || long_rows === undefined) return undefined;
  return { max_length, long_rows, truncation_side, max_windows };
}

async function openChecked(target: string, options: OpenOptions): Promise<OpenedModel> {
  const folder = resultFolder(target);
  if (isCheapFolder(folder)) throw cheap(target);
  if (isPromptedFolder(folder)) return openPrompted(folder, options);
  const dtype = computeType(options.precision ?? 'auto');
  const notes = readNotes(folder);
  if (isAdapterFolder(folder)) return openAdapter(folder, { ...options, dtype, notes });
  if (options.base === true && notes !== undefined) {
    const as = isHeadless(notes.task) ? notes.task : undefined;
    const { embedding } = notes;
    const opened = await openModel(notes.base_folder, { ...options, base: false, as, embedding });
    return { ...opened, tokenizer: await asTrained(opened.tokenizer, notes), reading: readingOf(notes) };
  }
  const { embedding } = options;
  const keep = await keepOf(options.storage);
  const { model } = await loadModel(folder, { dtype, task: notes?.task ?? options.as, embedding, keep });
  const tokenizer = await withForm(await loadTokenizer(folder, model.task), notes);
  if (notes !== undefined) check(model, tokenizer, { folder, notes });
  return { model, tokenizer, media: await mediaReaderOf(folder), folder, baseFolder: folder, notes };
}

function cheap(target: string): AttuneError {
  return new AttuneError('E_TASK_UNSUPPORTED', {
    what: `${target} is a cheap system: it has no weights to open, tune or export, and does not generate text`,
    fix: `to predict rows: attune predict ${target} --input rows.csv; to evaluate it: attune eval ${target}`,
  });
}

/** Opens a prompted model; as a base, without its prompting. */
async function openPrompted(folder: string, options: OpenOptions): Promise<OpenedModel> {
  const prompted = readPrompting(folder);
  const notes = readNotes(folder);
  const opened = await openModel(prompted.folder, { ...options, base: false });
  const tokenizer = await withForm(opened.tokenizer, notes);
  return { ...opened, tokenizer, folder, notes, ...(options.base !== true && { prompted }) };
}

interface AdapterRequest extends OpenOptions {
  dtype: DType;
  notes?: ResultNotesFile;
}

async function openAdapter(folder: string, request: AdapterRequest): Promise<OpenedModel> {
  const description = await readAdapterConfig(folder);
  const { notes, dtype } = request;
  const baseFolder = baseFolderOf(notes, description.baseModel, folder);
  const task = notes?.task ?? description.task;
  const weights = adapterWeights(folder);
  const labels = notes === undefined ? await savedClasses(weights, baseFolder, task) : recordedClasses(notes);
  const as = {
    task,
    labels,
    keepsHead: notes === undefined,
    problemType: problemTypeIn(notes?.config),
    embedding: notes?.embedding,
  };
  if (request.base === true) return openBase({ folder, baseFolder, as }, request);
  const hasOwn = hasTokenizer(folder);
  const vocabulary = await tokenizerOf(hasOwn ? folder : baseFolder, baseFolder);
  const { tokens, options } = description;
  const modules = [...new Set([...options.modules_to_save, ...savedHeads(weights, task)])];
  const saved = await findSavedTables(weights, baseFolder, { task, modulesToSave: modules });
  // Tokens beyond the base model's vocabulary have their rows in the adapter.
  const vocabularySize = Math.max(saved.rows, tokens === undefined ? 0 : vocabulary.size);
  const letters = task === 'ctc' && options.modules_to_save.includes('lm_head') ? lettersIn(vocabulary) : undefined;
  const kept = await keepAsTrained(notes, { storage: request.storage, whole: modules });
  const size = { vocabularySize, letters };
  const { model, initialised } = await loadModel(baseFolder, { ...as, ...size, dtype, keep: kept?.keep });
  const tokenizer = await withForm(await withDefaultTemplate(vocabulary, model.task), notes);
  const modulesToSave = [...modules, ...saved.whole];
  using file = new SafetensorsFile(weights);
  placeTables(file, model, saved);
  if (notes?.config !== undefined) model.config = withReading(model.config, notes.config);
  const opened = { ...description, options: { ...options, modules_to_save: modulesToSave } };
  const tuning = await openTuning(model, { ...opened, tiesTables: tiesTables(description, notes, saved) });
  refuseNewHead(model, initialised, tuning);
  noGrad(() => scope(() => tuning.load(adapterTensors(file, saved))));
  // With another weight storage than in training its outputs differ, so the probe is skipped.
  if (notes !== undefined)
    check(model, tokenizer, { folder, notes: request.storage === undefined ? notes : { ...notes, probe: undefined } });
  const media = await mediaReaderOf(baseFolder);
  return { model, tokenizer, media, tuning, folder, baseFolder, notes, storage: kept?.storage };
}

/** Opens an adapter's base model for the adapter's task or for its own. */
async function openBase(
  { folder, baseFolder, as }: { folder: string; baseFolder: string; as: ModelOptions },
  { notes, dtype, ownTask }: AdapterRequest,
): Promise<OpenedModel> {
  const isAsSaved = ownTask === true && !isHeadless(as.task);
  const { model } = await loadModel(baseFolder, isAsSaved ? { dtype } : { ...as, dtype });
  if (!isAsSaved && notes?.config !== undefined) model.config = withReading(model.config, notes.config);
  const tokenizer = await asTrained(await loadTokenizer(baseFolder, model.task), notes);
  return { model, tokenizer, media: await mediaReaderOf(baseFolder), folder, baseFolder, notes };
}

/** An adapter compensates for the quantisation that it was trained with, so the base model is quantised in the same way. */
async function keepAsTrained(
  notes: ResultNotesFile | undefined,
  { storage, whole }: { storage?: StorageName; whole: readonly string[] },
): Promise<{ storage: StorageName; keep: KeepWeight } | undefined> {
  const { name, ...options } = notedRecipe(notes)?.storage ?? { name: 'dense' as const };
  const chosen = storage ?? name;
  const keep = await keepOf(chosen, chosen === name ? options : {});
  return keep && { storage: chosen, keep: { ...keep, except: (path) => isSaved(path, whole) } };
}

async function keepOf(storage: StorageName = 'dense', options: object = {}): Promise<KeepWeight | undefined> {
  return (await storages.load(storage)).keep(options);
}

/** Letters of a CTC head that an adapter brings along: one per token of its own vocabulary. */
function lettersIn(tokenizer: Tokenizer): { count: number; blank: number } {
  return { count: tokenizer.size, blank: new Letters(tokenizer).blank ?? 0 };
}

async function loadTokenizer(folder: string, task: Task): Promise<Tokenizer> {
  return withDefaultTemplate(await tokenizerOf(folder), task);
}

export async function withDefaultTemplate(tokenizer: Tokenizer, task: Task): Promise<Tokenizer> {
  return task === 'causal-lm' ? withChatTemplate(tokenizer) : tokenizer;
}

/**
 * A base model keeps its own template, with the variables of the run that the template knows. If that template cannot
 * render the tools of the run's rows, the run's template is used.
 */
async function asTrained(tokenizer: Tokenizer, notes: ResultNotesFile | undefined): Promise<Tokenizer> {
  const recipe = notedRecipe(notes);
  const { src_lang, tgt_lang } = recipe?.objective ?? {};
  const inLanguages = tokenizer.withLanguages({ src_lang, tgt_lang });
  const named = recipe?.data?.chat_template;
  const isOurs = notes?.has_tools === true && named === TOOLS_TEMPLATE;
  const template = isOurs ? await chooseTemplate(inLanguages, { template: { name: named } }) : inLanguages;
  return withForm(await withKnownKwargs(template, notes?.chat_template_kwargs ?? {}), notes);
}

/** Separates plain answers from their prompts as in the run's training rows. */
export function withForm(tokenizer: Tokenizer, notes: ResultNotesFile | undefined): Promise<Tokenizer> {
  return withAnswerSpace(tokenizer, notes?.answer_space === true);
}

function check(
  model: Model,
  tokenizer: Tokenizer,
  { folder, notes }: { folder: string; notes: ResultNotesFile },
): void {
  if (notes.has_template) checkTemplate(notes.template_hash, tokenizer);
  if (notes.probe !== undefined) checkProbe(model, notes.probe, folder);
}
