import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tokenizer as Core } from 'tokenizers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  checkVocabulary,
  newTokenizer,
  StreamingDecoder,
  Tokenizer,
  trainByteLevelBpe,
  withChatTemplate,
  type TokenizerJson,
} from '../../../../src/models/text/index.ts';
import { cutAtLines } from '../../../../src/models/text/line-cutter.ts';

const prose = readFileSync(new URL('../../../../fixtures/text/prose.txt', import.meta.url), 'utf8');
const chatml = readFileSync(new URL('../../../../fixtures/text/templates/chatml.jinja', import.meta.url), 'utf8');
const root = mkdtempSync(join(tmpdir(), 'attune-tokenizer-'));
let vocabulary: TokenizerJson;

beforeAll(async () => {
  const specialTokens = ['<pad>', '<s>', '</s>', '<|im_start|>', '<|im_end|>'];
  vocabulary = await trainByteLevelBpe([prose], { vocabSize: 700, specialTokens });
});

afterAll(() => rmSync(root, { recursive: true }));

let folders = 0;

/** A model's folder with the files given; objects are written as JSON. */
function folderWith(files: Record<string, unknown>): string {
  const folder = join(root, String(folders++));
  mkdirSync(join(folder, 'additional_chat_templates'), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

describe('a tokenizer folder', () => {
  test('is read with its roles, given as texts, as objects, in either file, or by id in the configs', async () => {
    const tokenizer = await Tokenizer.load(
      folderWith({
        'tokenizer.json': vocabulary,
        'tokenizer_config.json': { bos_token: { content: '<s>', lstrip: false }, pad_token: null },
        'special_tokens_map.json': { pad_token: '<pad>' },
        'generation_config.json': { eos_token_id: [2, 4] },
      }),
    );
    expect([tokenizer.bosId, tokenizer.eosId, tokenizer.padId, tokenizer.unkId]).toEqual([1, 2, 0, undefined]);
    expect(tokenizer.stopIds).toEqual([2, 4]);
    expect(tokenizer.size).toBe(700);
    expect(tokenizer.isSpecial(0) && !tokenizer.isSpecial(300)).toBe(true);
    const byModel = await Tokenizer.load(
      folderWith({ 'tokenizer.json': vocabulary, 'config.json': { eos_token_id: 2 } }),
    );
    expect(byModel.eosId).toBe(2);
    expect(byModel.stopIds).toEqual([2]);
  });

  test("stops at the token that the template ends turns with, beside the files' own", async () => {
    const roles = { eos: '</s>' };
    const tokenizer = await newTokenizer(vocabulary, { roles, chatTemplate: chatml });
    expect(tokenizer.stopIds.map((id) => tokenizer.tokenOf(id))).toEqual(['</s>', '<|im_end|>']);
  });

  test('never takes EOS for padding', async () => {
    const roles = { eos: '</s>', pad: '</s>' };
    expect((await newTokenizer(vocabulary, { roles })).padId).toBeUndefined();
  });

  test('takes the template from chat_template.jinja first, and named ones from both places', async () => {
    const list = [
      { name: 'default', template: 'old' },
      { name: 'rag', template: 'with documents' },
    ];
    const tokenizer = await Tokenizer.load(
      folderWith({
        'tokenizer.json': vocabulary,
        'tokenizer_config.json': { chat_template: list },
        'chat_template.jinja': 'new',
        'additional_chat_templates/tool_use.jinja': 'with tools',
      }),
    );
    expect(Object.fromEntries(tokenizer.templates.sources)).toEqual({
      default: 'new',
      rag: 'with documents',
      tool_use: 'with tools',
    });
    const options = { addGenerationPrompt: false, now: new Date(0) };
    expect(tokenizer.templates.render({ messages: [] }, options)).toBe('new');
    expect(tokenizer.templates.render({ messages: [], tools: [{}] }, options)).toBe('with tools');
  });

  test('is saved byte for byte', async () => {
    const files = {
      'tokenizer.json': JSON.stringify(vocabulary, null, 1),
      'tokenizer_config.json': '{"eos_token":   "</s>"}\n\n',
      'chat_template.jinja': `${chatml}\r\n`,
      'generation_config.json': '{"eos_token_id": 2 }',
      'additional_chat_templates/tool_use.jinja': 'x',
    };
    const target = join(root, 'saved');
    (await Tokenizer.load(folderWith(files))).save(target);
    for (const [name, text] of Object.entries(files)) expect(readFileSync(join(target, name), 'utf8')).toBe(text);
    expect(existsSync(join(target, 'special_tokens_map.json'))).toBe(false);
  });

  test('that is missing, older, broken or of another model is refused with a code', async () => {
    const load = (files: Record<string, unknown>) => Tokenizer.load(folderWith(files));
    await expect(load({})).rejects.toMatchObject({ code: 'E_TOKENIZER_MISSING' });
    await expect(load({ 'vocab.txt': 'a' })).rejects.toThrow(/lacks .*\[CLS\]/);
    await expect(load({ 'tokenizer.json': '{"model": ' })).rejects.toMatchObject({ code: 'E_TOKENIZER_INVALID' });
    await expect(load({ 'tokenizer.json': {} })).rejects.toMatchObject({ code: 'E_TOKENIZER_INVALID' });
    await expect(load({ 'tokenizer.json': '[]' })).rejects.toMatchObject({ code: 'E_TOKENIZER_INVALID' });
    const foreign = {
      'tokenizer.json': vocabulary,
      'tokenizer_config.json': { eos_token: '<end>', bos_token: '<begin>' },
    };
    await expect(load(foreign)).rejects.toMatchObject({
      code: 'E_TOKENIZER_INVALID',
      problems: [{ field: 'bos_token' }, { field: 'eos_token' }],
    });
  });

  test('must have a row in the embedding for every id, and not half of them unused', async () => {
    const tokenizer = await newTokenizer(vocabulary, { roles: {} });
    checkVocabulary(tokenizer, 700);
    checkVocabulary(tokenizer, 704);
    for (const rows of [699, 2000]) {
      expect(() => checkVocabulary(tokenizer, rows)).toThrow(
        expect.objectContaining({ code: 'E_VOCABULARY_MISMATCH' }),
      );
    }
  });
});

describe('roles that only the class knows', () => {
  const bert = {
    version: '1.0',
    added_tokens: ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'].map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: { '[PAD]': 0, '[UNK]': 1, '[CLS]': 2, '[SEP]': 3, '[MASK]': 4, a: 5 },
    },
  };

  // As in bert-base-uncased, whose settings name no tokens.
  test('are there beside tokenizer.json, by the tokenizer class or by the model type', async () => {
    const settings = { do_lower_case: true, model_max_length: 512 };
    const byType = folderWith({
      'tokenizer.json': bert,
      'tokenizer_config.json': settings,
      'config.json': { model_type: 'bert', pad_token_id: 0 },
    });
    expect((await Tokenizer.load(byType)).special.mask?.id).toBe(4);
    const byClass = folderWith({
      'tokenizer.json': bert,
      'tokenizer_config.json': { ...settings, tokenizer_class: 'DistilBertTokenizer' },
    });
    expect((await Tokenizer.load(byClass)).special.mask?.id).toBe(4);
  });

  test('are not made up where the vocabulary has no such token, or another class is named', async () => {
    const lacking = { ...bert, added_tokens: bert.added_tokens.slice(0, 4) };
    const settings = { tokenizer_class: 'BertTokenizer' };
    const folder = folderWith({ 'tokenizer.json': lacking, 'tokenizer_config.json': settings });
    expect((await Tokenizer.load(folder)).special.mask).toBeUndefined();
    const other = folderWith({
      'tokenizer.json': bert,
      'tokenizer_config.json': { tokenizer_class: 'PreTrainedTokenizerFast' },
    });
    expect((await Tokenizer.load(other)).special.mask).toBeUndefined();
  });
});

describe('encoding', () => {
  test('gives the core’s own ids, one by one and in a batch, and adds nothing unless asked', async () => {
    const single = [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }];
    const pair = [...single, { SpecialToken: { id: '</s>', type_id: 1 } }, { Sequence: { id: 'B', type_id: 1 } }];
    const special_tokens = {
      '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] },
      '</s>': { id: '</s>', ids: [2], tokens: ['</s>'] },
    };
    const post_processor = { type: 'TemplateProcessing', single, pair, special_tokens };
    // A limit and padding in the file must not truncate or pad rows.
    const truncation = { direction: 'Right', max_length: 3, strategy: 'LongestFirst', stride: 0 };
    const padding = {
      strategy: { Fixed: 2000 },
      direction: 'Right',
      pad_to_multiple_of: null,
      pad_id: 0,
      pad_type_id: 0,
      pad_token: '<pad>',
    };
    const limited = { ...vocabulary, post_processor, truncation, padding } as unknown as TokenizerJson;
    const tokenizer = await newTokenizer(limited, { roles: { bos: '<s>', eos: '</s>' } });
    const core = Core.fromString(JSON.stringify(vocabulary));
    const texts = ['One two', '', '🙂 é\n\n', prose, '<|im_start|>user'];
    const batch = await tokenizer.encodeBatch(texts);
    for (const [index, text] of texts.entries()) {
      const reference = (await core.encode(text, null, { addSpecialTokens: false })).getIds();
      expect([...batch[index]]).toEqual(reference);
      expect([...(await tokenizer.encode(text))]).toEqual(reference);
      expect([...(await tokenizer.encode(text, { addSpecialTokens: true }))]).toEqual([1, ...reference]);
    }
    const [framed] = await tokenizer.encodeFramedWithOffsets([{ text: 'One', pair: 'two' }]);
    const [plain] = await tokenizer.encodeFramed([{ text: 'One', pair: 'two' }]);
    expect(plain).toEqual({ ids: framed.ids, typeIds: framed.typeIds });
    const [one, two] = await tokenizer.encodeBatch(['One', 'two']);
    expect([...framed.ids]).toEqual([1, ...one, 2, ...two]);
    expect([...framed.typeIds]).toEqual([0, ...one.map(() => 0), 1, ...two.map(() => 1)]);
  });

  test('gives places in UTF-16 units, spaces included, whatever the post-processor trims', async () => {
    const trimming = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
    const tokenizer = await newTokenizer({ ...vocabulary, post_processor: trimming }, { roles: {} });
    const text = 'a  🙂 the\u{10ffff} 𝒳y  é<|im_end|>\n and 👩‍👩‍👧 ';
    const [{ ids, starts, ends }] = await tokenizer.encodeWithOffsets([text]);
    expect(starts[0]).toBe(0);
    expect(ends.at(-1)).toBe(text.length);
    const pieces = Array.from(ids, (id, i) => ({
      spelled: tokenizer.decode([id]),
      shown: text.slice(starts[i], ends[i]),
    }));
    const whole = pieces.filter(({ spelled }) => !spelled.includes('\ufffd'));
    expect(whole.map(({ shown }) => shown)).toEqual(whole.map(({ spelled }) => spelled));
    expect(whole.length).toBeGreaterThan(5);
    // A token with some bytes of a character covers the whole character.
    expect(pieces.every(({ shown }) => shown.isWellFormed())).toBe(true);
    expect(starts.every((start, i) => i === 0 || start <= ends[i - 1])).toBe(true);
  });

  test('of a long text in parts is the same as in one piece', async () => {
    const long = prose.repeat(8);
    const parts = cutAtLines(long, 1000);
    expect(parts.length).toBeGreaterThan(20);
    expect(parts.join('')).toBe(long);
    for (const pattern of ['gpt2', 'llama3', 'qwen2']) {
      const trained = await trainByteLevelBpe([prose, '\n\n\n\n \n\n\n x'.repeat(9)], { vocabSize: 700, pattern });
      const core = Core.fromString(JSON.stringify(trained));
      const reference = (await core.encode(long, null, { addSpecialTokens: false })).getIds();
      const tokenizer = await newTokenizer(trained, { roles: {} });
      expect((await tokenizer.encode(long)).join()).toBe(reference.join());
      const cut = (await tokenizer.encodeBatch(parts)).flatMap((ids) => [...ids]);
      expect(cut.join()).toBe(reference.join());
    }
  });

  test('survives lone surrogates and control characters', async () => {
    const tokenizer = await newTokenizer(vocabulary, { roles: {} });
    expect(tokenizer.decode(await tokenizer.encode('a\ud800b\0\u001b'))).toBe('a\ufffdb\0\u001b');
    const [{ ends }] = await tokenizer.encodeWithOffsets(['🙂\udc00x']);
    expect(ends.at(-1)).toBe(4);
  });
});

