import { realpathSync } from 'node:fs';
import { AttuneError, type Problem } from '../../../base/errors.ts';
import { sha256, sha256FileSync } from '../../../files/hash.ts';
import { openTuning, readAdapterConfig, type AdapterDescription } from '../../../methods/tunings/adapter-config.ts';
import { tasks } from '../../tasks/index.ts';
import { weightFiles } from '../../../models/checkpoint-files.ts';
import { tokenTables } from '../../../models/token-tables.ts';
import { AdapterOwner, withAdapters } from '../../../engine/nn/index.ts';
import { noGrad, SafetensorsFile, scope } from '../../../engine/tensor/index.ts';
import { checkTemplate, hasTokenizer, type Tokenizer } from '../../../models/text/index.ts';
import type { Tuning } from '../../../methods/interfaces.ts';
import { identityOf, stampOf, type SharedTokenizers } from './adapter-files.ts';
import { adapterTensors, findSavedTables, tiesTables } from '../../model/adapter-tables.ts';
import { adapterWeights, isAdapterFolder } from '../../model/base-model.ts';
import { tokenizerOf } from '../../model/model-readers.ts';
import { baseFolderOf } from '../../model/base-folder.ts';
import { withDefaultTemplate, withForm, type OpenedModel } from '../../model/open-model.ts';
import { checkProbe } from '../../model/adapter-probe.ts';
import { resultFolder } from '../../model/result-folder.ts';
import { savedHeads } from '../../model/saved-head.ts';
import { readNotes, type ResultNotesFile } from '../../model/result-notes.ts';

/** Cached facts about an adapter that was opened before. */
export interface KnownAdapter {
  folder: string;
  /** SHA-256 of its tensors, its configuration and its chat template. */
  identity: string;
  /** Stamp of its files. */
  stamp: string;
  tokenizer: Tokenizer;
}

/** One of several adapters on one base model. */
export interface SharedAdapter extends KnownAdapter {
  tuning: Tuning;
  /** Owner by which routes select it. */
  owner: AdapterOwner;
  /** Bytes of its tensors in memory. */
  bytes: number;
  /** Removes it from the model and frees it. */
  dispose(): void;
}

interface OpenContext {
  tokenizers: SharedTokenizers;
  /** Facts from an earlier opening; skips the trial run. */
  known?: KnownAdapter;
}

/**
 * Opens an adapter on a model that it shares with others, which leaves the model unchanged.
 *
 * @throws AttuneError E_ADAPTER_EXPECTED, E_ADAPTER_BASE if it belongs to another base, E_ADAPTER_MISMATCH if it
 *   changes shared weights, E_ADAPTER_CHANGED if its files differ from the known ones, and every error of opening an
 *   adapter by itself
 */
export async function openShared(base: OpenedModel, target: string, context: OpenContext): Promise<SharedAdapter> {
  const folder = resultFolder(target);
  if (!isAdapterFolder(folder)) throw noAdapter(target);
  const origin = { folder, notes: readNotes(folder), description: await readAdapterConfig(folder) };
  const about = await identify(base, origin, context);
  const placed = await placeOn(base, origin, about.tokenizer);
  const { probe } = origin.notes ?? {};
  try {
    if (probe !== undefined && context.known === undefined)
      withAdapters({ all: placed.owner }, () => checkProbe(base.model, probe, folder));
  } catch (error) {
    placed.dispose();
    throw error;
  }
  return { ...about, ...placed };
}

interface Origin {
  folder: string;
  notes: ResultNotesFile | undefined;
  description: AdapterDescription;
}

/** Checks that the adapter belongs to the base model, and returns its identity and its tokenizer. */
async function identify(base: OpenedModel, origin: Origin, { tokenizers, known }: OpenContext): Promise<KnownAdapter> {
  const { folder, notes } = origin;
  const stamp = stampOf(folder);
  if (known?.stamp === stamp) return known;
  await checkBase(base, origin);
  if (notes !== undefined && notes.task !== base.model.task) throw otherTask(folder, notes, base);
  const tokenizer = await tokenizerFor(base, origin, tokenizers);
  const identity = await identityOf(folder, tokenizer);
  if (known !== undefined && identity !== known.identity) throw changed(folder);
  return { folder, identity, stamp, tokenizer };
}

