/** The bytes that each token adds to an answer. */
import { parseJson } from '@attune/files/json';
import type { TokenSource } from './token-source.ts';
import { unspellBytes } from '@attune/base/byte-alphabet';

/** By id; undefined for ids without text: special tokens, gaps, and tokens whose text depends on their neighbours. */
export type TokenBytes = readonly (Uint8Array | undefined)[];

export interface TokenTable {
  /** As the first token of an answer: some tokenizers drop its leading space. */
  first: TokenBytes;
  /** After another token. */
  later: TokenBytes;
}

/** Bytes that each token of the vocabulary adds to a text. */
export function tokenTable(tokenizer: TokenSource): TokenTable {
  const ids = Array.from({ length: tokenizer.size }, (_, id) => id);
  const added = new Map(tokenizer.addedTokens.map(({ id, content }) => [id, content]));
  const isByteLevel = kindsOf(tokenizer).includes('ByteLevel');
  const stops = new Set(tokenizer.stopIds);
  const encoder = new TextEncoder();
  const read = (spell: (id: number) => string | undefined): TokenBytes =>
    ids.map((id) => {
      const token = tokenizer.tokenOf(id);
      if (token === null || stops.has(id) || tokenizer.isSpecial(id)) return undefined;
      if (isByteLevel && !added.has(id)) return solid(unspellBytes(token));
      const byte = /^<0x([\dA-F]{2})>$/.exec(token);
      if (byte !== null && !isByteLevel) return Uint8Array.of(Number.parseInt(byte[1], 16));
      const text = spell(id);
      return text === undefined || text.includes('\ufffd') ? undefined : solid(encoder.encode(text));
    });
  if (isByteLevel) {
    const table = read((id) => tokenizer.decode([id]));
    return { first: table, later: table };
  }
  const anchor = anchorOf(tokenizer);
  const before = tokenizer.decode([anchor]);
  const after = (id: number): string | undefined => {
    const text = tokenizer.decode([anchor, id]);
    return text.startsWith(before) ? text.slice(before.length) : undefined;
  };
  return { first: read((id) => tokenizer.decode([id])), later: read(after) };
}

function solid(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes === undefined || bytes.length === 0 ? undefined : bytes;
}

/** Types of the decoder's parts. */
function kindsOf(tokenizer: TokenSource): string[] {
  const { decoder } = parseJson(tokenizer.files.tokenizer) as { decoder?: Decoder | null };
  const collect = (part: Decoder): string[] => [part.type, ...(part.decoders ?? []).flatMap(collect)];
  return decoder === undefined || decoder === null ? [] : collect(decoder);
}

interface Decoder {
  type: string;
  decoders?: Decoder[];
}

/** A token with its own text, to decode other tokens after it. */
function anchorOf(tokenizer: TokenSource): number {
  for (let id = 0; id < tokenizer.size; id++) {
    const token = tokenizer.tokenOf(id);
    if (token !== null && /[a-z]/.test(token) && !tokenizer.isSpecial(id) && /^[a-z]+$/.test(tokenizer.decode([id])))
      return id;
  }
  return 0;
}
