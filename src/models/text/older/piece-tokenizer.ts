import { unknownFamily } from './byte-level-families.ts';
import { addedTokens, presentRoles, roleTokens, type OlderFiles } from './older-files.ts';
import { pieceFamilies, type PieceFamily, type Vocabulary } from './piece-families.ts';
import { mergesOfPieces } from './piece-merges.ts';
import { parseSentencePiece, type SentencePieceModel } from './sentencepiece.ts';
import type { OlderTokenizer } from './index.ts';

/** SentencePiece's symbol for a space. */
export const SPACE = '▁';

/** tokenizer.json for a SentencePiece file, with the conventions of the model's family. */
export function fromSentencePiece(files: OlderFiles, name: string): OlderTokenizer {
  const family = pieceFamilies[files.family];
  if (family === undefined) throw unknownFamily(files, pieceFamilies);
  return piecesJson(files, name, family);
}

/** tokenizer.json for a SentencePiece file, with the given conventions. */
export function piecesJson(files: OlderFiles, name: string, family: PieceFamily): OlderTokenizer {
  const model = parseSentencePiece(files.bytes(name), files.path(name));
  const vocabulary = family.vocabulary(model, files);
  const ids = new Map(vocabulary.map(([text], id) => [text, id]));
  const roles = files.roles(family.roles);
  const named = model.pieces
    .filter(({ kind, text }) => (kind === 'control' || kind === 'user') && ids.has(text))
    .map(({ kind, text }) => ({ content: text, special: kind === 'control' }));
  const tokens = [...files.declared(), ...(family.added?.(files) ?? []), ...named, ...roleTokens(roles, ids)];
  const added = addedTokens(ids, tokens);
  const hasPrefix = files.flag('add_prefix_space', model.addDummyPrefix);
  const isOld = files.flag('legacy', true);
  const spaces = { files, family, model, scheme: hasPrefix ? (isOld ? 'always' : 'first') : 'never' };
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    ...stepsOf(spaces, { hasPrefix, isOld }),
    post_processor: family.frame?.(files, roles, ids) ?? null,
    model: modelOf(model, vocabulary, family),
  };
  return { tokenizer, roles: presentRoles(roles, ids, added) };
}

function modelOf(model: SentencePieceModel, vocabulary: Vocabulary, family: PieceFamily): Record<string, unknown> {
  const unknown = family.unknown ?? model.unknown;
  const byteFallback = model.byteFallback;
  if (model.algorithm === 'unigram') {
    return { type: 'Unigram', unk_id: unknown, vocab: vocabulary, byte_fallback: byteFallback };
  }
  return {
    type: 'BPE',
    dropout: null,
    unk_token: vocabulary[unknown][0],
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: true,
    byte_fallback: byteFallback,
    vocab: Object.fromEntries(vocabulary.map(([text], id) => [text, id])),
    merges: mergesOfPieces(vocabulary),
  };
}

interface Spaces {
  files: OlderFiles;
  family: PieceFamily;
  model: SentencePieceModel;
  /** Where a space is prepended. */
  scheme: string;
}

function stepsOf(
  spaces: Spaces,
  { hasPrefix, isOld }: { hasPrefix: boolean; isOld: boolean },
): Record<string, unknown> {
  if (spaces.model.spaceBehind) return suffixSteps(spaces, hasPrefix);
  return spaces.family.isPlain === true ? plainSteps(hasPrefix, isOld) : pieceSteps(spaces);
}

/** With `treat_whitespace_as_suffix`, words end in their space, so it is appended instead of prepended. */
function suffixSteps({ files, family, model }: Spaces, hasPrefix: boolean): Record<string, unknown> {
  const table = Buffer.from(model.charsmap).toString('base64');
  const steps = [
    ...(family.before?.(files) ?? []),
    ...(table === '' ? [] : [{ type: 'Precompiled', precompiled_charsmap: table }]),
    ...(model.removeExtraWhitespaces
      ? [
          { type: 'Strip', strip_left: true, strip_right: true },
          { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' },
        ]
      : []),
    { type: 'Replace', pattern: { String: ' ' }, content: SPACE },
    ...(hasPrefix ? [{ type: 'Replace', pattern: { Regex: String.raw`(?m)(?<=.)\z` }, content: SPACE }] : []),
  ];
  const split = { type: 'Split', pattern: { String: SPACE }, behavior: 'MergedWithPrevious', invert: false };
  return {
    normalizer: { type: 'Sequence', normalizers: steps },
    pre_tokenizer: family.isPlain === true ? null : split,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: SPACE }, content: ' ' },
        ...(model.byteFallback ? [{ type: 'ByteFallback' }] : []),
        { type: 'Fuse' },
        ...(hasPrefix ? [{ type: 'Replace', pattern: { Regex: String.raw` \z` }, content: '' }] : []),
      ],
    },
  };
}

/** The file's normaliser table, its handling of spaces, and the split at spaces. */
function pieceSteps({ files, family, model, scheme }: Spaces): Record<string, unknown> {
  const metaspace = { type: 'Metaspace', replacement: SPACE, prepend_scheme: scheme, split: true };
  const { spaces = SPACE, before } = family;
  const table = Buffer.from(model.charsmap).toString('base64');
  const extra = { type: 'Replace', pattern: { Regex: ' {2,}' }, content: spaces };
  const strip = before === undefined ? [{ type: 'Strip', strip_left: false, strip_right: true }] : [];
  const steps = [
    ...(before?.(files) ?? []),
    ...(table === '' ? [] : [{ type: 'Precompiled', precompiled_charsmap: table }]),
    ...(model.removeExtraWhitespaces ? [...strip, extra] : []),
  ];
  const normalizer = steps.length === 0 ? null : { type: 'Sequence', normalizers: steps };
  const cuts = family.cuts?.(files) ?? [];
  const cutting = cuts.length === 0 ? metaspace : { type: 'Sequence', pretokenizers: [...cuts, metaspace] };
  return { normalizer, pre_tokenizer: cutting, decoder: metaspace };
}

/** Replaces spaces by the model's symbol; only merges split the text. */
function plainSteps(hasPrefix: boolean, isOld: boolean): Record<string, unknown> {
  const replace = { type: 'Replace', pattern: { String: ' ' }, content: SPACE };
  const prepend = hasPrefix ? [{ type: 'Prepend', prepend: SPACE }] : [];
  const metaspace = {
    type: 'Metaspace',
    replacement: SPACE,
    prepend_scheme: hasPrefix ? 'first' : 'never',
    split: false,
  };
  return {
    normalizer: isOld ? { type: 'Sequence', normalizers: [...prepend, replace] } : null,
    pre_tokenizer: isOld ? null : metaspace,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: SPACE }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...(hasPrefix ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
      ],
    },
  };
}