describe('decoding', () => {
  test('equals the core’s, with and without special tokens', async () => {
    const tokenizer = await newTokenizer(vocabulary, { roles: { eos: '</s>' } });
    const core = Core.fromString(JSON.stringify(vocabulary));
    const ids = [...(await tokenizer.encode(`<s>${prose}<|im_end|></s> .`))];
    for (const skipSpecialTokens of [true, false]) {
      expect(tokenizer.decode(ids, { skipSpecialTokens })).toBe(await core.decode(ids, skipSpecialTokens));
    }
    expect(tokenizer.decode([999_999])).toBe('');
  });

  test('as a stream gives the same text, never a part of a character, also from random ids', async () => {
    const tokenizer = await newTokenizer(vocabulary, { roles: { eos: '</s>' } });
    let state = 1;
    const random = Array.from({ length: 3000 }, () => (state = (state * 48_271) % 2_147_483_647) % 700);
    const written = [...(await tokenizer.encode('<s>🙂é👩‍👩‍👧日本 </s>\ufffd ok\ufffd'))];
    for (const ids of [random, written, []]) {
      for (const skipSpecialTokens of [true, false]) {
        const decoder = new StreamingDecoder(tokenizer, { skipSpecialTokens });
        const text = ids.map((id) => decoder.push(id)).join('') + decoder.end();
        expect(text).toBe(tokenizer.decode(ids, { skipSpecialTokens }));
      }
    }
    const decoder = new StreamingDecoder(tokenizer);
    const bytes = [...(await tokenizer.encode('𝒳'))];
    expect(bytes.length).toBeGreaterThan(1);
    expect(bytes.map((id) => decoder.push(id))).toEqual([...bytes.slice(1).map(() => ''), '𝒳']);
  });

  test('as a stream keeps the spaces of decoders that drop the first one', async () => {
    const space = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true };
    const vocab = { '▁': 0, '▁Hello': 1, '▁world': 2, '!': 3 };
    const model = { type: 'BPE', vocab, merges: [] };
    const json = { ...vocabulary, added_tokens: [], pre_tokenizer: space, post_processor: null, decoder: space, model };
    const tokenizer = await newTokenizer(json as unknown as TokenizerJson, { roles: {} });
    for (const ids of [
      [1, 2, 3],
      [0, 1, 2],
      [0, 0, 3, 2],
    ]) {
      const decoder = new StreamingDecoder(tokenizer);
      expect(ids.map((id) => decoder.push(id)).join('') + decoder.end()).toBe(tokenizer.decode(ids));
    }
    const continuing = new StreamingDecoder(tokenizer, { after: [0, 1] });
    expect([continuing.push(2), continuing.push(3)]).toEqual([' world', '!']);
    const inside = new StreamingDecoder(tokenizer, { after: [1] });
    expect([inside.push(3), inside.push(1)]).toEqual(['!', ' Hello']);
  });
});

