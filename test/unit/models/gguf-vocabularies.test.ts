// SentencePiece and Tekken vocabularies in llama.cpp's format; test/engine/models/llama-cpp.test.ts loads them there.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ggufVocabulary } from '../../../src/models/text/gguf/index.ts';
import { newTokenizer, Tokenizer, trainByteLevelBpe, withChatTemplate } from '../../../src/models/text/index.ts';

const temporary = mkdtempSync(join(tmpdir(), 'attune-gguf-pieces-'));
afterAll(() => rmSync(temporary, { recursive: true }));

function pieces(settings: object = { tokenizer_class: 'LlamaTokenizer' }): Promise<Tokenizer> {
  const folder = mkdtempSync(join(temporary, 'pieces-'));
  cpSync(resolve('fixtures/text/sentencepiece/llama.model'), join(folder, 'tokenizer.model'));
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(settings));
  return Tokenizer.load(folder);
}

/** Parts of tokenizer.json that tests change. */
interface Json {
  normalizer: unknown;
  pre_tokenizer: unknown;
  model: { vocab: Record<string, number>; merges: unknown[]; dropout?: number; ignore_merges?: boolean };
}

/** The tokenizer with changed parts of tokenizer.json. */
async function changed(change: (json: Json) => unknown): Promise<Tokenizer> {
  const { files } = await pieces();
  const json = JSON.parse(files.tokenizer) as Json;
  change(json);
  return Tokenizer.fromFiles({ ...files, tokenizer: JSON.stringify(json) });
}

function values(tokenizer: Tokenizer) {
  const { metadata, differences } = ggufVocabulary(tokenizer, tokenizer.size);
  return { get: (key: string) => metadata.get(`tokenizer.ggml.${key}`)?.value, differences };
}

describe('a vocabulary of SentencePiece', () => {
  it('has pieces with their kinds, and scores in the order of its merges', async () => {
    const tokenizer = await pieces();
    const { get, differences } = values(tokenizer);
    expect([get('model'), get('pre'), get('add_space_prefix'), get('add_bos_token')]).toEqual([
      'llama',
      'default',
      true,
      true,
    ]);
    expect(differences).toEqual([]);
    const [tokens, kinds, scores] = ['tokens', 'token_type', 'scores'].map((key) => get(key) as unknown[]);
    expect(tokens).toHaveLength(tokenizer.size);
    expect(kinds.slice(0, 4)).toEqual([2, 3, 3, 6]);
    expect(tokens.slice(0, 4)).toEqual(['<unk>', '<s>', '</s>', '<0x00>']);
    // The original scores are 0, −1, −2, … by id, which gives the same order.
    const made = tokens.flatMap((token, id) => (kinds[id] === 1 && [...(token as string)].length > 1 ? [id] : []));
    expect(made.length).toBeGreaterThan(50);
    for (const [i, id] of made.slice(1).entries()) expect(scores[id]).toBeLessThan(scores[made[i]] as number);
  });

  it('says where a space stands before a text, as far as llama.cpp can be told', async () => {
    const never = values(await pieces({ tokenizer_class: 'LlamaTokenizer', add_prefix_space: false }));
    expect([never.get('add_space_prefix'), never.differences]).toEqual([false, []]);
    const first = await pieces({ tokenizer_class: 'LlamaTokenizer', legacy: false });
    const plain = values(first);
    expect([plain.get('add_space_prefix'), plain.differences]).toEqual([
      true,
      [expect.stringContaining('special token')],
    ]);
    const chat = values(await withChatTemplate(first));
    expect([chat.get('add_space_prefix'), chat.differences]).toEqual([
      false,
      [expect.stringContaining('conversations')],
    ]);
  });

  it("is written as Gemma's steps have it", async () => {
    const tokenizer = await changed((json) => {
      json.normalizer = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };
      json.pre_tokenizer = { type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithPrevious', invert: false };
    });
    expect(values(tokenizer).get('add_space_prefix')).toBe(false);
  });

  it('says how many pieces llama.cpp would merge otherwise', async () => {
    const torn = await changed(({ model }) => model.merges.push(model.merges[0]));
    expect(values(torn).differences).toEqual([expect.stringContaining('1 piece')]);
    const fewer = await changed(({ model }) => (model.merges = model.merges.slice(0, -3)));
    expect(values(fewer).differences).toEqual([expect.stringContaining('does not merge')]);
  });

  it.each([
    ['lower case', (json: Json) => (json.normalizer = { type: 'Lowercase' }), 'treatment of spaces'],
    ['cuts', (json: Json) => (json.pre_tokenizer = { type: 'Whitespace' }), 'treatment of spaces'],
    ['a missing byte', (json: Json) => delete json.model.vocab['<0x0A>'], '1 of the 256 bytes'],
    ['dropout', (json: Json) => (json.model.dropout = 0.1), 'model.dropout'],
  ])('with %s is refused', async (_, change, message) => {
    const tokenizer = await changed(change);
    expect(() => values(tokenizer)).toThrow(expect.objectContaining({ code: 'E_GGUF_UNSUPPORTED' }));
    expect(() => values(tokenizer)).toThrow(message);
  });
});

describe('a byte-level vocabulary', () => {
  const written = async (change: (json: Json) => unknown) => {
    const json = await trainByteLevelBpe(['some text'], { vocabSize: 260, specialTokens: ['</s>'] });
    change(json as unknown as Json);
    return values(await newTokenizer(json, { roles: { eos: '</s>' } }));
  };
  const letters = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`;
  const capitals = String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`;
  const before = String.raw`[^\r\n\p{L}\p{N}]?`;
  const rest = String.raw`\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
  const tekken = `${before}${capitals}*${letters}+|${before}${capitals}+${letters}*|${rest}`;

  it("that cuts as Mistral's Tekken has that name, with what differs", async () => {
    const { get, differences } = await written(({ model, pre_tokenizer: cut }) => {
      model.ignore_merges = true;
      (cut as { pretokenizers: { pattern: object }[] }).pretokenizers[0].pattern = { Regex: tekken };
    });
    expect([get('model'), get('pre')]).toEqual(['gpt2', 'tekken']);
    expect(differences).toEqual([expect.stringContaining('only recognises ASCII capitals')]);
  });

  it('that cuts digits and then words, as StarCoder does, is written', async () => {
    const digits = { type: 'Digits', individual_digits: true };
    const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
    const { get } = await written(
      (json) => (json.pre_tokenizer = { type: 'Sequence', pretokenizers: [digits, bytes] }),
    );
    expect([get('model'), get('pre')]).toEqual(['gpt2', 'smollm']);
  });
});
