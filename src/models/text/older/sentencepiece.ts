import { AttuneError } from '../../../base/errors.ts';
import { fieldsOf, floatOf, textOf } from './protobuf.ts';

export type PieceKind = 'normal' | 'unknown' | 'control' | 'user' | 'unused' | 'byte';

export interface Piece {
  text: string;
  score: number;
  kind: PieceKind;
}

/** The parts of a SentencePiece model (Kudo and Richardson, 2018) that tokenisation depends on. */
export interface SentencePieceModel {
  pieces: Piece[];
  algorithm: 'unigram' | 'bpe';
  unknown: number;
  /** Whether characters without a piece are encoded as bytes. */
  byteFallback: boolean;
  /** The normaliser's replacement table; empty if none. */
  charsmap: Uint8Array;
  addDummyPrefix: boolean;
  removeExtraWhitespaces: boolean;
  /** A space belongs to the preceding word. */
  spaceBehind: boolean;
}

const kinds: Readonly<Record<number, PieceKind>> = {
  1: 'normal',
  2: 'unknown',
  3: 'control',
  4: 'user',
  5: 'unused',
  6: 'byte',
};

/** Reads a `.model` file. @throws AttuneError E_TOKENIZER_INVALID */
export function parseSentencePiece(bytes: Uint8Array, path: string): SentencePieceModel {
  try {
    return parse(bytes, path);
  } catch (error) {
    if (error instanceof AttuneError) throw error;
    throw new AttuneError('E_TOKENIZER_INVALID', {
      what: `${path} is not a SentencePiece model`,
      got: (error as Error).message,
      fix: 'the file may be cut off, or a pointer of Git LFS: fetch it again',
      cause: error,
    });
  }
}

function parse(bytes: Uint8Array, path: string): SentencePieceModel {
  const model: SentencePieceModel = {
    pieces: [],
    algorithm: 'unigram',
    unknown: 0,
    byteFallback: false,
    charsmap: new Uint8Array(),
    addDummyPrefix: true,
    removeExtraWhitespaces: true,
    spaceBehind: false,
  };
  for (const { number, value } of fieldsOf(bytes)) {
    if (number === 1) model.pieces.push(parsePiece(value as Uint8Array));
    else if (number === 2) readTrainer(value as Uint8Array, model, path);
    else if (number === 3) readNormalizer(value as Uint8Array, model);
  }
  if (model.pieces.length === 0) throw new RangeError('no pieces');
  if (model.pieces[model.unknown] === undefined)
    throw new RangeError(`${model.pieces.length} pieces, with ${model.unknown} as the id of the unknown piece`);
  return model;
}

function parsePiece(bytes: Uint8Array): Piece {
  const piece: Piece = { text: '', score: 0, kind: 'normal' };
  for (const { number, value } of fieldsOf(bytes)) {
    if (number === 1) piece.text = textOf(value);
    else if (number === 2) piece.score = floatOf(value);
    else if (number === 3) piece.kind = kinds[value as number] ?? 'normal';
  }
  return piece;
}

function readTrainer(bytes: Uint8Array, model: SentencePieceModel, path: string): void {
  for (const { number, value } of fieldsOf(bytes)) {
    if (number === 3) model.algorithm = algorithmOf(value as number, path);
    else if (number === 24) model.spaceBehind = value !== 0;
    else if (number === 35) model.byteFallback = value !== 0;
    else if (number === 40) model.unknown = value as number;
  }
}

function algorithmOf(value: number, path: string): SentencePieceModel['algorithm'] {
  if (value === 1) return 'unigram';
  if (value === 2) return 'bpe';
  throw new AttuneError('E_TOKENIZER_INVALID', {
    what: `${path} splits text in a way that no tokenizer.json can express`,
    got: value === 3 ? 'whole words' : value === 4 ? 'characters' : `model type ${value}`,
    expected: 'unigram or BPE',
    fix: 'choose a model with another tokenizer',
  });
}

function readNormalizer(bytes: Uint8Array, model: SentencePieceModel): void {
  for (const { number, value } of fieldsOf(bytes)) {
    if (number === 2) model.charsmap = value as Uint8Array;
    else if (number === 3) model.addDummyPrefix = value !== 0;
    else if (number === 4) model.removeExtraWhitespaces = value !== 0;
  }
}
