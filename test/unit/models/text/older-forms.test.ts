// Whisper's and CLIP's vocab.json, tiktoken's files, SentencePiece's trailing spaces: small hand-written ones.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { byteToCharacter, spellBytes } from '../../../../src/base/byte-alphabet.ts';
import { SpeechTokens, Tokenizer } from '../../../../src/models/text/index.ts';

const temporary = mkdtempSync(join(tmpdir(), 'attune-forms-'));
afterAll(() => rmSync(temporary, { recursive: true }));

function load(files: Record<string, string | object | Uint8Array>): Promise<Tokenizer> {
  const folder = mkdtempSync(join(temporary, 'tokenizer-'));
  for (const [name, content] of Object.entries(files)) {
    const isRaw = typeof content === 'string' || content instanceof Uint8Array;
    writeFileSync(join(folder, name), isRaw ? content : JSON.stringify(content));
  }
  return Tokenizer.load(folder);
}

const spelt = async (tokenizer: Tokenizer, text: string) =>
  Array.from(await tokenizer.encode(text), (id) => tokenizer.tokenOf(id));

describe("Whisper's vocab.json", () => {
  const tokens = [...byteToCharacter, 'he', 'll', 'hell', 'hello', 'Ġhello', '<|endoftext|>'];
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const added = ['startoftranscript', 'en', 'de', 'translate', 'transcribe', 'notimestamps'].map(
    (name) => `<|${name}|>`,
  );
  const files = (settings: object) => ({
    'vocab.json': vocab,
    'merges.txt': '#version: 0.2\nh e\nl l\nhe ll\nhell o\nĠ hello\n',
    'added_tokens.json': Object.fromEntries(added.map((token, i) => [token, tokens.length + i])),
    'tokenizer_config.json': { tokenizer_class: 'WhisperTokenizer', ...settings },
  });
  const framed = async (settings: object) => {
    const tokenizer = await load(files(settings));
    const [{ ids }] = await tokenizer.encodeFramed([{ text: 'hello' }]);
    return Array.from(ids, (id) => tokenizer.tokenOf(id));
  };

  it('frames a transcript as its settings say, and ends in the end of a text', async () => {
    expect(await framed({})).toEqual(['<|startoftranscript|>', '<|notimestamps|>', 'hello', '<|endoftext|>']);
    const german = ['<|startoftranscript|>', '<|de|>', '<|translate|>', 'hello', '<|endoftext|>'];
    for (const language of ['de', 'german'])
      expect(await framed({ language, task: 'translate', predict_timestamps: true })).toEqual(german);
    await expect(load(files({ language: 'klingon' }))).rejects.toMatchObject({ code: 'E_TOKENIZER_INVALID' });
  });

  it('has the tokens of speech', async () => {
    const tokenizer = await load(files({}));
    const speech = new SpeechTokens(tokenizer);
    expect(speech.prompt({ language: 'en' })).toEqual([0, 1, 4, 5].map((i) => tokens.length + i));
    expect(tokenizer.eosId).toBe(vocab['<|endoftext|>']);
    expect(await spelt(tokenizer, 'hello hello')).toEqual(['hello', 'Ġhello']);
  });
});

describe("CLIP's vocab.json", () => {
  const pieces = ['he', 'll</w>', 'hell</w>', '12</w>', 'é</w>'];
  const ends = byteToCharacter.map((character) => `${character}</w>`);
  const tokens = [...byteToCharacter, ...ends, 'he', 'll</w>', 'hell</w>', '<|startoftext|>', '<|endoftext|>'];
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const files = {
    'vocab.json': vocab,
    // The last line is beyond the limit: its pieces are not tokens.
    'merges.txt': `#version: 0.2\nh e\nl l</w>\nhe ll</w>\n${pieces[3].slice(0, 1)} 2</w>\n`,
    'config.json': { model_type: 'clip' },
  };

  it('reads lower case, words that end in </w>, digits one by one, and frames each text', async () => {
    const tokenizer = await load(files);
    expect(await spelt(tokenizer, 'HELL  hell\n12!')).toEqual(['hell</w>', 'hell</w>', '1</w>', '2</w>', '!</w>']);
    const [{ ids }] = await tokenizer.encodeFramed([{ text: 'hell' }]);
    expect(Array.from(ids, (id) => tokenizer.tokenOf(id))).toEqual(['<|startoftext|>', 'hell</w>', '<|endoftext|>']);
    expect([tokenizer.bosId, tokenizer.eosId]).toEqual([tokens.length - 2, tokens.length - 1]);
    expect(tokenizer.decode(await tokenizer.encode('hell é'))).toBe('hell é');
  });
});

