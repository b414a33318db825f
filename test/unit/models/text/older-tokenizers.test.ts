import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { byteToCharacter } from '../../../../src/base/byte-alphabet.ts';
import { mergesOfPieces } from '../../../../src/models/text/older/piece-merges.ts';
import { hasTokenizer, Tokenizer } from '../../../../src/models/text/index.ts';
import { readTokenizerFiles } from '../../../../src/models/text/tokenizer-files.ts';

const models = fileURLToPath(new URL('../../../../fixtures/text/sentencepiece', import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), 'attune-older-'));
afterAll(() => rmSync(temporary, { recursive: true }));

type Files = Record<string, string | object | Uint8Array>;

function folderOf(files: Files): string {
  const folder = mkdtempSync(join(temporary, 'tokenizer-'));
  for (const [name, content] of Object.entries(files)) {
    const isRaw = typeof content === 'string' || content instanceof Uint8Array;
    writeFileSync(join(folder, name), isRaw ? content : JSON.stringify(content));
  }
  return folder;
}

const piecesOf = (name: string) => readFileSync(join(models, `${name}.model`));
const load = (files: Files) => Tokenizer.load(folderOf(files));
const idsOf = async (tokenizer: Tokenizer, text: string) => [...(await tokenizer.encode(text))];
const framed = async (tokenizer: Tokenizer, text: string, pair?: string) => {
  const [{ ids, typeIds }] = await tokenizer.encodeFramed([{ text, pair }]);
  return { ids: [...ids], types: [...typeIds] };
};

describe('vocab.txt', () => {
  const pieces = [
    '[PAD]',
    '[UNK]',
    '[CLS]',
    '[SEP]',
    '[MASK]',
    'cafe',
    'un',
    '##believ',
    '##able',
    '日',
    '!',
    'Cafe',
    'café',
  ];
  const files = { 'vocab.txt': `${pieces.join('\n')}\n`, 'config.json': { model_type: 'bert' } };
  const spelt = async (text: string, settings: object = {}) => {
    const tokenizer = await load({ ...files, 'tokenizer_config.json': settings });
    return (await idsOf(tokenizer, text)).map((id) => pieces[id]);
  };

  it('becomes WordPiece in lower case, without accents, each Chinese character for itself', async () => {
    expect(await spelt('Unbelievable CAFÉ日日!')).toEqual(['un', '##believ', '##able', 'cafe', '日', '日', '!']);
    expect(await spelt('nothing')).toEqual(['[UNK]']);
  });

  it('keeps case and accents where its settings say so', async () => {
    expect(await spelt('Cafe café', { do_lower_case: false })).toEqual(['Cafe', 'café']);
    expect(await spelt('CAFÉ', { strip_accents: false })).toEqual(['café']);
    expect(await spelt('日日', { tokenize_chinese_chars: false })).toEqual(['[UNK]']);
  });

  it('frames one text and two', async () => {
    const tokenizer = await load(files);
    expect(await framed(tokenizer, 'cafe', '!')).toEqual({ ids: [2, 5, 3, 10, 3], types: [0, 0, 0, 1, 1] });
    expect(tokenizer.special).toMatchObject({ pad: { id: 0 }, cls: { id: 2 }, mask: { id: 4 } });
    expect(await idsOf(tokenizer, 'cafe [MASK]')).toEqual([5, 4]);
  });

  it('takes the tokens that were added to it', async () => {
    const tokenizer = await load({ ...files, 'added_tokens.json': { '<ticket>': 13 } });
    expect([await idsOf(tokenizer, 'cafe <ticket>'), tokenizer.size]).toEqual([[5, 13], 14]);
  });
});

