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
  /** Folder of its weights. */
  folder: string;
  /** Whether blocks without trained parameters give the same outputs as the trained model's. */
  sharesFrozen: boolean;
  /** Frees the memory that it does not share with the trained model. */
  dispose(): void;
}

interface Request {
  /** Whether the objective needs a reference model, and which one it names. */
  objective: { reference?: { model?: string | null } };
  tuning: (Pick<Tuning, 'disabled'> & { result: 'adapter' }) | { result: 'model' };
  model: Model;
  /** The base model's folder. */
  base: string;
  storage: { name: StorageName };
}

/**
 * The reference model of an objective: the one named in the recipe, or the base model. With an adapter, the base model
 * is used with the adapter disabled; if the base model's own weights are trained, it is loaded a second time.
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
  // The reference is loaded dense, so its blocks equal only dense ones.
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

/** @throws AttuneError E_REFERENCE_VOCABULARY if the reference and the base model tokenise differently */
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
