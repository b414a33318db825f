import { AttuneError } from '../../base/errors.ts';
import { Tokenizer } from './tokenizer.ts';

/** A row begins with it, so that its first item can be predicted too. */
const START = '[START]';
const UNKNOWN = '[UNK]';
/** Prefix of the tokens of users' features. */
const USER = '[USER ';

/**
 * A vocabulary with one token for each item, in the order given, behind one for each feature of users.
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

/** The vocabulary with further items behind those that it has; ids stay as they are. @throws AttuneError E_ITEM_NAME */
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
  /** The start, what is known of the user, and the items that the vocabulary has. */
  ids: Int32Array;
  /** How many of them stand before the items. */
  lead: number;
  /** Whether the last item is one of them. */
  lastIsKnown: boolean;
}

/** Feature that identifies a known user; other features have a name before the `=`. */
export function selfOf(user: string): string {
  return `=${user}`;
}

/** Where the tokens of what is known of users stand. */
export function aboutIds(tokenizer: Tokenizer): { first: number; count: number } {
  const names = Array.from({ length: tokenizer.size }, (_, id) => tokenizer.tokenOf(id) ?? '');
  const isAbout = (token: string, id: number): boolean => tokenizer.isSpecial(id) && token.startsWith(USER);
  return { first: Math.max(0, names.findIndex(isAbout)), count: names.filter(isAbout).length };
}

/** Ids of a row; users, items and features that the vocabulary does not have are left out. @throws AttuneError E_NO_ITEMS */
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

/** Names of all items by their ids; undefined for tokens that are none. */
export function itemNames(tokenizer: Tokenizer): (string | undefined)[] {
  return Array.from({ length: tokenizer.size }, (_, id) =>
    tokenizer.isSpecial(id) ? undefined : (tokenizer.tokenOf(id) ?? undefined),
  );
}

/** The token of a feature of users. */
function userToken(feature: string): string {
  return `${USER}${feature}]`;
}

/** An item's id; undefined for what the vocabulary does not have. */
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
