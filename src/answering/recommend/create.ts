import { capitalised, withArticle } from '../../base/articles.ts';
import { AttuneError } from '../../base/errors.ts';
import { readCatalogue, type CatalogueItem } from '../../data/catalogue.ts';
import type { ItemsExample } from '../../data/example.ts';
import { loadData, type DataSource } from '../../data/index.ts';
import { learnFeatures } from '../../data/item-features.ts';
import { writeWholeFolder } from '../../files/whole-folder.ts';
import { architectures } from '../../models/index.ts';
import { isItemArchitecture, type ItemArchitecture, type NewShape } from '../../models/items/item-model.ts';
import type { ItemFeatureSizes } from '../../models/items/item-table.ts';
import { createModel } from '../../models/load-model.ts';
import { saveModel } from '../../models/save.ts';
import { aboutIds, itemNames, itemTokenizer, selfOf } from '../../models/text/index.ts';
import type { JobContext } from '../../base/job.ts';
import { openInnerEncoder, saveInnerTokenizer } from './inner-encoder.ts';
import { cutOf, describeItems, encodeTexts, sizesOf, writeItemCatalogue } from './item-catalogue.ts';

export interface CreateInput {
  modelType: string;
  data: DataSource;
  folder: string;
  shape: Omit<NewShape, 'vocabularySize' | 'maxPositions' | 'features'> & { maxPositions?: number };
  /** Catalogue file of the items, and the model that encodes their texts. */
  catalogue?: string;
  textEncoder?: string;
  /** Embeds the text encoder in the model and tunes it; otherwise its current vectors stay fixed. */
  tunesEncoder?: boolean;
  seed: number;
}

export interface CreatedModel {
  folder: string;
  modelType: string;
  /** Class name in its folder: `SasRecForNextItem`. */
  className: string;
  items: number;
  /** Catalogue items without any interaction. */
  cold: number;
  rows: number;
  /** Number of item texts truncated to the limit of the built-in encoder. */
  cut: number;
  /** Users with their own vector. */
  users: number;
  /** Number of distinct user features. */
  userFeatures: number;
  /** Sizes of the item features. */
  itemFeatures?: ItemFeatureSizes;
  maxPositions: number;
  parameters: number;
  bytes: number;
}

/** Default limit for long histories, as in the paper for its denser data. */
const MOST_POSITIONS = 201;

/**
 * Writes a new, untrained model for the items in the user's data.
 * @throws AttuneError E_UNKNOWN_MODEL_TYPE, E_NOT_NEW, E_WRONG_ROWS, E_ITEM_NAME, E_OPTION_IDLE and errors of reading
 * and writing
 */
export async function run(input: CreateInput, context: JobContext): Promise<CreatedModel> {
  const { modelType, folder, shape, seed } = input;
  const architecture = await architectures.load(modelType);
  if (!isItemArchitecture(architecture)) throw await preTrained(modelType);
  const rows = await readItems(input, context);
  const known = await readFeatures(input, architecture, context);
  const chosen = new Set(rows.flatMap(({ items }) => items));
  const all = [...new Set([...chosen, ...(known?.items ?? []).map(({ item }) => item)])].toSorted();
  const about = [...new Set(rows.flatMap((row) => knownOfUser(row, architecture)))].toSorted();
  const tokenizer = await itemTokenizer(all, about);
  const maxPositions = shape.maxPositions ?? positionsFor(rows, architecture);
  const { features, inner } = known ?? {};
  const sizes = { maxPositions, vocabularySize: tokenizer.size };
  const users = architecture.knowsUsers === true ? aboutIds(tokenizer) : undefined;
  const config = architecture.newConfig({ ...shape, ...sizes, features, users, textEncoder: inner?.plan });
  const model = await createModel({ ...config, bos_token_id: tokenizer.bosId }, { dtype: 'f32', seed });
  inner?.moveInto(model);
  if (known !== undefined) describeItems(model, itemNames(tokenizer), known);
  const bytes = await writeWholeFolder(folder, (draft) => {
    tokenizer.save(draft);
    if (inner !== undefined) saveInnerTokenizer(draft, inner.tokenizer);
    if (known !== undefined) writeItemCatalogue(draft, known);
    return saveModel(model, draft);
  });
  const parameters = [...model.parameters()].reduce((sum, [, { tensor }]) => sum + tensor.size, 0);
  const ofUsers = { users: users?.count ?? 0, userFeatures: users === undefined ? about.length : 0 };
  const cut = cutOf(known?.items ?? [], known?.texts);
  const counts = { items: all.length, cut, cold: all.length - chosen.size, rows: rows.length, ...ofUsers };
  const { className } = architecture.heads(config)['next-item']!;
  return { folder, modelType, className, ...counts, itemFeatures: features, maxPositions, parameters, bytes };
}

