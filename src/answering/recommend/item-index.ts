// V items, D width
import { withArticle } from '../../base/articles.ts';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { sha256, sha256File } from '../../files/hash.ts';
import { weightFiles } from '../../models/checkpoint-files.ts';
import { isItemTrunk, itemTrunkOf } from '../../models/items/item-model.ts';
import type { Model } from '../../models/model.ts';
import { fromArray, noGrad, scope } from '../../engine/tensor/index.ts';
import { itemNames, type Tokenizer } from '../../models/text/index.ts';
import { buildIndex, readIndex, writeIndex, type StoredIndex } from '../../engine/vectors/index.ts';
import type { OpenedModel } from '../model/open-model.ts';

/** File in a model's folder with the search index of its item vectors. */
export const ITEM_INDEX = 'index.safetensors';

const BLOCK = 4096;

/** Whether a model scores items by vectors. */
export function hasItemVectors({ task, trunk }: Model): boolean {
  return task === 'next-item' && isItemTrunk(trunk);
}

/** Writes a model's index next to its weights and returns it. */
export async function writeItemIndex(
  folder: string,
  opened: { model: Model; tokenizer: Tokenizer },
): Promise<StoredIndex & { bytes: number }> {
  const stored = { ...makeIndex(opened), madeBy: await weightsHash(folder) };
  return { ...stored, bytes: writeIndex(join(folder, ITEM_INDEX), stored) };
}

/**
 * The index next to a model's weights; built now if it is missing or an adapter changes the vectors. @throws
 * AttuneError E_INDEX_BAD, E_INDEX_STALE, E_NO_ITEMS
 */
export async function openItemIndex(
  opened: Pick<OpenedModel, 'model' | 'tokenizer' | 'tuning' | 'folder'>,
): Promise<Omit<StoredIndex, 'madeBy'>> {
  refuseOthers(opened.model, opened.folder);
  const path = join(opened.folder, ITEM_INDEX);
  if (opened.tuning !== undefined || !existsSync(path)) return makeIndex(opened);
  const stored = readIndex(path);
  const isOther = stored.madeBy !== (await weightsHash(opened.folder));
  const isForeign = stored.ids.some((id) => id < 0 || id >= opened.tokenizer.size);
  if (!isOther && !isForeign && stored.index.width === opened.model.trunk.width) return stored;
  throw new AttuneError('E_INDEX_STALE', {
    what: `${path} was not built from the weights next to it`,
    fix: `rebuild it: attune models index ${opened.folder}`,
  });
}

/** @throws AttuneError E_NO_ITEMS for a model that does not recommend items */
export function refuseOthers(model: Model, target: string): void {
  if (hasItemVectors(model)) return;
  throw new AttuneError('E_NO_ITEMS', {
    what: `${target} is ${withArticle(model.task)} model, which does not recommend items`,
    expected: 'a two_tower, sasrec or bpr_mf model',
    fix: 'create one: attune models create two_tower --data interactions.csv --output recommender',
  });
}

function makeIndex({ model, tokenizer }: { model: Model; tokenizer: Tokenizer }): Omit<StoredIndex, 'madeBy'> {
  const ids = Int32Array.from(itemNames(tokenizer).flatMap((name, id) => (name === undefined ? [] : [id])));
  const trunk = itemTrunkOf(model);
  const { width } = trunk;
  const vectors = new Float32Array(ids.length * width);
  for (let start = 0; start < ids.length; start += BLOCK) {
    const some = BigInt64Array.from(ids.subarray(start, start + BLOCK), BigInt);
    // Always in f32, since the index may be used on other machines.
    const values = noGrad(() =>
      scope(() => trunk.itemVectors(fromArray(some).toDevice(model.device), 'f32').toNumbers()),
    );
    vectors.set(values, start * width);
  }
  return { index: buildIndex(vectors, { width }), ids };
}

async function weightsHash(folder: string): Promise<string> {
  const hashes: string[] = [];
  for (const file of weightFiles(folder)) hashes.push(await sha256File(file));
  return sha256(hashes.join());
}
