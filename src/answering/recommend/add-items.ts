import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { readCatalogue, type CatalogueItem } from '../../data/catalogue.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { writeJson } from '../../files/json.ts';
import { writeWholeFolder } from '../../files/whole-folder.ts';
import { textReaderOf } from '../../models/items/item-model.ts';
import { loadModel } from '../../models/load-model.ts';
import type { Model } from '../../models/model.ts';
import { saveModel } from '../../models/save.ts';
import { itemNames, withMoreItems, tokenizerHash } from '../../models/text/index.ts';
import type { JobContext } from '../../base/job.ts';
import { isAdapterFolder } from '../model/base-model.ts';
import { innerTokenizer, saveInnerTokenizer, tokenTexts } from './inner-encoder.ts';
import { cutOf, describeItems, encodeTexts, readItemCatalogue, writeItemCatalogue } from './item-catalogue.ts';
import { writeItemIndex } from './item-index.ts';
import { tokenizerOf } from '../model/model-readers.ts';
import { resultFolder } from '../model/result-folder.ts';
import { readNotes, RESULT_NOTES } from '../model/result-notes.ts';

export interface AddItemsInput {
  /** Folder of a run or a model. */
  target: string;
  /** Catalogue file that describes the items. */
  catalogue: string;
  /** The folder to write. */
  folder: string;
}

export interface AddedItems {
  folder: string;
  added: number;
  /** Known items that got a new description. */
  described: number;
  items: number;
  /** New descriptions that are truncated to the model's limit. */
  cut: number;
}

/**
 * Writes a copy of a model that includes new items, represented by their features alone without training; known items
 * in the catalogue get new descriptions.
 * @throws AttuneError E_NO_CATALOGUE, E_OUTPUT_EXISTS and errors of reading and writing
 */
export async function run({ target, catalogue, folder }: AddItemsInput, context: JobContext): Promise<AddedItems> {
  if (existsSync(folder)) {
    throw new AttuneError('E_OUTPUT_EXISTS', { what: `${folder} already exists`, fix: 'choose another folder' });
  }
  const from = resultFolder(target);
  const known = isAdapterFolder(from) ? undefined : await readItemCatalogue(from);
  if (known === undefined) throw noCatalogue(target);
  const news = await readCatalogue(catalogue);
  const items = [...new Map([...known.items, ...news].map((one) => [one.item, one])).values()];
  const tokenizer = await tokenizerOf(from);
  const before = new Set(itemNames(tokenizer));
  const added = news.map(({ item }) => item).filter((item) => !before.has(item));
  const larger = await withMoreItems(tokenizer, added);
  const { model } = await loadModel(from, { vocabularySize: larger.size });
  const { space } = known;
  const texts = await readTexts(model, { from, items, encoder: space.encoder }, context);
  describeItems(model, itemNames(larger), { items, space, texts });
  await writeWholeFolder(folder, async (draft) => {
    larger.save(draft);
    if (textReaderOf(model.trunk) !== undefined) saveInnerTokenizer(draft, await innerTokenizer(from));
    saveModel(model, draft);
    writeItemCatalogue(draft, { items, space });
    const notes = readNotes(from);
    if (notes !== undefined)
      writeJson(join(draft, RESULT_NOTES), { ...notes, folder, tokenizer_hash: tokenizerHash(larger) });
    const card = join(from, 'README.md');
    if (existsSync(card)) writeFileAtomic(join(draft, 'README.md'), readFileSync(card));
    await writeItemIndex(draft, { model, tokenizer: larger });
  });
  const counts = { added: added.length, described: news.length - added.length, cut: cutOf(news, texts) };
  return { folder, ...counts, items: before.size - 1 + added.length };
}

/** Vectors of the items' texts, or their tokens if the model contains a text encoder. */
async function readTexts(
  { trunk }: Model,
  { from, items, encoder }: { from: string; items: readonly CatalogueItem[]; encoder: string | null },
  context: JobContext,
) {
  if (encoder === null) return undefined;
  const textReader = textReaderOf(trunk);
  if (textReader === undefined) return encodeTexts(encoder, items, context);
  // Truncates texts to the model's limit.
  const tokens = await tokenTexts(await innerTokenizer(from), items, textReader.longest);
  return { ...tokens, width: textReader.longest };
}

function noCatalogue(target: string): AttuneError {
  return new AttuneError('E_NO_CATALOGUE', {
    what: `${target} only knows the ids of its items, so it cannot score items it was not trained on`,
    expected: 'a two_tower model created with --items, not an adapter',
    fix: 'create one: attune models create two_tower --data interactions.csv --items catalogue.jsonl --output recommender',
  });
}