describe('vocab.json and merges.txt', () => {
  const special = ['<s>', '<pad>', '</s>', '<unk>', '<mask>', '<|endoftext|>'];
  const tokens = [...special, ...byteToCharacter, 'he', 'll', 'hell', 'hello', 'Ġhello'];
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const merges = '#version: 0.2\nh e\nl l\nhe ll\nhell o\nĠ hello\n';
  const files = (settings: object) => ({
    'vocab.json': vocab,
    'merges.txt': merges,
    'tokenizer_config.json': settings,
  });
  const [hello, spaced, exclamation] = [vocab.hello, vocab['Ġhello'], vocab['!']];

  it("GPT-2's: bytes, and nothing around a text", async () => {
    const tokenizer = await load(files({ tokenizer_class: 'GPT2Tokenizer' }));
    expect(await framed(tokenizer, 'hello hello!')).toMatchObject({ ids: [hello, spaced, exclamation] });
    expect(tokenizer.decode(await tokenizer.encode('ﬁ 日 hello'))).toBe('ﬁ 日 hello');
    expect(tokenizer.eosId).toBe(vocab['<|endoftext|>']);
  });

  it("RoBERTa's: <s> and </s> around texts, a mask that takes the space before it", async () => {
    const tokenizer = await load(files({ tokenizer_class: 'RobertaTokenizer' }));
    expect((await framed(tokenizer, 'hello', 'hello')).ids).toEqual([0, hello, 2, 2, hello, 2]);
    expect(await idsOf(tokenizer, 'hello <mask>!')).toEqual([hello, 4, exclamation]);
    const prefixed = await load(files({ tokenizer_class: 'RobertaTokenizer', add_prefix_space: true }));
    expect(await idsOf(prefixed, 'hello')).toEqual([spaced]);
  });

  it('of a class that is not known are refused', async () => {
    await expect(load(files({ tokenizer_class: 'CodeGenTokenizer' }))).rejects.toMatchObject({
      code: 'E_TOKENIZER_CLASS',
    });
  });
});

/** Output of spm_encode (SentencePiece 0.2) with these models. */
const reference: Record<string, [text: string, ids: number[]][]> = {
  t5: [
    [
      'The quick brown fox jumps over 13 lazy dogs.',
      [
        39, 3, 174, 18, 14, 32, 34, 3, 27, 17, 63, 10, 47, 11, 134, 3, 130, 72, 20, 4, 3, 11, 177, 22, 3, 35, 58, 3, 8,
        6, 163, 21, 3, 16, 11, 290, 4, 9,
      ],
    ],
    ['two  spaces and   more', [3, 7, 29, 11, 3, 4, 20, 6, 32, 5, 4, 15, 24, 3, 26, 48, 5]],
    ['a ﬁne Ａ, 日本', [15, 47, 14, 10, 5, 15, 12, 3, 255, 2]],
    ['hello', [3, 23, 5, 8, 8, 11]],
  ],
  fairseq: [
    [
      'The quick brown fox jumps over 13 lazy dogs.',
      [
        39, 3, 174, 18, 14, 32, 34, 3, 27, 17, 63, 10, 47, 11, 134, 3, 130, 72, 20, 4, 3, 11, 177, 22, 3, 35, 58, 3, 8,
        6, 163, 21, 3, 16, 11, 290, 4, 9,
      ],
    ],
    ['two  spaces and   more', [3, 7, 29, 11, 3, 4, 20, 6, 32, 5, 4, 15, 24, 3, 26, 48, 5]],
    ['a ﬁne Ａ, 日本', [15, 47, 14, 10, 5, 15, 12, 3, 255, 0]],
    ['hello', [3, 23, 5, 8, 8, 11]],
  ],
  llama: [
    [
      'The quick brown fox jumps over 13 lazy dogs.',
      [
        299, 352, 422, 365, 361, 364, 376, 273, 358, 300, 357, 278, 356, 387, 352, 434, 295, 373, 359, 269, 310, 352,
        382, 391, 297, 355, 415, 375, 296, 356, 370, 359, 368,
      ],
    ],
    ['two  spaces and   more', [259, 366, 356, 352, 271, 373, 312, 280, 276, 352, 352, 279, 267, 353]],
    ['a ﬁne Ａ, 日本', [261, 352, 591, 308, 352, 242, 191, 164, 369, 352, 567, 233, 159, 175]],
    ['hello', [352, 260, 282, 356]],
  ],
};

