import { AttuneError } from '../../base/errors.ts';
import type { AddedTokenJson } from './bpe/train-bpe.ts';
import { parseOther, type TokenizerFiles } from './tokenizer-files.ts';
import { countIds, parseTokenizer, type ParsedTokenizer } from './vocabulary.ts';

/** A token to add. Special ones can be skipped when decoding; flags as in tokenizer.json, false by default. */
export interface NewToken {
  content: string;
  special?: boolean;
  single_word?: boolean;
  lstrip?: boolean;
  rstrip?: boolean;
  normalized?: boolean;
}

export interface AddedTokens {
  files: TokenizerFiles;
  /** Ids of the requested tokens, in the same order. */
  ids: number[];
  /** Ids that are new: their embedding rows need training. */
  newIds: number[];
}

/** Adds tokens with the next free ids; existing tokens are unchanged. */
export function addTokensToFiles(
  files: TokenizerFiles,
  parsed: ParsedTokenizer,
  tokens: readonly NewToken[],
  known: (content: string) => number | null,
): AddedTokens {
  if (tokens.some(({ content }) => content === '')) {
    throw new AttuneError('E_SPECIAL_TOKENS', { what: 'A token cannot be empty' });
  }
  const ids = new Map<string, number>();
  const added: AddedTokenJson[] = [];
  let next = countIds(parsed);
  for (const { content, ...flags } of tokens) {
    const id = ids.get(content) ?? known(content);
    if (id === null) added.push(describeToken(content, next, flags));
    ids.set(content, id ?? next++);
  }
  const result = { ids: tokens.map(({ content }) => ids.get(content) as number), newIds: added.map(({ id }) => id) };
  if (added.length === 0) return { files, ...result };
  const tokenizer = JSON.stringify({ ...parsed, added_tokens: [...(parsed.added_tokens ?? []), ...added] }, null, 2);
  const translation = withWholeTokens(files, added);
  return { files: { ...files, tokenizer, translation, others: withDecoderEntries(files, added) }, ...result };
}

/** Keeps added tokens whole in the pre-tokenizers as well. */
function withWholeTokens({ translation, origin }: TokenizerFiles, added: readonly AddedTokenJson[]) {
  if (translation?.pieces === undefined) return translation;
  const withTokens = (text: string): string => {
    const parsed = parseTokenizer(text, origin);
    const own = added.map((token, i) => ({ ...token, id: countIds(parsed) + i }));
    return JSON.stringify({ ...parsed, added_tokens: [...(parsed.added_tokens ?? []), ...own] });
  };
  const { source, target } = translation.pieces;
  return { ...translation, pieces: { source: withTokens(source), target: withTokens(target) } };
}

/** Tokens that only tokenizer_config.json has; they are added on loading, as in transformers. */
export function tokensOnlyInConfig(files: TokenizerFiles, parsed: ParsedTokenizer): AddedTokenJson[] {
  const declared = parseOther(files, 'tokenizer_config.json').added_tokens_decoder as
    | Record<string, NewToken>
    | undefined;
  const present = new Set((parsed.added_tokens ?? []).map(({ content }) => content));
  const vocabulary = Array.isArray(parsed.model.vocab) ? {} : parsed.model.vocab;
  return Object.entries(declared ?? {})
    .filter(([, { content }]) => !present.has(content) && !Object.hasOwn(vocabulary, content))
    .map(([id, { content, ...flags }]) => describeToken(content, Number(id), flags))
    .sort((a, b) => a.id - b.id);
}

function describeToken(content: string, id: number, flags: Omit<NewToken, 'content'>): AddedTokenJson {
  const { special = false, single_word = false, lstrip = false, rstrip = false, normalized = false } = flags;
  return { id, content, single_word, lstrip, rstrip, normalized, special };
}

/** transformers trusts the copy of the added tokens in tokenizer_config.json, the only one if there is no tokenizer.json. */
function withDecoderEntries(files: TokenizerFiles, added: AddedTokenJson[]): ReadonlyMap<string, string> {
  const config = parseOther(files, 'tokenizer_config.json');
  if (config.added_tokens_decoder === undefined && files.kept === undefined) return files.others;
  const entries = added.map(({ id, ...token }) => [String(id), token]);
  const decoder = { ...(config.added_tokens_decoder as object | undefined), ...Object.fromEntries(entries) };
  const text = `${JSON.stringify({ ...config, added_tokens_decoder: decoder }, null, 2)}\n`;
  return new Map([...files.others, ['tokenizer_config.json', text]]);
}