/** Installs its tensors on the model's layers. */
async function placeOn(base: OpenedModel, { folder, description, notes }: Origin, tokenizer: Tokenizer) {
  const { model, baseFolder } = base;
  const weights = adapterWeights(folder);
  const { options } = description;
  const modules = [...new Set([...options.modules_to_save, ...savedHeads(weights, model.task)])];
  const saved = await findSavedTables(weights, baseFolder, { task: model.task, modulesToSave: modules });
  refuseOwnTables(base, { folder, saved, tokenizer });
  using file = new SafetensorsFile(weights);
  const owner = new AdapterOwner();
  const modulesToSave = [...modules, ...saved.whole];
  const opened = { ...description, options: { ...options, modules_to_save: modulesToSave }, owner };
  const tuning = await openTuning(model, { ...opened, tiesTables: tiesTables(description, notes, saved) });
  const dispose = () => {
    owner.leave();
    tuning.dispose();
  };
  try {
    noGrad(() => scope(() => tuning.load(adapterTensors(file, saved))));
    tuning.settle?.(model.dtype);
  } catch (error) {
    dispose();
    throw error;
  }
  const bytes = [...tuning.state().values()].reduce((sum, tensor) => sum + tensor.bytes, 0);
  return { tuning, owner, bytes, dispose };
}

/**
 * The adapter's own tokenizer, or its base model's if that renders prompts as in training. @throws E_TEMPLATE_MISMATCH
 */
async function tokenizerFor(
  { model, baseFolder }: OpenedModel,
  { folder, notes }: Origin,
  tokenizers: SharedTokenizers,
): Promise<Tokenizer> {
  const from = hasTokenizer(folder) ? folder : baseFolder;
  const load = async () => withForm(await withDefaultTemplate(await tokenizerOf(from, baseFolder), model.task), notes);
  const tokenizer = await tokenizers.of(from, notes?.answer_space === true, load);
  if (notes?.has_template === true) checkTemplate(notes.template_hash, tokenizer);
  return tokenizer;
}

/** Compares the base's folder and, if it differs, the hash of its weights. */
async function checkBase(base: OpenedModel, { folder, notes, description }: Origin): Promise<void> {
  const named = baseFolderOf(notes, description.baseModel, folder);
  if (realpathSync(named) === realpathSync(base.baseFolder) || weightsHash(named) === weightsHash(base.baseFolder))
    return;
  throw new AttuneError('E_ADAPTER_BASE', {
    what: `The adapter in ${folder} belongs to another base model`,
    got: notes?.base_model ?? description.baseModel ?? named,
    expected: base.baseFolder,
    fix: 'open its own base model, or train it again on this one',
  });
}

/** Hash of a model's weight files. */
function weightsHash(folder: string): string {
  return sha256(weightFiles(folder).map(sha256FileSync).join());
}

/**
 * Refuses adapters that need a larger vocabulary or their own embedding tables: the base model would have to change.
 */
function refuseOwnTables(
  { model }: OpenedModel,
  of: { folder: string; saved: Awaited<ReturnType<typeof findSavedTables>>; tokenizer: Tokenizer },
): void {
  const { folder, saved, tokenizer } = of;
  const rows = tokenTables(model).input.module.weight.shape[0];
  const problems: Problem[] = [
    ...(Math.max(saved.rows, tokenizer.size) > rows
      ? [
          {
            field: 'vocabulary',
            message: `has ${Math.max(saved.rows, tokenizer.size)} tokens, the base model has ${rows}`,
          },
        ]
      : []),
    ...[...saved.below.values(), ...saved.repeated].map((field) => ({
      field,
      message: 'is an embedding table of its own',
    })),
  ];
  if (problems.length === 0) return;
  throw new AttuneError('E_ADAPTER_MISMATCH', {
    what: `${folder} cannot share the base model with other adapters: it changes the embedding tables`,
    problems,
    fix: `use it by itself, or merge it into a model: attune export ${folder} --to merged`,
  });
}

function changed(folder: string): AttuneError {
  return new AttuneError('E_ADAPTER_CHANGED', {
    what: `The adapter in ${folder} has changed since it was installed`,
    fix: 'install it again',
  });
}

function noAdapter(target: string): AttuneError {
  return new AttuneError('E_ADAPTER_EXPECTED', {
    what: `${target} is not an adapter`,
    got: 'a complete model',
    expected: 'the result of a run with tuning: lora, or a PEFT adapter',
    fix: 'open it on its own',
  });
}

function otherTask(folder: string, { task }: ResultNotesFile, { model }: OpenedModel): AttuneError {
  return new AttuneError('E_ADAPTER_BASE', {
    what: `${folder} was trained for another task than the one the base model is open for`,
    got: tasks[task].title,
    expected: tasks[model.task].title,
    fix: 'open it on its own',
  });
}
