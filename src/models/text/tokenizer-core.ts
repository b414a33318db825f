/** The library that splits texts into tokens, made from a folder's files. */
import { byteLevelProcessing, Tokenizer as Core } from 'tokenizers';
import { AttuneError } from '../../base/errors.ts';
import { parseJson } from '../../files/json.ts';
import type { AddedTokenJson } from './bpe/train-bpe.ts';
import { resolveSpecialTokens, type SpecialTokens } from './special-tokens.ts';
import { parseOther, type TokenizerFiles } from './tokenizer-files.ts';
import type { TextSide } from './translation-traits.ts';

/** Properties found by probing the core when it is loaded. */
export interface Traits {
  special: SpecialTokens;
  /** Whether the tokenizer puts BOS before a text when asked for special tokens. */
  addsBos: boolean;
  /** Whether a text may be cut after a line feed without changing its tokens. */
  cutsAtLines: boolean;
  /** Whether tokens of parts of a text, put together, still spell that text: no space appears at a part's start. */
  joinsParts: boolean;
  /** Side of a translation model; the source unless given. */
  side?: TextSide;
}

/** @throws AttuneError E_TOKENIZER_INVALID */
export function loadCore(files: TokenizerFiles, tokenizer = files.tokenizer): Core {
  try {
    return Core.fromString(withoutDropout(tokenizer));
  } catch (error) {
    throw invalid(files, (error as Error).message);
  }
}

/** Merges left out at random would give a text other tokens each time that it is read. */
function withoutDropout(tokenizer: string): string {
  if (dropoutOf(tokenizer) === undefined) return tokenizer;
  const parsed = parseJson<{ model: object }>(tokenizer);
  return JSON.stringify({ ...parsed, model: { ...parsed.model, dropout: null } });
}

/** The share of merges that a tokenizer.json leaves out at random; undefined where that is none. */
export function dropoutOf(tokenizer: string): number | undefined {
  // The file is too large to be parsed for it; a piece of that name has an id, which is written without a point.
  const [, share] = /"dropout"\s*:\s*(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?<=[.eE][\d+-]*)/.exec(tokenizer) ?? [];
  return share === undefined || Number(share) === 0 ? undefined : Number(share);
}

export function invalid(files: TokenizerFiles, got: string): AttuneError {
  return new AttuneError('E_TOKENIZER_INVALID', {
    what: `The tokenizer.json of ${files.origin} cannot be used`,
    got,
    expected: 'a tokenizer.json as written by transformers',
    fix: 'fetch it again from the model that it belongs to',
  });
}

/** A tokenizer.json may carry a length limit or padding, which would cut and fill rows without a word. */
export function withoutLimits(core: Core): Core {
  core.disableTruncation();
  core.disablePadding();
  return core;
}

/** Asks a core; from then on it adds nothing around texts. */
export async function findTraits(
  files: TokenizerFiles,
  core: Core,
  addedTokens: readonly AddedTokenJson[],
): Promise<Traits> {
  withoutLimits(core);
  const special = resolveSpecialTokens(files, core);
  const listed = new Set(addedTokens.map(({ content }) => content));
  // A role's token counts as special even where tokenizer.json has it only as a plain entry.
  core.addSpecialTokens(
    Object.values(special)
      .map(({ content }) => content)
      .filter((content) => !listed.has(content)),
  );
  const framed = (await core.encode('a', null, { addSpecialTokens: true })).getIds();
  const declared = parseOther(files, 'tokenizer_config.json').add_bos_token;
  const adds = typeof declared === 'boolean' ? declared : framed[0] === special.bos?.id;
  // From here on the core adds nothing, and offsets keep the spaces that some processors trim away.
  core.setPostProcessor(byteLevelProcessing(false));
  const probe = ['One, two;\n', 'three\n', 'four'];
  const parts = await core.encodeBatch([probe.join(''), ...probe], { addSpecialTokens: false });
  const [whole, ...cut] = parts.map((encoding) => encoding.getIds());
  const joinsParts = (await core.decode(cut.flat(), false)) === probe.join('');
  const cutsAtLines = joinsParts && whole.join() === cut.flat().join() && !addedTokens.some(reachesOverLines);
  return { special, addsBos: adds && special.bos !== undefined, joinsParts, cutsAtLines };
}

/** Whether a normaliser leaves texts as they are, but for Unicode composition. */
export function isMild(normalizer: unknown): boolean {
  const type = (normalizer as { type?: unknown } | null | undefined)?.type;
  return type === undefined || type === 'NFC';
}

function reachesOverLines({ lstrip, content }: AddedTokenJson): boolean {
  return lstrip || /\n./s.test(content);
}
