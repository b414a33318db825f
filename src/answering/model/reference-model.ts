import { AttuneError } from '../../base/errors.ts';
import { readConfig, loadModel } from '../../models/load-model.ts';
import type { Model } from '../../models/model.ts';
import { withRandomness } from '../../engine/nn/index.ts';
import { noGrad } from '../../engine/tensor/index.ts';
import { tokenizerHash } from '../../models/text/index.ts';
import type { Reference } from '../tasks/rows/prepared-rows.ts';
import type { Tuning } from '../../methods/interfaces.ts';
import type { StorageName } from '../../methods/storages/index.ts';
import { modelFolder } from './base-model.ts';
import { tokenizerOf } from './model-readers.ts';

export interface ReferenceModel {
  run: Reference;
  /** Where its weights lie. */
  folder: string;
  /** Whether blocks that nothing trained acts in give what the trained model's do. */
  sharesFrozen: boolean;
  /** Frees its memory besides the trained model's. */
  dispose(): void;
}

interface Request {
  /** The objective: whether it needs a reference model, and which one it names. */
  objective: { reference?: { model?: string | null } };
  tuning: (Pick<Tuning, 'disabled'> & { result: 'adapter' }) | { result: 'model' };
  model: Model;
  /** The base model's folder. */
  base: string;
  storage: { name: StorageName };
}

/**
 * The model that an objective compares with: the one that the recipe names, or the base model. An adapter is switched
 * off for it; where the base model's own weights move, it is loaded a second time.
 */
export async function referenceModel(request: Request): Promise<ReferenceModel | undefined> {
  const { objective, tuning, model, base, storage } = request;
  if (objective.reference === undefined) return undefined;
  const { model: named = null } = objective.reference;
  if (named === null && 'disabled' in tuning && tuning.result === 'adapter') {
    const run: Reference = (body) => tuning.disabled(() => unchanged(model, body));
    return { run, folder: base, sharesFrozen: true, dispose: () => undefined };
  }
  const folder = named === null ? base : await compatible(named, base);
  const other = await open(folder, model);
  // It is loaded dense.
  const sharesFrozen = named === null && storage.name === 'dense';
  return { run: (body) => unchanged(other, body), folder, sharesFrozen, dispose: () => other.dispose() };
}

function unchanged<T>(model: Model, body: (model: Model) => T): T {
  return noGrad(() => withRandomness(undefined, () => body(model)));
}

async function open(folder: string, like: Model): Promise<Model> {
  const { vocabularySize } = like.architecture.limits(like.config);
  const { model } = await loadModel(folder, { task: like.task, dtype: like.dtype, vocabularySize });
  model.dtype = like.dtype;
  return model;
}

/** @throws AttuneError E_REFERENCE_VOCABULARY where the reference reads texts as other tokens than the base model */
async function compatible(name: string, base: string): Promise<string> {
  const folder = modelFolder(name);
  const [own, other] = [base, folder].map((one) => String(readConfig(one).vocab_size));
  const hashes = await Promise.all([base, folder].map(async (one) => tokenizerHash(await tokenizerOf(one))));
  if (hashes[0] === hashes[1]) return folder;
  throw new AttuneError('E_REFERENCE_VOCABULARY', {
    what: 'The reference model has a different vocabulary from the base model, so their log-probabilities cannot be compared',
    got: own === other ? `${name}, whose tokenizer differs` : `${name} with ${other} tokens, the base model has ${own}`,
    expected: 'a model with the same tokenizer, such as an earlier result of the same base model',
    fix: 'choose another objective.ref_model, or remove it to use the base model as the reference',
  });
}