describe('adding tokens', () => {
  test('gives them the next ids, finds them in text, and keeps them in the saved folder', async () => {
    const config = { added_tokens_decoder: { '0': { content: '<pad>', special: true } }, eos_token: '</s>' };
    const source = folderWith({ 'tokenizer.json': vocabulary, 'tokenizer_config.json': config });
    const before = await Tokenizer.load(source);
    const added = await before.addTokens([
      { content: '<ticket>', special: true },
      { content: '</s>' },
      { content: 'Überweisung' },
      { content: '<ticket>', special: true },
    ]);
    expect(added.ids).toEqual([700, 2, 701, 700]);
    expect(added.newIds).toEqual([700, 701]);
    expect(added.tokenizer.size).toBe(702);
    const target = join(root, 'added');
    added.tokenizer.save(target);
    const after = await Tokenizer.load(target);
    const ids = await after.encode('Eine <ticket>Überweisung');
    expect(Array.from(ids).slice(-2)).toEqual([700, 701]);
    expect(after.decode(ids)).toBe('Eine <ticket>Überweisung');
    expect(after.decode(ids, { skipSpecialTokens: true })).toBe('Eine Überweisung');
    const saved = JSON.parse(readFileSync(join(target, 'tokenizer_config.json'), 'utf8')) as typeof config;
    expect(saved.added_tokens_decoder).toMatchObject({ '700': { content: '<ticket>', special: true } });
    expect([...(await before.encode('<ticket>'))]).not.toContain(700);
    expect((await after.addTokens([{ content: '<ticket>' }])).tokenizer).toBe(after);
  });

  test('also takes those that only tokenizer_config.json names', async () => {
    const decoder = { '701': { content: '<b>', special: false }, '700': { content: '<a>', special: true } };
    const files = { 'tokenizer.json': vocabulary, 'tokenizer_config.json': { added_tokens_decoder: decoder } };
    const tokenizer = await Tokenizer.load(folderWith(files));
    expect([...(await tokenizer.encode('<b><a>'))]).toEqual([701, 700]);
    const gap = { ...files, 'tokenizer_config.json': { added_tokens_decoder: { '900': { content: '<a>' } } } };
    await expect(Tokenizer.load(folderWith(gap))).rejects.toMatchObject({ code: 'E_TOKENIZER_INVALID' });
  });

  test('refuses an empty one', async () => {
    const tokenizer = await newTokenizer(vocabulary, { roles: {} });
    await expect(tokenizer.addTokens([{ content: '' }])).rejects.toMatchObject({ code: 'E_SPECIAL_TOKENS' });
  });
});

