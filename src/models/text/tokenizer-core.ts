/** Loads the tokenizers library from a folder's files. */
import type { Tokenizer as Core } from 'tokenizers';
import { AttuneError } from '../../base/errors.ts';
import { parseJson } from '../../files/json.ts';
import type { AddedTokenJson } from './bpe/train-bpe.ts';
import { tokenizers } from './tokenizers-library.ts';
import { resolveSpecialTokens, type SpecialTokens } from './special-tokens.ts';
import { parseOther, type TokenizerFiles } from './tokenizer-files.ts';
import type { TextSide } from './translation-traits.ts';

/** Properties of a tokenizer, probed on loading. */
export interface Traits {
  special: SpecialTokens;
  /** Whether encoding with special tokens prepends BOS. */
  addsBos: boolean;
  /** Whether text may be split after a line feed without changing its tokens. */
  cutsAtLines: boolean;
  /** Whether joining the tokens of a text's parts still spells the text: no space is added at a part's start. */
  joinsParts: boolean;
  /** Side of a translation model; the source by default. */
  side?: TextSide;
}

/** @throws AttuneError E_TOKENIZER_INVALID */
export function loadCore(files: TokenizerFiles, tokenizer = files.tokenizer): Core {
  try {
    return tokenizers.Tokenizer.fromString(withoutDropout(tokenizer));
  } catch (error) {
    throw invalid(files, (error as Error).message);
  }
}

/** Merge dropout would tokenise the same text differently each time. */
function withoutDropout(tokenizer: string): string {
  if (dropoutOf(tokenizer) === undefined) return tokenizer;
  const parsed = parseJson<{ model: object }>(tokenizer);
  return JSON.stringify({ ...parsed, model: { ...parsed.model, dropout: null } });
}

/** Merge dropout in a tokenizer.json; undefined if there is none. */
export function dropoutOf(tokenizer: string): number | undefined {
  // Avoids parsing the large file. A piece called "dropout" has an id, which is written without a decimal point.
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

/** A tokenizer.json may include truncation and padding, which would silently change rows. */
export function withoutLimits(core: Core): Core {
  core.disableTruncation();
  core.disablePadding();
  return core;
}

/** Probes a tokenizer and disables its post-processor: from then on, it adds no special tokens. */
export async function findTraits(
  files: TokenizerFiles,
  core: Core,
  addedTokens: readonly AddedTokenJson[],
): Promise<Traits> {
  withoutLimits(core);
  const special = resolveSpecialTokens(files, core);
  const listed = new Set(addedTokens.map(({ content }) => content));
  // Tokens with a role count as special even if tokenizer.json has them only as plain entries.
  core.addSpecialTokens(
    Object.values(special)
      .map(({ content }) => content)
      .filter((content) => !listed.has(content)),
  );
  const framed = (await core.encode('a', null, { addSpecialTokens: true })).getIds();
  const declared = parseOther(files, 'tokenizer_config.json').add_bos_token;
  const adds = typeof declared === 'boolean' ? declared : framed[0] === special.bos?.id;
  // Nothing is added from here on, and offsets keep the spaces that some post-processors trim.
  core.setPostProcessor(tokenizers.byteLevelProcessing(false));
  const probe = ['One, two;\n', 'three\n', 'four'];
  const parts = await core.encodeBatch([probe.join(''), ...probe], { addSpecialTokens: false });
  const [whole, ...cut] = parts.map((encoding) => encoding.getIds());
  const joinsParts = (await core.decode(cut.flat(), false)) === probe.join('');
  const cutsAtLines = joinsParts && whole.join() === cut.flat().join() && !addedTokens.some(reachesOverLines);
  return { special, addsBos: adds && special.bos !== undefined, joinsParts, cutsAtLines };
}

/** Whether a normaliser changes nothing but Unicode composition. */
export function isMild(normalizer: unknown): boolean {
  const type = (normalizer as { type?: unknown } | null | undefined)?.type;
  return type === undefined || type === 'NFC';
}

function reachesOverLines({ lstrip, content }: AddedTokenJson): boolean {
  return lstrip || /\n./s.test(content);
}
