import { AttuneError } from '../../base/errors.ts';
import { Tokenizer } from './tokenizer.ts';

/** First token of every row, from which its first item is predicted. */
const START = '[START]';
const UNKNOWN = '[UNK]';
/** Prefix of tokens for user features. */
const USER = '[USER ';

/**
 * A vocabulary with one token per user feature, then one per item in the given order.
 *
 * @throws AttuneError E_ITEM_NAME
 */
export async function itemTokenizer(items: readonly string[], about: readonly string[] = []): Promise<Tokenizer> {
  const special = [UNKNOWN, START, ...about.map(userToken)];
  const isTaken = new Set(special);
  const reserved = items.find((item) => isTaken.has(item));
  if (reserved !== undefined) {
    throw new AttuneError('E_ITEM_NAME', {
      what: `An item has the id ${reserved}, which is reserved in the vocabulary`,
      fix: 'give the item another id',
    });
  }
  const vocabulary = Object.fromEntries([...special, ...items].map((item, id) => [item, id]));
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const json = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.map((content, id) => ({ id, content, ...flags })),
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    model: { type: 'WordLevel', vocab: vocabulary, unk_token: UNKNOWN },
  };
  const named = { unk_token: UNKNOWN, bos_token: START };
  const config = { tokenizer_class: 'PreTrainedTokenizerFast', ...named, clean_up_tokenization_spaces: false };
  const others = Object.entries({ 'tokenizer_config.json': config, 'special_tokens_map.json': named }).map(
    ([name, value]): [string, string] => [name, `${JSON.stringify(value, null, 2)}\n`],
  );
  return Tokenizer.fromFiles({
    origin: 'a new vocabulary of items',
    tokenizer: JSON.stringify(json),
    others: new Map(others),
    modelIds: {},
  });
}

/** The vocabulary with further items appended; ids do not change. @throws AttuneError E_ITEM_NAME */
export async function withMoreItems(tokenizer: Tokenizer, added: readonly string[]): Promise<Tokenizer> {
  const names = itemNames(tokenizer);
  const about = names.flatMap((name, id) => {
    const token = name === undefined ? tokenizer.tokenOf(id) : null;
    return token?.startsWith(USER) === true ? [token.slice(USER.length, -1)] : [];
  });
  return itemTokenizer([...names.filter((name) => name !== undefined), ...added], about);
}

/** A row of items as token ids. */
interface ItemIds {
  /** The start token, user features, and the known items. */
  ids: Int32Array;
  /** Number of tokens before the items. */
  lead: number;
  /** Whether the last item is in the vocabulary. */
  lastIsKnown: boolean;
}

/** Feature that identifies a known user; other features have a name before the `=`. */
export function selfOf(user: string): string {
  return `=${user}`;
}

/** Range of the user features' ids. */
export function aboutIds(tokenizer: Tokenizer): { first: number; count: number } {
  const names = Array.from({ length: tokenizer.size }, (_, id) => tokenizer.tokenOf(id) ?? '');
  const isAbout = (token: string, id: number): boolean => tokenizer.isSpecial(id) && token.startsWith(USER);
  return { first: Math.max(0, names.findIndex(isAbout)), count: names.filter(isAbout).length };
}

/** Ids of a row; unknown users, items and features are left out. @throws AttuneError E_NO_ITEMS */
export function itemIds(
  tokenizer: Tokenizer,
  { items, user, about = [] }: { items: readonly string[]; user?: string; about?: readonly string[] },
): ItemIds {
  const { bosId } = tokenizer;
  if (bosId === undefined) throw noStart(tokenizer);
  const self = user === undefined ? [] : [selfOf(user)];
  const features = [...self, ...about].map((one) => tokenizer.idOf(userToken(one))).filter((id) => id !== null);
  const known = items.map((item) => itemId(tokenizer, item));
  return {
    ids: Int32Array.of(bosId, ...features, ...known.filter((id) => id !== undefined)),
    lead: 1 + features.length,
    lastIsKnown: known.at(-1) !== undefined,
  };
}

/** Item names by id; undefined for other tokens. */
export function itemNames(tokenizer: Tokenizer): (string | undefined)[] {
  return Array.from({ length: tokenizer.size }, (_, id) =>
    tokenizer.isSpecial(id) ? undefined : (tokenizer.tokenOf(id) ?? undefined),
  );
}

/** Token of a user feature. */
function userToken(feature: string): string {
  return `${USER}${feature}]`;
}

/** An item's id; undefined if it is not in the vocabulary. */
function itemId(tokenizer: Tokenizer, item: string): number | undefined {
  const id = tokenizer.idOf(item);
  return id === null || tokenizer.isSpecial(id) ? undefined : id;
}

function noStart({ origin }: Tokenizer): AttuneError {
  return new AttuneError('E_NO_ITEMS', {
    what: `The vocabulary of ${origin} is not an item vocabulary`,
    expected: 'a start token (bos_token)',
    fix: 'create the model with attune models create',
  });
}
