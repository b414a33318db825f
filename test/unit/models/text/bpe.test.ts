import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tokenizer } from 'tokenizers';
import { describe, expect, test } from 'vitest';
import { byteToCharacter, spellBytes, unspellBytes } from '../../../../src/base/byte-alphabet.ts';
import { PieceCounter } from '../../../../src/models/text/bpe/piece-counter.ts';
import { compileSplitPattern } from '../../../../src/models/text/bpe/split-pattern.ts';
import { trainByteLevelBpe } from '../../../../src/models/text/bpe/train-bpe.ts';

const prose = readFileSync(new URL('../../../../fixtures/text/prose.txt', import.meta.url), 'utf8');
const documents = prose.split('\n\n');

/** Literal implementation of the definition: recount everything, merge the best pair everywhere, repeat. */
function naiveMerges(texts: string[], pattern: string, count: number): [string, string][] {
  const words = new Map<string, number>();
  for (const text of texts) {
    for (const [piece] of text.matchAll(compileSplitPattern(pattern))) {
      const spelling = spellBytes(Buffer.from(piece));
      words.set(spelling, (words.get(spelling) ?? 0) + 1);
    }
  }
  let split = [...words].map(([word, times]) => ({ symbols: word.split(''), times }));
  const order = byteToCharacter.toSorted();
  const merges: [string, string][] = [];
  while (merges.length < count) {
    const pairs = new Map<string, number>();
    for (const { symbols, times } of split) {
      for (let i = 0; i + 1 < symbols.length; i++) {
        const key = `${symbols[i]}\n${symbols[i + 1]}`;
        pairs.set(key, (pairs.get(key) ?? 0) + times);
      }
    }
    const rank = (key: string) => key.split('\n').map((symbol) => order.indexOf(symbol));
    const ranked = [...pairs].filter(([, times]) => times >= 2);
    ranked.sort(([a, timesA], [b, timesB]) => {
      const [ranksA, ranksB] = [rank(a), rank(b)];
      return timesB - timesA || ranksA[0] - ranksB[0] || ranksA[1] - ranksB[1];
    });
    if (ranked.length === 0) break;
    const [left, right] = ranked[0][0].split('\n');
    merges.push([left, right]);
    if (!order.includes(left + right)) order.push(left + right);
    split = split.map(({ symbols, times }) => ({ symbols: mergeOnce(symbols, left, right), times }));
  }
  return merges;
}

function mergeOnce(symbols: string[], left: string, right: string): string[] {
  const merged: string[] = [];
  for (let i = 0; i < symbols.length; i++) {
    if (symbols[i] === left && symbols[i + 1] === right) merged.push(left + symbols[++i]);
    else merged.push(symbols[i]);
  }
  return merged;
}

