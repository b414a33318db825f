// V items of a vocabulary, E width of an encoder's vectors
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { readCatalogue, type CatalogueItem } from '../../data/catalogue.ts';
import { encodeFeatures, type FeatureSpace } from '../../data/item-features.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { readJson, writeJson } from '../../files/json.ts';
import { ItemTable, type ItemFeatures, type ItemFeatureSizes } from '../../models/items/item-table.ts';
import type { Model } from '../../models/model.ts';
import type { JobContext } from '../../base/job.ts';
import { textVectors } from '../tasks/answers/vectors.ts';
import { CATALOGUE_FILES } from '../model/model-readers.ts';
import { openModel } from '../model/open-model.ts';

/** Tokens of item texts by item name, each id plus one: 0 is padding. */
export interface ItemTokens {
  /** Length of the longest text, with room for at least a few tokens. */
  width: number;
  /** Items whose texts are truncated. */
  cut: ReadonlySet<string>;
  of: ReadonlyMap<string, Int32Array>;
}

const [ITEMS, SPACE] = CATALOGUE_FILES;

/** Reads the item features stored in a model's folder; undefined for models that only know item ids. */
export async function readItemCatalogue(
  folder: string,
): Promise<{ items: CatalogueItem[]; space: FeatureSpace } | undefined> {
  if (!existsSync(join(folder, SPACE))) return undefined;
  return { items: await readCatalogue(join(folder, ITEMS)), space: readJson<FeatureSpace>(join(folder, SPACE)) };
}

export function writeItemCatalogue(
  folder: string,
  { items, space }: { items: readonly CatalogueItem[]; space: FeatureSpace },
): void {
  const rows = items.map(({ item, text, tags, numbers }) => {
    const columns = Map.groupBy(tags, (tag) => tag.slice(0, tag.indexOf('=')));
    const values = [...columns].map(([name, all]) => [name, all.map((tag) => tag.slice(name.length + 1))]);
    return JSON.stringify({ item, ...(text !== '' && { text }), ...Object.fromEntries(values), ...numbers });
  });
  writeFileAtomic(join(folder, ITEMS), rows.map((row) => `${row}\n`).join(''));
  writeJson(join(folder, SPACE), space);
}

/** Sizes of a feature space, as in the model's configuration. */
export function sizesOf(
  space: FeatureSpace,
  { textWidth = 0, textTokens = 0 }: Partial<ItemFeatureSizes>,
): ItemFeatureSizes {
  const { words, wordsOfItem, tags, tagsOfItem, numbers } = space;
  const ofTexts = { textWidth, textTokens };
  return { words: words.length, wordsOfItem, tags: tags.length, tagsOfItem, numbers: numbers.length, ...ofTexts };
}

/**
 * Writes item features into a model's table. `names`: the whole vocabulary, undefined for tokens that are not items.
 */
export function describeItems(
  model: Model,
  names: readonly (string | undefined)[],
  { items, space, texts }: { items: readonly CatalogueItem[]; space: FeatureSpace; texts?: ItemVectors | ItemTokens },
): void {
  const table = model.trunk.tokenTable;
  if (!(table instanceof ItemTable)) throw new Error('only an item table can be given descriptions');
  const encoded: ItemFeatures = encodeFeatures(space, names, new Map(items.map((one) => [one.item, one])));
  table.describe(texts === undefined ? encoded : { ...encoded, texts: inOrder(names, texts) });
}

/** Vectors of item texts by item name. */
export interface ItemVectors {
  width: number;
  of: ReadonlyMap<string, Float32Array>;
}

/**
 * Embeds the items' texts, truncating long ones; items without a text have no vector.
 * @throws AttuneError E_NO_TEXTS and errors of opening a model
 */
export async function encodeTexts(
  encoder: string,
  items: readonly CatalogueItem[],
  { emit, signal }: Pick<JobContext, 'emit' | 'signal'>,
): Promise<ItemVectors> {
  const described = withTexts(items);
  const opened = await openModel(encoder, { as: 'embedding' });
  emit({ type: 'phase-started', phase: 'data', message: `reading the texts of ${described.length} items` });
  const onProgress = (done: number, total: number) =>
    emit({ type: 'work-advanced', phase: 'data', done, total, unit: 'texts read' });
  const texts = described.map(({ text }) => text);
  try {
    const vectors = await textVectors(opened, texts, { signal, onProgress });
    return { width: vectors[0].length, of: new Map(described.map(({ item }, i) => [item, vectors[i]])) };
  } finally {
    opened.tuning?.dispose();
    opened.model.dispose();
  }
}

/** @throws AttuneError E_NO_TEXTS */
export function withTexts(items: readonly CatalogueItem[]): CatalogueItem[] {
  const described = items.filter(({ text }) => text !== '');
  if (described.length > 0) return described;
  throw new AttuneError('E_NO_TEXTS', {
    what: 'No item has text that an encoder could read',
    expected: 'a title, name, text or description in the catalogue',
  });
}

/** Number of the given items whose texts are truncated by the model's built-in encoder. */
export function cutOf(items: readonly CatalogueItem[], texts: ItemVectors | ItemTokens | undefined): number {
  return texts !== undefined && 'cut' in texts ? items.filter(({ item }) => texts.cut.has(item)).length : 0;
}

/** [V · E]; 0 for items without a text */
function inOrder(
  names: readonly (string | undefined)[],
  { width, of }: ItemVectors | ItemTokens,
): Float32Array | Int32Array {
  const [first] = of.values();
  const all =
    first instanceof Int32Array ? new Int32Array(names.length * width) : new Float32Array(names.length * width);
  for (const [row, name] of names.entries()) {
    const own = name === undefined ? undefined : of.get(name);
    if (own !== undefined) all.set(own, row * width);
  }
  return all;
}