describe("tiktoken's tokenizer.model", () => {
  const words = ['he', 'll', 'hell', 'hello', ' h', ' he', ' hello', 'lo', '12', '123', 'é', '🙂', ' 🙂'];
  const ranked = [
    ...Array.from({ length: 256 }, (_, byte) => Buffer.from([byte])),
    ...words.map((w) => Buffer.from(w)),
  ];
  const model = `${ranked.map((bytes, rank) => `${bytes.toString('base64')} ${rank}`).join('\n')}\n`;
  const special = ['<|begin_of_text|>', '<|end_of_text|>', '<|eot_id|>'];
  const settings = {
    added_tokens_decoder: Object.fromEntries(
      special.map((content, i) => [ranked.length + i, { content, special: true }]),
    ),
    eos_token: '<|eot_id|>',
  };
  const files = {
    'tokenizer.model': model,
    'tokenizer_config.json': settings,
    'config.json': { model_type: 'llama', vocab_size: ranked.length + 3 },
  };

  /** Repeatedly merges the adjacent pair whose result has the lowest rank (tiktoken's algorithm). */
  function merged(text: string): string[] {
    const ranks = new Map(ranked.map((bytes, rank) => [bytes.toString('latin1'), rank]));
    const whole = Buffer.from(text).toString('latin1');
    if (ranks.has(whole)) return [whole];
    const parts = [...whole];
    for (;;) {
      const pairs = parts.slice(1).map((part, i) => ranks.get(parts[i] + part) ?? Infinity);
      const least = Math.min(...pairs);
      if (least === Infinity) return parts;
      const at = pairs.indexOf(least);
      parts.splice(at, 2, parts[at] + parts[at + 1]);
    }
  }

  it.each(['hello', ' hello', 'helhello', 'hellhe', ' hellé', 'lolo', '🙂🙂'])(
    'cuts "%s" as tiktoken',
    async (text) => {
      const tokenizer = await load(files);
      const pieces = merged(text).map((bytes) => spellBytes(Buffer.from(bytes, 'latin1')));
      expect(await spelt(tokenizer, text)).toEqual(pieces);
      expect(tokenizer.decode(await tokenizer.encode(text))).toBe(text);
    },
  );

  it('puts <|begin_of_text|> before a text of Llama, and knows its special tokens', async () => {
    const tokenizer = await load(files);
    const [{ ids }] = await tokenizer.encodeFramed([{ text: 'hello12345' }]);
    const shown = Array.from(ids, (id) => tokenizer.tokenOf(id));
    expect(shown).toEqual(['<|begin_of_text|>', 'hello', '123', '4', '5']);
    expect([tokenizer.bosId, tokenizer.eosId, tokenizer.size]).toEqual([269, 271, 272]);
    expect(await spelt(tokenizer, 'he<|eot_id|>')).toEqual(['he', '<|eot_id|>']);
  });

  it('is refused without the names of its special tokens, and where a line is none', async () => {
    const nameless = { ...files, 'tokenizer_config.json': {} };
    await expect(load(nameless)).rejects.toMatchObject({
      got: `269 tokens in tokenizer.model, but 272 rows in the embedding table`,
    });
    for (const line of ['AA==', 'AA== 0', '!!! 300', 'aGVs -1'])
      await expect(load({ ...files, 'tokenizer.model': `${model}${line}\n` })).rejects.toMatchObject({
        code: 'E_TOKENIZER_INVALID',
        what: expect.stringContaining(':270'),
      });
    await expect(load({ ...files, 'config.json': { model_type: 'gpt_neox' } })).rejects.toMatchObject({
      code: 'E_TOKENIZER_CLASS',
    });
  });
});

describe('a SentencePiece model whose spaces stand behind words', () => {
  const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) + 128, ...varint(value >>> 7)]);
  const field = (number: number, bytes: readonly number[]) => [
    ...varint(number * 8 + 2),
    ...varint(bytes.length),
    ...bytes,
  ];
  const flag = (number: number, value: number) => [...varint(number * 8), ...varint(value)];
  const score = (value: number) => [2 * 8 + 5, ...Buffer.from(Float32Array.of(value).buffer)];
  const piece = (text: string, value: number, kind = 1) =>
    field(1, [...field(1, [...Buffer.from(text)]), ...score(value), ...flag(3, kind)]);
  const pieces = [
    ...piece('<unk>', 0, 2),
    ...piece('<s>', 0, 3),
    ...piece('</s>', 0, 3),
    ...['hello▁', 'world▁', 'low▁'].flatMap((text) => piece(text, -2)),
    ...[...'▁helowrd'].flatMap((text) => piece(text, -6)),
  ];
  const model = (options: { extra?: number; prefix?: number } = {}) =>
    Uint8Array.from([
      ...pieces,
      ...field(2, [...flag(3, 1), ...flag(24, 1)]),
      ...field(3, [...flag(3, options.prefix ?? 1), ...flag(4, options.extra ?? 1)]),
    ]);

  it('cuts words with the space behind them, and puts one behind the text', async () => {
    const tokenizer = await load({ 'tokenizer.model': model() });
    expect(await spelt(tokenizer, 'hello world')).toEqual(['hello▁', 'world▁']);
    expect(await spelt(tokenizer, '  hello   low ')).toEqual(['hello▁', 'low▁']);
    expect(await spelt(tokenizer, 'hellolow')).toEqual(['h', 'e', 'l', 'l', 'o', 'low▁']);
    expect(tokenizer.decode(await tokenizer.encode('hello world'))).toBe('hello world');
    expect(await spelt(tokenizer, '')).toEqual([]);
  });

  it('keeps all spaces, or adds none, where it says so', async () => {
    const keeping = await load({ 'tokenizer.model': model({ extra: 0 }) });
    expect(await spelt(keeping, ' low ')).toEqual(['▁', 'low▁', '▁']);
    const plain = await load({ 'tokenizer.model': model({ prefix: 0 }) });
    expect(await spelt(plain, 'hello low')).toEqual(['hello▁', 'l', 'o', 'w']);
    expect(plain.decode(await plain.encode('hello low'))).toBe('hello low');
  });
});
