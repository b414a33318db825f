import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { encode as encodeCl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { encode as encodeO200k } from 'gpt-tokenizer/encoding/o200k_base';
import llama3 from 'llama3-tokenizer-js';
import { beforeAll, describe, expect, test } from 'vitest';
import { spellBytes } from '../../src/text/bpe/byte-alphabet.ts';
import {
  newTokenizer,
  splitPatterns,
  StreamingDecoder,
  type Tokenizer,
  type TokenizerJson,
} from '../../src/text/index.ts';

const prose = readFileSync(new URL('../../fixtures/text/prose.txt', import.meta.url), 'utf8');
const texts = [
  ...prose.split('\n\n'),
  prose,
  readFileSync(new URL('../../src/text/bpe/merge-learner.ts', import.meta.url), 'utf8'),
  '',
  ' ',
  '\n',
  '\t\t\tif (x) {\r\n\r\n\r\n    return;\r\n}',
  '            twelve spaces,   three, and a trailing one ',
  "I'M YOU'RE he'll WE'VE it's don't I'd 'sup o'clock",
  '0 12 123 1234 12345 1234567890 3.14159 1e-10 0xFF ½ ² Ⅷ ٣٤',
  '🙂🙃👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿🇪🇺 e\u0301 é ﬁ Å Å \u200b\u200d\u2060 \u{10ffff}',
  'Ｆｕｌｌｗｉｄｔｈ ǅ ǈ ʰ ა ꙮ 𝒳 𝟘 𠮷野家 ﷽ ไม่มีเว้นวรรค 한글 العربية עברית',
  '=====>>><<<----****####~~~~////\\\\\\\\ ...!!!??? (((nested)))',
  'a'.repeat(300),
  'The quick brown fox. '.repeat(20),
  Array.from({ length: 0x250 }, (_, code) => String.fromCodePoint(code + 0x20))
    .join('')
    .replaceAll('\u0085', ''),
];

/** A vocabulary in rank order as a tokenizer.json: a merge for every piece, found by merging it with lower ranks only. */
function fromRanks(name: string, pattern: string, special: Record<string, number>): TokenizerJson {
  const path = createRequire(import.meta.url).resolve(`gpt-tokenizer/data/${name}.tiktoken`);
  const ranks = new Map<string, number>();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const [base64, rank] = line.split(' ');
    if (rank !== undefined) ranks.set(spellBytes(Buffer.from(base64, 'base64')), Number(rank));
  }
  const merges: [string, string][] = [];
  for (const [piece, rank] of ranks) if (piece.length > 1) merges.push(lastMerge(piece, rank, ranks));
  // The ids have gaps before the special tokens; those in the vocabulary keep theirs.
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
    // Whole pieces win over merges, as in all of these encodings.
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

async function expectSameIds(tokenizer: Tokenizer, reference: (text: string) => number[]): Promise<void> {
  const encoded = await tokenizer.encodeBatch(texts);
  for (const [index, text] of texts.entries()) {
    expect([...encoded[index]], JSON.stringify(text.slice(0, 60))).toEqual(reference(text));
    expect(tokenizer.decode(encoded[index])).toBe(text);
  }
}

function expectStreams(tokenizer: Tokenizer, ids: Int32Array, text: string): void {
  const decoder = new StreamingDecoder(tokenizer);
  const parts = Array.from(ids, (id) => decoder.push(id));
  expect(parts.join('') + decoder.end()).toBe(text);
  expect(parts.slice(0, -1).every((part) => !part.includes('\ufffd'))).toBe(true);
}

describe.each([
  [
    'cl100k_base',
    encodeCl100k,
    String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+\z|\s*[\r\n]|\s+(?!\S)|\s`,
    100257,
  ],
  [
    'o200k_base',
    encodeO200k,
    String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    199999,
  ],
] as const)('the vocabulary of %s', (name, reference, pattern, endOfText) => {
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = await newTokenizer(fromRanks(name, pattern, { '<|endoftext|>': endOfText }), {
      roles: { eos: '<|endoftext|>' },
    });
  }, 60_000);

  test('gives the ids of gpt-tokenizer on varied text, and the text back', async () => {
    await expectSameIds(tokenizer, (text) => reference(text));
    expect(tokenizer.size).toBe(endOfText + 1);
  });

  test('streams without ever showing half a character', async () => {
    for (const text of texts) expectStreams(tokenizer, await tokenizer.encode(text), text);
  });
});

describe('the vocabulary of Llama 3', () => {
  test('gives the ids of llama3-tokenizer-js, with its special tokens', async () => {
    const { vocabById, merges } = llama3 as unknown as { vocabById: string[]; merges: Map<string, number> };
    const isSpecial = (token: string) => /^<\|\w+\|>$/.test(token);
    const vocab = Object.fromEntries(vocabById.map((token, id) => [token, id] as const).slice(0, 128_000));
    const special = Object.fromEntries(vocabById.map((token, id) => [token, id] as const).slice(128_000));
    expect(Object.keys(special).every(isSpecial)).toBe(true);
    const pairs = [...merges.keys()].map((pair) => pair.split(' ') as [string, string]);
    const json = byteLevelJson(vocab, pairs, splitPatterns.llama3, special);
    const tokenizer = await newTokenizer(json, { roles: { bos: '<|begin_of_text|>', eos: '<|eot_id|>' } });
    await expectSameIds(tokenizer, (text) => llama3.encode(text, { bos: false, eos: false }));
    const chat = '<|start_header_id|>user<|end_header_id|>\n\nHi 🙂<|eot_id|>';
    expect([...(await tokenizer.encode(chat))]).toEqual(llama3.encode(chat, { bos: false, eos: false }));
    expect(tokenizer.size).toBe(128_256);
  }, 60_000);
});
