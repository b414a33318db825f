/** SentencePiece BPE vocabularies (Llama 2, Mistral, Phi-3, Gemma) for llama.cpp: pieces with scores. */
import type { Problem } from '../../../base/errors.ts';
import { plural } from '../../../base/format.ts';
import type { Tokenizer } from '../tokenizer.ts';
import {
  KIND,
  list,
  stepsOf,
  strangeSettings,
  text,
  type ListedTokens,
  type ReadVocabulary,
  type Source,
} from './source.ts';

const SPACE = '▁';
const BYTE = /^<0x[\dA-F]{2}>$/;
/** Score of pieces that no merge creates, below all others. */
const LEAST = -1e6;

/** Where a space is prepended: `first`, only at the start of a text; `always`, after special tokens as well. */
type Prefix = 'always' | 'first' | 'never';

export function isOfPieces({ model }: Source): boolean {
  return model.type === 'BPE' && model.byte_fallback === true;
}

export function readPieces(source: Source): ReadVocabulary {
  const prefix = prefixOf(source);
  const keys = ['dropout', 'continuing_subword_prefix', 'end_of_word_suffix', 'ignore_merges'] as const;
  const message = `llama.cpp does not support this treatment of spaces: ${shown(source.normalizer)}, ${shown(source.pre_tokenizer)}`;
  const unknown = prefix === undefined ? [{ field: 'normalizer, pre_tokenizer', message }] : [];
  return {
    problems: [...strangeSettings(source, keys), ...unknown],
    describe(listed, tokenizer) {
      const problems = setKinds(listed, source);
      const { scores, differences } = scoresOf(listed, source);
      const hasPrefix = prefix === 'always' || (prefix === 'first' && !tokenizer.templates.exists);
      return {
        problems,
        values: [
          ['tokenizer.ggml.model', text('llama')],
          ['tokenizer.ggml.pre', text('default')],
          ['tokenizer.ggml.scores', list('f32', scores)],
          ['tokenizer.ggml.add_space_prefix', { type: 'bool', value: hasPrefix }],
        ],
        differences: [...differences, ...prefixDifferences(prefix!, tokenizer)],
      };
    },
  };
}

function shown(step: unknown): string {
  return JSON.stringify(step ?? null).slice(0, 200);
}

/** Undefined if llama.cpp has no equivalent pre-processing. */
function prefixOf({ normalizer, pre_tokenizer: cut, model }: Source): Prefix | undefined {
  const steps = stepsOf(normalizer);
  const cuts = stepsOf(cut);
  const replaces = steps.filter(({ type }) => type === 'Replace');
  const prepends = steps.filter(({ type }) => type === 'Prepend');
  if (steps.length !== replaces.length + prepends.length) return undefined;
  if (replaces.length === 1) {
    const [{ pattern, content }] = replaces;
    if ((pattern as { String?: unknown } | undefined)?.String !== ' ' || content !== SPACE) return undefined;
    // Splitting at spaces has no effect, since they are already replaced.
    const isIdle = cuts.every(
      ({ type, pattern: at }) => type === 'Split' && (at as { String?: unknown })?.String === ' ',
    );
    return isIdle && prepends.every(({ prepend }) => prepend === SPACE)
      ? prepends.length > 0
        ? 'always'
        : 'never'
      : undefined;
  }
  const [metaspace, ...others] = cuts;
  if (steps.length > 0 || others.length > 0 || metaspace?.type !== 'Metaspace') return undefined;
  const { replacement, prepend_scheme: scheme = 'always', split = true } = metaspace;
  const crosses = split !== false && Object.keys(model.vocab).some((piece) => piece.lastIndexOf(SPACE) > 0);
  const isKnown = scheme === 'always' || scheme === 'first' || scheme === 'never';
  return replacement === SPACE && isKnown && !crosses ? scheme : undefined;
}

function prefixDifferences(prefix: Prefix, { templates }: Tokenizer): string[] {
  if (prefix !== 'first') return [];
  return [
    templates.exists
      ? 'llama.cpp adds no space before a text (conversations need none); a plain text that starts with ' +
        'a word is tokenized without it'
      : 'llama.cpp adds a space before text that follows a special token, not only at the start of a text',
  ];
}

/** Byte tokens and the unknown token have kinds of their own. */
function setKinds({ tokens, kinds }: ListedTokens, { model }: Source): Problem[] {
  let bytes = 0;
  for (const [id, token] of tokens.entries()) {
    if (BYTE.test(token)) {
      kinds[id] = KIND.byte;
      bytes++;
    } else if (token === model.unk_token) kinds[id] = KIND.unknown;
  }
  return bytes === 256 ? [] : [{ field: 'model.vocab', message: `${256 - bytes} of the 256 bytes have no token` }];
}

/**
 * llama.cpp merges the adjacent pair whose result has the best score, if that is a token; here merges are ranked. The
 * two agree if all merges that create a piece have consecutive ranks and none is missing.
 */
function scoresOf({ tokens, kinds }: ListedTokens, { model }: Source): { scores: number[]; differences: string[] } {
  const ranks = new Map<string, number>();
  const ways = new Map<string, number>();
  let [last, torn] = ['', 0];
  for (const [rank, merge] of (model.merges ?? []).entries()) {
    const piece = (typeof merge === 'string' ? merge.split(' ') : merge).join('');
    if (!ranks.has(piece)) ranks.set(piece, -rank);
    else if (piece !== last) torn++;
    ways.set(piece, (ways.get(piece) ?? 0) + 1);
    last = piece;
  }
  const isMade = (id: number) => kinds[id] === KIND.normal && [...tokens[id]].length > 1;
  const scores = tokens.map((token, id) => ranks.get(token) ?? (isMade(id) ? LEAST : 0));
  const known = new Set(tokens.filter((_, id) => kinds[id] !== KIND.unused));
  const more = tokens.filter((token, id) => isMade(id) && waysToMake(token, known) > (ways.get(token) ?? 0)).length;
  const told = [
    [torn, 'are merged by llama.cpp in another order when several merges apply'],
    [more, 'can be built by llama.cpp from parts that the tokenizer does not merge'],
  ] as const;
  return {
    scores,
    differences: told.filter(([count]) => count > 0).map(([count, words]) => `${plural(count, 'pieces')} ${words}`),
  };
}

function waysToMake(token: string, known: ReadonlySet<string>): number {
  const characters = [...token];
  return characters.slice(1).filter((_, i) => {
    return known.has(characters.slice(0, i + 1).join('')) && known.has(characters.slice(i + 1).join(''));
  }).length;
}
