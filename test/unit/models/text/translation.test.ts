// Tokenizers of translation models: same pieces as the original program gives for the files (t5.model, fairseq.model).
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { parseSentencePiece } from '../../../../src/models/text/older/sentencepiece.ts';
import { readTokenizerFiles } from '../../../../src/models/text/tokenizer-files.ts';
import { hasCtcVocabulary, hasTokenizer, Tokenizer, tokenizerHash } from '../../../../src/models/text/index.ts';

const models = fileURLToPath(new URL('../../../../fixtures/text/sentencepiece', import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), 'attune-translation-'));
afterAll(() => rmSync(temporary, { recursive: true }));

type Files = Record<string, object | Uint8Array>;

function folderOf(files: Files): string {
  const folder = mkdtempSync(join(temporary, 'tokenizer-'));
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), content instanceof Uint8Array ? content : JSON.stringify(content));
  return folder;
}

/** Like `Tokenizer.load`, which first tries every file in another process. */
const load = (folder: string) => Tokenizer.fromFiles(readTokenizerFiles(folder));
const bytesOf = (name: string) => readFileSync(join(models, `${name}.model`));
const piecesOf = (name: string) => parseSentencePiece(bytesOf(name), name).pieces.map(({ text }) => text);
const framed = async (tokenizer: Tokenizer, text: string) => [...(await tokenizer.encodeFramed([{ text }]))[0].ids];
const spelt = async (tokenizer: Tokenizer, text: string) =>
  (await framed(tokenizer, text)).map((id) => tokenizer.tokenOf(id));
/** Pieces of a text according to the original program. */
const cut = async (name: string, text: string) => {
  const plain = await load(folderOf({ 'spiece.model': bytesOf(name) }));
  return [...(await plain.encode(text))].map((id) => plain.tokenOf(id));
};

/** A vocabulary in its own order, with the pieces of both languages except one of each. */
function marianVocabulary(): Record<string, number> {
  const pieces = [...new Set([...piecesOf('fairseq'), ...piecesOf('t5')])].toReversed();
  const own = pieces.filter((piece) => !['</s>', '<unk>', '<pad>', '▁the'].includes(piece));
  return Object.fromEntries(['</s>', '<unk>', ...own, '>>deu<<', '<pad>'].map((piece, id) => [piece, id]));
}

const marian: Files = {
  'source.spm': bytesOf('t5'),
  'target.spm': bytesOf('fairseq'),
  'vocab.json': marianVocabulary(),
  'config.json': { model_type: 'marian', pad_token_id: Object.keys(marianVocabulary()).length - 1 },
};

