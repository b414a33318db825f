/** Tokenizers that split text by SentencePiece and take ids from vocab.json: Marian's and M2M-100's. */
import { readFileSync } from 'node:fs';
import { AttuneError } from '../../../base/errors.ts';
import type { NewToken } from '../added-tokens.ts';
import type { AddedTokenJson } from '../bpe/train-bpe.ts';
import type { LanguageTokens, TextSide, Translation } from '../translation-traits.ts';
import type { OlderTokenizer } from './index.ts';
import { m2m100Languages } from './language-codes.ts';
import { addedTokens, presentRoles, roleTokens, type OlderFiles, type Roles } from './older-files.ts';
import { pieceFamilies } from './piece-families.ts';
import { piecesJson, SPACE } from './piece-tokenizer.ts';

interface Family {
  /** The tokenizer's class in transformers, required in folders without config.json. */
  className: string;
  files: Readonly<Record<TextSide, string>>;
  roles: Roles;
  /** Language tokens, with ids if they follow the vocabulary. */
  languages(files: OlderFiles, ids: ReadonlyMap<string, number>): (NewToken & { id?: number })[];
  tokens?: LanguageTokens;
}

const roles: Roles = { eos: '</s>', unk: '<unk>', pad: '<pad>' };
const LANGUAGE_FIRST = /^>>.+<<$/;

const marian: Family = {
  className: 'MarianTokenizer',
  files: { source: 'source.spm', target: 'target.spm' },
  roles,
  // Multilingual models read the target language before the text.
  languages: (_files, ids) =>
    [...ids.keys()].filter((token) => LANGUAGE_FIRST.test(token)).map((content) => ({ content })),
};

const m2m100: Family = {
  className: 'M2M100Tokenizer',
  files: { source: 'sentencepiece.bpe.model', target: 'sentencepiece.bpe.model' },
  roles: { ...roles, bos: '<s>', sep: '</s>' },
  languages(files, ids) {
    const codes = m2m100Languages[String(files.settings.language_codes ?? 'm2m100')];
    if (codes === undefined) throw unknownCodes(files);
    return codes.map((code, i) => ({ content: `__${code}__`, id: ids.size + i, special: true }));
  },
  tokens: { around: '__', usualSource: 'en', isBehind: false },
};

/** The family of a folder, judged by its files. */
function familyOf(files: OlderFiles): Family | undefined {
  if (!files.has('vocab.json') || files.has('merges.txt')) return undefined;
  return [marian, m2m100].find((family) => Object.values(family.files).every((name) => files.has(name)));
}

/** A translation tokenizer, with the files to save it as. */
export interface TranslationTokenizer extends OlderTokenizer {
  translation: Translation;
  className: string;
  kept: Map<string, Uint8Array>;
}

/** Undefined if a folder has no tokenizer of this kind. @throws AttuneError E_TOKENIZER_INVALID */
export function readTranslationTokenizer(files: OlderFiles): TranslationTokenizer | undefined {
  const family = familyOf(files);
  if (family === undefined) return undefined;
  if (files.flag('separate_vocabs', false)) throw separateVocabularies(files);
  const vocab = files.json('vocab.json') as Record<string, number>;
  const ids = new Map(Object.entries(vocab));
  const named = files.roles(family.roles);
  const languages = family.languages(files, ids);
  const added = addedTokens(ids, [...languages, ...files.declared(), ...roleTokens(named, ids)]).filter(
    ({ content, special }) => special || !LANGUAGE_FIRST.test(content),
  );
  const pieces = (side: TextSide) => JSON.stringify(cutter(files, family.files[side], [...added, ...languages]));
  return {
    tokenizer: vocabularyJson(vocab, named, added),
    roles: presentRoles(named, ids, added),
    translation: { pieces: { source: pieces('source'), target: pieces('target') }, languages: family.tokens },
    className: family.className,
    kept: new Map(['vocab.json', ...Object.values(family.files)].map((name) => [name, readFileSync(files.path(name))])),
  };
}

export function hasTranslationTokenizer(files: OlderFiles): boolean {
  return familyOf(files) !== undefined;
}

/** The vocabulary alone, which maps pieces to ids but splits nothing. */
function vocabularyJson(vocab: Record<string, number>, { unk }: Roles, added: readonly AddedTokenJson[]) {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: { type: 'Metaspace', replacement: SPACE, prepend_scheme: 'always', split: true },
    model: { type: 'WordLevel', vocab, unk_token: unk },
  };
}

/** Splits text with the SentencePiece file, keeping some tokens whole; the file's own ids are not used. */
function cutter(files: OlderFiles, name: string, whole: readonly NewToken[]): Record<string, unknown> {
  const tokens = whole.map(({ content, special }) => ({ content, special }));
  return piecesJson(files, name, { ...pieceFamilies[''], added: () => tokens }).tokenizer;
}

function separateVocabularies(files: OlderFiles): AttuneError {
  return new AttuneError('E_TOKENIZER_INVALID', {
    what: `${files.folder} has a separate vocabulary for each of its two languages, which is not supported`,
    got: 'separate_vocabs: true',
    expected: 'one vocab.json for both',
    fix: 'choose another model of the family',
  });
}

function unknownCodes(files: OlderFiles): AttuneError {
  return new AttuneError('E_TOKENIZER_INVALID', {
    what: `tokenizer_config.json of ${files.folder} has unknown language codes`,
    got: `language_codes: ${JSON.stringify(files.settings.language_codes)}`,
    expected: Object.keys(m2m100Languages).join(' or '),
  });
}