describe('a base model without a chat template', () => {
  test('gets ChatML with the end token it has, written into the result', async () => {
    const base = await newTokenizer(vocabulary, { roles: { eos: '</s>' } });
    expect(base.templates.exists).toBe(false);
    const chat = await withChatTemplate(base);
    expect(chat.stopIds.map((id) => chat.tokenOf(id))).toEqual(['</s>', '<|im_end|>']);
    const target = join(root, 'chat');
    chat.save(target);
    const loaded = await Tokenizer.load(target);
    const conversation = { messages: [{ role: 'user' as const, content: 'Hi' }] };
    const options = { addGenerationPrompt: true, now: new Date(0) };
    expect(loaded.templates.render(conversation, options)).toBe(
      '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
    );
    expect(await withChatTemplate(loaded)).toBe(loaded);
  });

  test('ends turns with EOS where ChatML’s own token is not in the vocabulary', async () => {
    const trained = await trainByteLevelBpe(['a b'], { vocabSize: 257, specialTokens: ['<eos>'] });
    const chat = await withChatTemplate(await newTokenizer(trained, { roles: { eos: '<eos>' } }));
    expect(chat.stopIds).toEqual([0]);
    const without = await newTokenizer(trained, { roles: {} });
    await expect(withChatTemplate(without)).rejects.toMatchObject({ code: 'E_NO_STOP_TOKEN' });
  });
});
