import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError, type Problem } from '../../../base/errors.ts';
import { sha256, sha256File, sha256FileSync } from '../../../files/hash.ts';
import { readAdapterConfig, type AdapterDescription } from '../../../methods/tuning/adapter-config.ts';
import { open as openLora } from '../../../methods/tuning/lora.ts';
import { taskNames } from '../../../models/architecture.ts';
import { weightFiles } from '../../../models/checkpoint-files.ts';
import { tokenTables } from '../../../models/token-tables.ts';
import { withAdapters, type AdapterOwner } from '../../../nn/index.ts';
import { noGrad, SafetensorsFile, scope } from '../../../tensor/index.ts';
import { checkTemplate, hasTokenizer, templateHash, type Tokenizer } from '../../../text/index.ts';
import type { Tuning } from '../../../train/interfaces.ts';
import { adapterTensors, findSavedTables } from '../adapter-tables.ts';
import { adapterWeights, isAdapterFolder } from '../base-model.ts';
import { tokenizerOf } from '../model-readers.ts';
import { baseFolderOf, withDefaultTemplate, withForm, type OpenedModel } from '../open-model.ts';
import { checkProbe } from '../probe.ts';
import { resultFolder } from '../result-folder.ts';
import { readNotes, type ResultNotesFile } from '../result-notes.ts';

/** An adapter beside others on one base model. */
export interface SharedAdapter {
  tuning: Tuning & { owner: AdapterOwner };
  tokenizer: Tokenizer;
  folder: string;
  /** SHA-256 of its tensors, its configuration and its chat template. */
  identity: string;
  /** Bytes of its tensors in memory. */
  bytes: number;
}

/**
 * Opens an adapter on a model that serves others too: the model stays as it is.
 *
 * @throws AttuneError E_ADAPTER_EXPECTED, E_ADAPTER_BASE where it belongs to another base, E_ADAPTER_MISMATCH where it
 *   changes what others need, E_ADAPTER_CHANGED where it is not what it is known to be, and every error of opening an
 *   adapter by itself
 * @param known its identity, of one that was opened before: it is not tried out again
 */
export async function openShared(base: OpenedModel, target: string, known?: string): Promise<SharedAdapter> {
  const folder = resultFolder(target);
  if (!isAdapterFolder(folder)) throw noAdapter(target);
  const description = readAdapterConfig(folder);
  const notes = readNotes(folder);
  await checkBase(base, { folder, notes, description });
  const { model } = base;
  if (notes !== undefined && notes.task !== model.task) throw otherTask(target, notes, base);
  const vocabulary = hasTokenizer(folder) ? await tokenizerOf(folder, base.folder) : await tokenizerOf(base.folder);
  const tokenizer = await withForm(await withDefaultTemplate(vocabulary, model.task), notes);
  const weights = adapterWeights(folder);
  const { options, tokens } = description;
  const saved = await findSavedTables(weights, base.baseFolder, {
    task: model.task,
    modulesToSave: options.modules_to_save,
  });
  refuseOwnTables(base, { target, saved, tokenizer });
  if (notes?.has_template === true) checkTemplate(notes.template_hash, tokenizer);
  const identity = await identityOf(folder, tokenizer);
  if (known !== undefined && identity !== known) throw changed(folder);
  using file = new SafetensorsFile(weights);
  const modulesToSave = [...options.modules_to_save, ...saved.whole];
  const opened = { tokens, options: { ...options, modules_to_save: modulesToSave } };
  const tuning = openLora(model, opened, { isShared: true }) as SharedAdapter['tuning'];
  try {
    noGrad(() => scope(() => tuning.load(adapterTensors(file, saved))));
    const { probe } = notes ?? {};
    if (probe !== undefined && known === undefined)
      withAdapters({ all: tuning.owner }, () => checkProbe(model, probe, folder));
  } catch (error) {
    tuning.dispose();
    throw error;
  }
  const bytes = [...tuning.state().values()].reduce((sum, tensor) => sum + tensor.bytes, 0);
  return { tuning, tokenizer, folder, identity, bytes };
}

/** What an adapter is, whatever it is called: its tensors, its configuration and how its prompts are rendered. */
async function identityOf(folder: string, tokenizer: Tokenizer): Promise<string> {
  const config = sha256(readFileSync(join(folder, 'adapter_config.json')));
  return sha256(JSON.stringify([await sha256File(adapterWeights(folder)), config, templateHash(tokenizer)]));
}

interface Origin {
  folder: string;
  notes: ResultNotesFile | undefined;
  description: AdapterDescription;
}

/** By the folder that the adapter's base lies in; where that is another one, by the bytes of its weights. */
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

/** Of the files with a model's weights. */
function weightsHash(folder: string): string {
  return sha256(weightFiles(folder).map(sha256FileSync).join());
}

/** Tables of tokens that grew, or that lie below rows of its own: the base model would have to change for it. */
function refuseOwnTables(
  { model }: OpenedModel,
  of: { target: string; saved: Awaited<ReturnType<typeof findSavedTables>>; tokenizer: Tokenizer },
): void {
  const { target, saved, tokenizer } = of;
  const rows = tokenTables(model).input.module.weight.shape[0];
  const problems: Problem[] = [
    ...(Math.max(saved.rows, tokenizer.size) > rows
      ? [{ field: 'vocabulary', message: `has ${Math.max(saved.rows, tokenizer.size)} tokens, the base model ${rows}` }]
      : []),
    ...[...saved.below.values(), ...saved.repeated].map((field) => ({ field, message: 'is a table of its own' })),
  ];
  if (problems.length === 0) return;
  throw new AttuneError('E_ADAPTER_MISMATCH', {
    what: `${target} cannot share the base model with other adapters: it needs other tables of tokens`,
    problems,
    fix: `use it by itself, or merge it into a model: attune export ${target} --to merged`,
  });
}

function changed(folder: string): AttuneError {
  return new AttuneError('E_ADAPTER_CHANGED', {
    what: `The adapter in ${folder} was changed after it was installed`,
    fix: 'install it again',
  });
}

function noAdapter(target: string): AttuneError {
  return new AttuneError('E_ADAPTER_EXPECTED', {
    what: `${target} is no adapter`,
    got: 'a whole model',
    expected: 'the result of a run with tuning: lora, or a PEFT adapter',
    fix: 'open it by itself',
  });
}

function otherTask(target: string, { task }: ResultNotesFile, { model }: OpenedModel): AttuneError {
  return new AttuneError('E_ADAPTER_BASE', {
    what: `${target} was trained for another task than the model is open for`,
    got: taskNames[task],
    expected: taskNames[model.task],
    fix: 'open it by itself',
  });
}