describe('SentencePiece', () => {
  it.each([
    ['t5', 'spiece.model', { tokenizer_class: 'T5Tokenizer', extra_ids: 3 }, (id: number) => id],
    // fairseq's ids are one higher, except for the unknown token.
    [
      'fairseq',
      'sentencepiece.bpe.model',
      { tokenizer_class: 'XLMRobertaTokenizer' },
      (id: number) => (id === 0 ? 3 : id + 1),
    ],
    ['fairseq', 'spiece.model', {}, (id: number) => id],
    ['llama', 'tokenizer.model', { tokenizer_class: 'LlamaTokenizer' }, (id: number) => id],
  ])("%s in %s has the program's ids", async (name, file, settings, shift) => {
    const tokenizer = await load({ [file]: piecesOf(name), 'tokenizer_config.json': settings });
    for (const [text, ids] of reference[name]) expect(await idsOf(tokenizer, text), text).toEqual(ids.map(shift));
  });

  it("T5's: </s> after each text, extra ids from the last one on", async () => {
    const tokenizer = await load({ 'spiece.model': piecesOf('t5'), 'config.json': { model_type: 't5' } });
    const [hello] = reference.t5.filter(([text]) => text === 'hello').map(([, ids]) => ids);
    expect((await framed(tokenizer, 'hello', 'hello')).ids).toEqual([...hello, 1, ...hello, 1]);
    expect(tokenizer.idOf('<extra_id_0>')).toBe(tokenizer.size - 1);
    expect(tokenizer.idOf('<extra_id_99>')).toBe(tokenizer.size - 100);
    expect([tokenizer.padId, tokenizer.eosId, tokenizer.unkId]).toEqual([0, 1, 2]);
  });

  it("XLM-R's: <s> and </s> around texts, a mask at the end", async () => {
    const tokenizer = await load({
      'sentencepiece.bpe.model': piecesOf('fairseq'),
      'config.json': { model_type: 'xlm-roberta' },
    });
    const { ids } = await framed(tokenizer, 'hello', 'hello');
    const inner = ids.slice(1, (ids.length - 4) / 2 + 1);
    expect(ids).toEqual([0, ...inner, 2, 2, ...inner, 2]);
    expect(tokenizer.idOf('<mask>')).toBe(tokenizer.size - 1);
  });

  it("Llama's: <s> before a text, bytes for what no piece has, spaces as they are", async () => {
    const tokenizer = await load({ 'tokenizer.model': piecesOf('llama'), 'config.json': { model_type: 'llama' } });
    expect([tokenizer.addsBos, (await framed(tokenizer, 'hello')).ids[0]]).toEqual([true, 1]);
    const text = 'two  spaces, 日本 and 🦉';
    expect(tokenizer.decode(await tokenizer.encode(text))).toBe(text);
    const silent = { tokenizer_class: 'LlamaTokenizer', add_bos_token: false };
    const plain = await load({ 'tokenizer.model': piecesOf('llama'), 'tokenizer_config.json': silent });
    expect(plain.addsBos).toBe(false);
  });

  it("Gemma's: as Llama's, by its class or its models' types", async () => {
    const settings = { bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>', add_prefix_space: false };
    const idsBy = async (files: Files) => {
      const tokenizer = await load({ 'tokenizer.model': piecesOf('llama'), ...files });
      return (await framed(tokenizer, 'hello  the cat')).ids;
    };
    const byClass = (tokenizer_class: string) => idsBy({ 'tokenizer_config.json': { ...settings, tokenizer_class } });
    const wanted = await byClass('LlamaTokenizer');
    expect(wanted[0]).toBe(1);
    expect(await byClass('GemmaTokenizer')).toEqual(wanted);
    for (const model_type of ['gemma2', 'gemma3_text', 'mixtral', 'phi3']) {
      expect(await idsBy({ 'tokenizer_config.json': settings, 'config.json': { model_type } })).toEqual(wanted);
    }
  });

  it("SigLIP's: lower case, no punctuation, no spaces around, </s> after each text and as padding", async () => {
    const files = { 'spiece.model': piecesOf('t5'), 'config.json': { model_type: 'siglip' } };
    const tokenizer = await load(files);
    const plain = await framed(tokenizer, 'hello the cat');
    expect(await framed(tokenizer, '  Hello, [the]   CAT_!"~ ')).toEqual(plain);
    expect([plain.ids.at(-1), tokenizer.eosId, tokenizer.special.pad?.id]).toEqual([1, 1, 1]);
    const cased = await load({ ...files, 'tokenizer_config.json': { do_lower_case: false } });
    expect(await framed(cased, 'Hello')).not.toEqual(await framed(cased, 'hello'));
    const ofT5 = await load({ 'spiece.model': piecesOf('t5'), 'config.json': { model_type: 't5' } });
    expect(plain).toEqual(await framed(ofT5, 'hello the cat'));
  });

  it("ALBERT's: lower case, and a number is cut before its comma", async () => {
    const tokenizer = await load({
      'spiece.model': piecesOf('fairseq'),
      'tokenizer_config.json': { tokenizer_class: 'AlbertTokenizer', cls_token: '<s>', sep_token: '</s>' },
    });
    expect(await idsOf(tokenizer, 'HELLO')).toEqual(await idsOf(tokenizer, 'hello'));
    expect((await framed(tokenizer, 'hello', 'hello')).types.at(-1)).toBe(1);
  });

  it("DeBERTa's: no spaces around, [CLS] and [SEP] around texts, a mask behind the pieces", async () => {
    const roles = { cls_token: '<s>', sep_token: '</s>', unk_token: '<unk>', pad_token: '<s>', bos_token: '<s>' };
    const files = { 'spm.model': piecesOf('fairseq'), 'config.json': { model_type: 'deberta-v2' } };
    const of = async (settings: object) =>
      Tokenizer.fromFiles(
        readTokenizerFiles(
          folderOf({ ...files, 'tokenizer_config.json': { ...roles, eos_token: '</s>', ...settings } }),
        ),
      );
    const tokenizer = await of({});
    const [hello] = reference.fairseq.filter(([text]) => text === 'hello').map(([, ids]) => ids);
    expect(await framed(tokenizer, '  hello ', 'hello')).toEqual({
      ids: [1, ...hello, 2, ...hello, 2],
      types: [0, ...hello.map(() => 0), 0, ...hello.map(() => 1), 1],
    });
    expect(tokenizer.special.mask?.id).toBe(tokenizer.size - 1);
    const cut = await of({ split_by_punct: true, do_lower_case: true });
    expect(await idsOf(cut, 'HELLO')).toEqual(hello);
    expect(await idsOf(cut, 'a,a')).toEqual([
      ...(await idsOf(cut, 'a')),
      ...(await idsOf(cut, ',')),
      ...(await idsOf(cut, 'a')),
    ]);
  });

  it('a file that is cut off or something else is refused', async () => {
    const cut = piecesOf('t5').subarray(0, 1000);
    for (const bytes of [cut, Buffer.from('version https://git-lfs.github.com/spec/v1\n')]) {
      await expect(load({ 'spiece.model': bytes })).rejects.toMatchObject({ code: 'E_TOKENIZER_INVALID' });
    }
  });
});

it('merges follow from scores: best first, then the longer left part', () => {
  const pieces = [
    ['a', -5],
    ['b', -6],
    ['c', -7],
    ['ab', -1],
    ['abc', -2],
    ['bc', -3],
  ] as const;
  expect(mergesOfPieces(pieces)).toEqual([
    ['a', 'b'],
    ['ab', 'c'],
    ['a', 'bc'],
    ['b', 'c'],
  ]);
});

it('is saved with a result as tokenizer.json, with the roles that its class gave', async () => {
  const folder = folderOf({ 'spiece.model': piecesOf('t5'), 'config.json': { model_type: 't5' } });
  expect(hasTokenizer(folder)).toBe(true);
  const tokenizer = await Tokenizer.load(folder);
  const copy = mkdtempSync(join(temporary, 'copy-'));
  tokenizer.save(copy);
  cpSync(join(folder, 'config.json'), join(copy, 'config.json'));
  const again = await Tokenizer.load(copy);
  expect([again.special, await idsOf(again, 'two words')]).toEqual([
    tokenizer.special,
    await idsOf(tokenizer, 'two words'),
  ]);
});
