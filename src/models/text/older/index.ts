import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { byteLevelFamilies, fromByteLevel } from './byte-level-families.ts';
import { OlderFiles, type Roles } from './older-files.ts';
import { pieceFamilies } from './piece-families.ts';
import { fromSentencePiece } from './piece-tokenizer.ts';
import { fromTiktoken, isTiktoken } from './tiktoken.ts';
import {
  hasTranslationTokenizer,
  readTranslationTokenizer,
  type TranslationTokenizer,
} from './translation-tokenizer.ts';
import { fromWordPiece, wordPieceRoles } from './word-piece.ts';

/** Conversion of an older tokenizer. */
export interface OlderTokenizer {
  /** The object that tokenizer.json holds. */
  tokenizer: Record<string, unknown>;
  /** Tokens of its roles, which only its class knew. */
  roles: Roles;
}

export { hasTranslationTokenizer };

export function isTranslation(older: OlderTokenizer | TranslationTokenizer): older is TranslationTokenizer {
  return 'kept' in older;
}

const PIECE_FILES = ['spiece.model', 'spm.model', 'sentencepiece.bpe.model', 'tokenizer.model', 'tiktoken.model'];

/** Whether a folder has a tokenizer in an older form. */
export function hasOlderTokenizer(folder: string): boolean {
  const has = (name: string) => existsSync(join(folder, name));
  return (
    [...PIECE_FILES, 'vocab.txt'].some(has) ||
    (has('vocab.json') && has('merges.txt')) ||
    hasTranslationTokenizer(new OlderFiles(folder))
  );
}

/**
 * The tokenizer of a folder that has none in today's form: vocab.txt, vocab.json with merges.txt, a file of
 * SentencePiece or of tiktoken, or SentencePiece's with vocab.json, each with the conventions of its class. Undefined
 * where there is none of these.
 * @throws E_TOKENIZER_CLASS, E_TOKENIZER_INVALID
 */
export function readOlderTokenizer(folder: string): OlderTokenizer | TranslationTokenizer | undefined {
  const files = new OlderFiles(folder);
  const translation = readTranslationTokenizer(files);
  if (translation !== undefined) return translation;
  const pieces = PIECE_FILES.find((name) => files.has(name));
  if (pieces !== undefined)
    return isTiktoken(files.bytes(pieces)) ? fromTiktoken(files, pieces) : fromSentencePiece(files, pieces);
  if (files.has('vocab.json') && files.has('merges.txt')) return fromByteLevel(files);
  return files.has('vocab.txt') ? fromWordPiece(files) : undefined;
}

/** Families whose tokenizer.json is of BERT's kind. */
const WORD_PIECE: readonly string[] = ['bert', 'distilbert', 'electra', 'mobilebert', 'convbert', 'funnel', 'lxmert'];

/**
 * The roles that a folder's tokenizer class, or its model type, implies where its settings name none, as transformers'
 * classes have them by default: a published bert-base-uncased says nowhere that [MASK] is its mask.
 */
export function impliedRoles(folder: string): Roles {
  const { family } = new OlderFiles(folder);
  if (family === '') return {};
  if (WORD_PIECE.includes(family)) return wordPieceRoles;
  return byteLevelFamilies[family]?.roles ?? pieceFamilies[family]?.roles ?? {};
}