async function readItems({ data, seed }: CreateInput, { signal }: JobContext): Promise<ItemsExample[]> {
  const { splits } = await loadData({ train: [data], seed, signal });
  return splits.train.map((row) => {
    if (row.kind === 'items') return row;
    throw new AttuneError('E_WRONG_ROWS', {
      what: 'A recommendation model cannot be created from these rows',
      got: `${row.kind} rows (${row.source.file}:${row.source.line})`,
      expected: 'rows with user and item, or with a list of items',
    });
  });
}

/** User features for this kind of model: the identity, or known attributes. @throws AttuneError E_NO_USERS */
function knownOfUser({ user, about = [], source }: ItemsExample, { modelType, knowsUsers }: ItemArchitecture) {
  if (knowsUsers !== true) return about;
  if (user !== undefined) return [selfOf(user)];
  throw new AttuneError('E_NO_USERS', {
    what: `${capitalised(withArticle(modelType))} model needs the user of every row`,
    got: `a row without a user (${source.file}:${source.line})`,
    expected: 'rows with user and item, or with user and a list of items',
    fix: 'add the user, or create a two_tower model, which represents people by what they chose',
  });
}

/** Item features learnt from the catalogue; undefined without one. */
async function readFeatures(input: CreateInput, architecture: ItemArchitecture, context: JobContext) {
  refuseIdle(input, architecture);
  const { catalogue, textEncoder, tunesEncoder = false } = input;
  if (catalogue === undefined) return undefined;
  const items: CatalogueItem[] = await readCatalogue(catalogue);
  if (textEncoder !== undefined && tunesEncoder) {
    const inner = await openInnerEncoder(textEncoder, items, context.signal);
    const space = learnFeatures(items, textEncoder);
    const sizes = { textWidth: inner.width, textTokens: inner.tokens.width };
    return { items, space, texts: inner.tokens, features: sizesOf(space, sizes), inner };
  }
  const texts = textEncoder === undefined ? undefined : await encodeTexts(textEncoder, items, context);
  const space = learnFeatures(items, textEncoder ?? null);
  return { items, space, texts, features: sizesOf(space, { textWidth: texts?.width }) };
}

/** Rejects options that the model would ignore. */
function refuseIdle(given: CreateInput, { modelType, readsFeatures }: ItemArchitecture) {
  if (given.tunesEncoder === true && given.textEncoder === undefined) {
    throw new AttuneError('E_OPTION_IDLE', {
      what: 'The model has no text encoder to tune',
      got: '--tune-text-encoder',
      fix: 'name one: --text-encoder MODEL',
    });
  }
  const flags = { '--items': given.catalogue, '--text-encoder': given.textEncoder };
  const set = Object.entries(flags).filter(([, value]) => value !== undefined);
  if (set.length === 0 || (readsFeatures === true && given.catalogue !== undefined)) return;
  throw new AttuneError('E_OPTION_IDLE', {
    what:
      readsFeatures === true
        ? 'A text encoder reads the texts of a catalogue, but no catalogue is given'
        : `${capitalised(withArticle(modelType))} model only knows the ids of its items`,
    got: set.map(([name, value]) => `${name} ${value}`).join(', '),
    fix: readsFeatures === true ? 'give one: --items catalogue.jsonl' : 'remove it, or create a two_tower model',
  });
}

/** Length of the longest row plus its start token and user features, up to a limit. */
function positionsFor(rows: readonly ItemsExample[], architecture: ItemArchitecture): number {
  const lengthOf = (row: ItemsExample) => row.items.length + knownOfUser(row, architecture).length + 1;
  return Math.min(
    rows.reduce((most, row) => Math.max(most, lengthOf(row)), 2),
    MOST_POSITIONS,
  );
}

async function preTrained(modelType: string): Promise<AttuneError> {
  const all = await Promise.all(architectures.names.map((name) => architectures.load(name)));
  return new AttuneError('E_NOT_NEW', {
    what: `${capitalised(withArticle(modelType))} model cannot be created from scratch: it is tuned from a pre-trained one`,
    expected: all
      .filter(isItemArchitecture)
      .map((one) => one.modelType)
      .join(', '),
    fix: 'give the folder of a pre-trained model in the recipe; attune models pull fetches one',
  });
}