describe("Marian's", () => {
  it('prompts are cut by one file and answers by the other, with ids of vocab.json', async () => {
    const folder = folderOf(marian);
    expect([hasTokenizer(folder), hasCtcVocabulary(folder)]).toEqual([true, false]);
    const tokenizer = await load(folder);
    const text = 'hello a cat';
    expect(await spelt(tokenizer, text)).toEqual([...(await cut('t5', text)), '</s>']);
    expect(await spelt(tokenizer.target, text)).toEqual([...(await cut('fairseq', text)), '</s>']);
    const vocabulary = marianVocabulary();
    expect((await framed(tokenizer, 'hello')).slice(0, -1)).toEqual(
      (await cut('t5', 'hello')).map((piece) => vocabulary[piece!]),
    );
    expect(tokenizer.decode((await framed(tokenizer.target, text)).slice(0, -1))).toBe(text);
    expect(tokenizer.size).toBe(Object.keys(vocabulary).length);
    expect([tokenizer.eosId, tokenizer.unkId, tokenizer.padId]).toEqual([0, 1, tokenizer.size - 1]);
    expect(tokenizer.answerStart).toEqual([]);
  });

  it('a piece that vocab.json lacks is unknown, and a language before the text is one token', async () => {
    const tokenizer = await load(folderOf(marian));
    expect(await cut('t5', 'the cat')).toContain('▁the');
    expect((await spelt(tokenizer, 'the cat'))[0]).toBe('<unk>');
    expect(await spelt(tokenizer, '>>deu<< hello')).toEqual(['>>deu<<', ...(await cut('t5', 'hello')), '</s>']);
  });

  it('what one side does not know is looked up among the pieces of the other', async () => {
    const vocabulary = marianVocabulary();
    const tokenizer = await load(
      folderOf({ ...marian, 'vocab.json': { ...vocabulary, 語: tokenizerSize(vocabulary) } }),
    );
    expect((await spelt(tokenizer, '語')).slice(-2)).toEqual(['語', '</s>']);
    expect((await spelt(tokenizer, '語語')).slice(-2)).toEqual(['<unk>', '</s>']);
  });

  it('is saved as it was published, with the name of its class, and new tokens beside it', async () => {
    const { tokenizer, newIds } = await (await load(folderOf(marian))).addTokens([{ content: '<name>' }]);
    const copy = mkdtempSync(join(temporary, 'copy-'));
    tokenizer.save(copy);
    for (const name of ['source.spm', 'target.spm'])
      expect(readFileSync(join(copy, name))).toEqual(Buffer.from(marian[name] as Uint8Array));
    expect(existsSync(join(copy, 'tokenizer.json'))).toBe(false);
    const again = await load(copy);
    expect(again.idOf('<name>')).toBe(newIds[0]);
    for (const side of [again, again.target]) expect(await framed(side, 'a <name>')).toContain(newIds[0]);
    expect(await framed(again.target, 'hello <name>')).toEqual(await framed(tokenizer.target, 'hello <name>'));
  });

  it('a vocabulary for each side is refused', async () => {
    const files = { ...marian, 'tokenizer_config.json': { separate_vocabs: true } };
    await expect((async () => load(folderOf(files)))()).rejects.toMatchObject({ code: 'E_TOKENIZER_INVALID' });
  });
});

function tokenizerSize(vocabulary: object): number {
  return Object.keys(vocabulary).length;
}

describe("M2M-100's", () => {
  const pieces = piecesOf('fairseq').slice(3).toReversed();
  const vocabulary = Object.fromEntries(['<s>', '<pad>', '</s>', '<unk>', ...pieces].map((piece, id) => [piece, id]));
  const files: Files = {
    'sentencepiece.bpe.model': bytesOf('fairseq'),
    'vocab.json': vocabulary,
    'config.json': { model_type: 'm2m_100' },
    'tokenizer_config.json': { src_lang: 'de' },
  };

  it('languages have tokens behind the vocabulary, and stand before texts', async () => {
    const tokenizer = (await load(folderOf(files))).withLanguages({ tgt_lang: 'fr' });
    expect(await spelt(tokenizer, 'hello')).toEqual(['__de__', ...(await cut('fairseq', 'hello')), '</s>']);
    expect((await spelt(tokenizer.target, 'hello'))[0]).toBe('__fr__');
    const first = Object.keys(vocabulary).length;
    expect([tokenizer.idOf('__af__'), tokenizer.idOf('__zu__'), tokenizer.size]).toEqual([
      first,
      first + 99,
      first + 100,
    ]);
    expect(tokenizer.answerStart).toEqual([tokenizer.idOf('__fr__')]);
    expect(tokenizer.decode(await framed(tokenizer.target, 'hello'), { skipSpecialTokens: true })).toBe('hello');
    expect(tokenizer.languages).toHaveLength(100);
  });

  it('a folder without the file that cuts texts is refused, not read as one of letters', () => {
    const { 'sentencepiece.bpe.model': _, ...rest } = files;
    const named = { tokenizer_class: 'M2M100Tokenizer' };
    for (const folder of [folderOf(rest), folderOf({ ...rest, 'config.json': {}, 'tokenizer_config.json': named })]) {
      expect([hasTokenizer(folder), hasCtcVocabulary(folder)]).toEqual([false, false]);
      expect(() => readTokenizerFiles(folder)).toThrow(
        expect.objectContaining({
          code: 'E_TOKENIZER_MISSING',
          got: expect.stringContaining('sentencepiece.bpe.model'),
        }),
      );
    }
  });

  it('a language that is missing or unknown is refused with those that there are', async () => {
    const tokenizer = await load(folderOf(files));
    expect(() => tokenizer.answerStart).toThrow(expect.objectContaining({ code: 'E_TRANSLATION_LANGUAGE' }));
    expect(() => tokenizer.withLanguages({ tgt_lang: 'xx' })).toThrow(/no token for the language to be written/);
    const marianOne = await load(folderOf(marian));
    expect(() => marianOne.withLanguages({ tgt_lang: 'de' })).toThrow(/no language tokens/);
  });

  it('the languages are saved where transformers reads them, and tell runs apart', async () => {
    const plain = await load(folderOf(files));
    const tokenizer = plain.withLanguages({ tgt_lang: 'fr' });
    const copy = mkdtempSync(join(temporary, 'copy-'));
    tokenizer.save(copy);
    const read = (name: string) => JSON.parse(readFileSync(join(copy, name), 'utf8')) as Record<string, unknown>;
    expect(read('tokenizer_config.json')).toMatchObject({ src_lang: 'de', tgt_lang: 'fr' });
    expect(read('generation_config.json')).toEqual({ forced_bos_token_id: tokenizer.idOf('__fr__') });
    expect((await load(copy)).answerStart).toEqual(tokenizer.answerStart);
    expect(tokenizerHash(plain)).not.toBe(tokenizerHash(tokenizer));
  });
});

