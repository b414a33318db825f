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

/** Result of converting an older tokenizer. */
export interface OlderTokenizer {
  /** Content of tokenizer.json. */
  tokenizer: Record<string, unknown>;
  /** Special tokens by role, which only the tokenizer's class defines. */
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
 * Converts a folder's tokenizer from an older form (vocab.txt, vocab.json with merges.txt, a SentencePiece or tiktoken
 * file, or SentencePiece with vocab.json) by the conventions of its class. Undefined if it has none of these.
 *
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

/** Families with WordPiece vocabularies. */
const WORD_PIECE: readonly string[] = ['bert', 'distilbert', 'electra', 'mobilebert', 'convbert', 'funnel', 'lxmert'];

/**
 * Default special tokens of a folder's tokenizer class, or of its model type: the settings of bert-base-uncased, for
 * example, do not say that [MASK] is its mask token.
 */
export function impliedRoles(folder: string): Roles {
  const { family } = new OlderFiles(folder);
  if (family === '') return {};
  if (WORD_PIECE.includes(family)) return wordPieceRoles;
  return byteLevelFamilies[family]?.roles ?? pieceFamilies[family]?.roles ?? {};
}