describe('byte-level BPE training', () => {
  test.each(['gpt2', 'llama3', 'qwen2'])(
    'learns the merges of a naive implementation with the %s pattern',
    async (pattern) => {
      const naive = naiveMerges(documents, pattern, 60);
      const trained = await trainByteLevelBpe(documents, { vocabSize: 316, pattern });
      expect(trained.model.merges.slice(0, 60)).toEqual(naive.slice(0, 60));
    },
  );

  test('handles overlapping repeats as a naive implementation does', async () => {
    const texts = [
      'aaaaaaa aaaa aaa aa a',
      'abababab babab aabb',
      'xaaay xaaaay aaaab',
      '------- ---- ===',
      '\n\n\n\n \n\n',
    ];
    const trained = await trainByteLevelBpe(texts, { vocabSize: 400, pattern: 'gpt2' });
    expect(trained.model.merges).toEqual(naiveMerges(texts, 'gpt2', 400));
    expect(trained.model.merges.length).toBeGreaterThan(5);
  });

  test('learns the merges of the Hugging Face trainer', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'attune-bpe-'));
    try {
      const file = join(folder, 'text.txt');
      // Their trainer reads line by line and keeps the line feed; its only limit is the 30,000 entries.
      const text = prose.slice(0, 6000).replaceAll(/[^\x20-\x7e\n]/g, '');
      writeFileSync(file, text);
      const lines = text.split(/(?<=\n)/);
      const ours = await trainByteLevelBpe(lines, { vocabSize: 30_256, pattern: 'gpt2', minFrequency: 1 });
      const reference = Tokenizer.fromString(
        JSON.stringify({ ...ours, model: { type: 'BPE', vocab: {}, merges: [] } }),
      );
      reference.train([file]);
      const path = join(folder, 'tokenizer.json');
      reference.save(path);
      const theirs = JSON.parse(readFileSync(path, 'utf8')) as typeof ours;
      expect(theirs.model.merges.length).toBeGreaterThan(1000);
      expect(ours.model.merges).toEqual(theirs.model.merges);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('gives the same bytes for the same documents in any order, and from a stream', async () => {
    async function* stream(): AsyncGenerator<string> {
      yield* documents.toReversed();
    }
    const options = { vocabSize: 600, specialTokens: ['<pad>', '</s>'] };
    const first = JSON.stringify(await trainByteLevelBpe(documents, options));
    expect(JSON.stringify(await trainByteLevelBpe(stream(), options))).toBe(first);
  });

  test('encodes and decodes every text without loss, with special tokens at the first ids', async () => {
    const specialTokens = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'];
    const trained = await trainByteLevelBpe(documents, { vocabSize: 700, specialTokens });
    const tokenizer = Tokenizer.fromString(JSON.stringify(trained));
    expect(tokenizer.getVocabSize()).toBe(700);
    expect(specialTokens.map((token) => tokenizer.tokenToId(token))).toEqual([0, 1, 2]);
    const everyCharacter = Array.from({ length: 0x3000 }, (_, code) => String.fromCodePoint(code)).join('');
    const texts = [
      prose,
      everyCharacter,
      '🧑🏽‍💻 café é \u{10ffff}\ufeff\u0085',
      '\t\t if (x) {\r\n\r\n   }',
      '',
      ' ',
      'x = 1234567',
    ];
    for (const text of texts) {
      const ids = (await tokenizer.encode(text)).getIds();
      expect(await tokenizer.decode(ids, false)).toBe(text);
    }
    const chat = await tokenizer.encode('<|im_start|>user');
    expect(chat.getIds()[0]).toBe(1);
  });

  test('never merges text into a special token', async () => {
    const trained = await trainByteLevelBpe(Array(50).fill('<|> <|>'), { vocabSize: 300, specialTokens: ['<|>'] });
    expect(trained.model.merges.map((pair) => pair.join(''))).not.toContain('<|>');
    expect(Object.keys(trained.model.vocab).length).toBe(new Set(Object.values(trained.model.vocab)).size);
  });

  test('refuses a vocabulary smaller than the bytes, repeated special tokens and a broken pattern', async () => {
    await expect(trainByteLevelBpe(['a'], { vocabSize: 256, specialTokens: ['<s>'] })).rejects.toMatchObject({
      code: 'E_VOCABULARY_SIZE',
    });
    await expect(trainByteLevelBpe(['a'], { vocabSize: 300, specialTokens: ['x', 'x'] })).rejects.toMatchObject({
      code: 'E_SPECIAL_TOKENS',
    });
    for (const pattern of ['(', String.raw`\w+|\W+`, String.raw`a\z`]) {
      await expect(trainByteLevelBpe(['a'], { vocabSize: 300, pattern })).rejects.toMatchObject({
        code: 'E_SPLIT_PATTERN',
      });
    }
  });
});

describe('counting pieces', () => {
  test('cuts text as the pre-tokenizer does', async () => {
    const trained = await trainByteLevelBpe(['a'], { vocabSize: 256, pattern: 'llama3' });
    const preTokenizer = Tokenizer.fromString(JSON.stringify(trained)).getPreTokenizer();
    const text = `It's 12345 DON'T  \n\n x\u0085y\ufeffz \u2028 a\u00a0b\u200bc ${prose.slice(0, 3000)} שלום 日本語テキスト ½ x² 🙂🙂`;
    const theirs = preTokenizer?.preTokenizeString(text).map(([piece]) => piece);
    const ours = [...text.matchAll(compileSplitPattern('llama3'))].map(([piece]) => spellBytes(Buffer.from(piece)));
    expect(ours).toEqual(theirs);
  });

  test('takes line borders and digits of a pattern of its own as the pre-tokenizer does', async () => {
    const pattern = String.raw`^\s+|\d+|[^\s\d]+$|[^\s\d]+|\s+`;
    const trained = await trainByteLevelBpe(['a'], { vocabSize: 256, pattern });
    const preTokenizer = Tokenizer.fromString(JSON.stringify(trained)).getPreTokenizer();
    const text = '  one two\n  three 12٣٤ four\n\nfive';
    const counter = new PieceCounter(pattern);
    counter.add(text);
    const theirs = preTokenizer?.preTokenizeString(text).map(([piece]) => piece);
    expect(
      counter
        .sorted()
        .map(([piece]) => spellBytes(Buffer.from(piece)))
        .toSorted(),
    ).toEqual([...new Set(theirs)].toSorted());
  });

  test('forgets only the rarest pieces when there are too many', () => {
    const counter = new PieceCounter('gpt2', 100);
    for (let i = 0; i < 1000; i++) counter.add(`often word${i < 500 ? 'a'.repeat(i) : i}`);
    const kept = new Map(counter.sorted());
    expect(kept.size).toBeLessThanOrEqual(100);
    expect(kept.get('often')).toBe(1000);
  });

  test('replaces lone surrogates instead of failing', () => {
    const counter = new PieceCounter('gpt2');
    counter.add('a \ud800 b');
    expect(counter.sorted().map(([piece]) => piece)).toContain(' \ufffd');
  });
});

test('the byte alphabet maps all 256 bytes there and back', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  expect(unspellBytes(spellBytes(bytes))).toEqual(bytes);
  expect(new Set(byteToCharacter).size).toBe(256);
  expect(unspellBytes('日')).toBeUndefined();
});