describe("NLLB's", () => {
  const files: Files = {
    'sentencepiece.bpe.model': bytesOf('fairseq'),
    'config.json': { model_type: 'm2m_100' },
    'tokenizer_config.json': {
      tokenizer_class: 'NllbTokenizer',
      additional_special_tokens: ['deu_Latn', 'eng_Latn', 'zho_Hans'],
    },
  };

  it('reads English unless told, with the languages and the mask behind the pieces', async () => {
    const tokenizer = (await load(folderOf(files))).withLanguages({ tgt_lang: 'deu_Latn' });
    const first = piecesOf('fairseq').length + 1;
    const hello = await cut('fairseq', 'hello');
    expect(await spelt(tokenizer, 'hello')).toEqual(['eng_Latn', ...hello, '</s>']);
    expect(await spelt(tokenizer.target, 'hello')).toEqual(['deu_Latn', ...hello, '</s>']);
    expect(['deu_Latn', 'zho_Hans', '<mask>'].map((token) => tokenizer.idOf(token))).toEqual([
      first,
      first + 2,
      first + 3,
    ]);
  });

  it('reads the same from a tokenizer.json, whatever stands around texts in it', async () => {
    const copy = mkdtempSync(join(temporary, 'copy-'));
    const tokenizer = (await load(folderOf(files))).withLanguages({
      src_lang: 'zho_Hans',
      tgt_lang: 'deu_Latn',
    });
    tokenizer.save(copy);
    expect(existsSync(join(copy, 'tokenizer.json'))).toBe(true);
    expect(await spelt(await load(copy), 'hello')).toEqual(await spelt(tokenizer, 'hello'));
  });

  it('the first release had the language that is read behind the text', async () => {
    const settings = { ...files['tokenizer_config.json'], legacy_behaviour: true };
    const tokenizer = await load(folderOf({ ...files, 'tokenizer_config.json': settings }));
    expect((await spelt(tokenizer, 'hello')).slice(-2)).toEqual(['</s>', 'eng_Latn']);
  });
});

it("Pegasus's: 103 tokens of its own before the pieces, </s> after each text", async () => {
  const folder = folderOf({ 'spiece.model': bytesOf('t5'), 'config.json': { model_type: 'pegasus' } });
  const tokenizer = await load(folder);
  const hello = await cut('t5', 'hello');
  expect(await spelt(tokenizer, 'hello')).toEqual([...hello, '</s>']);
  expect(
    ['<pad>', '</s>', '<mask_1>', '<mask_2>', '<unk_2>', '<unk_102>'].map((token) => tokenizer.idOf(token)),
  ).toEqual([0, 1, 2, 3, 4, 104]);
  expect(tokenizer.unkId).toBe(105);
  expect((await tokenizer.encodeFramed([{ text: 'hello', pair: 'hello' }]))[0].ids).toHaveLength(2 * hello.length + 1);
});
