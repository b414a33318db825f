// Tokenizers as published, with features that only some of them have.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  StreamingDecoder,
  Tokenizer,
  trainByteLevelBpe,
  type TokenizerJson,
} from '../../../../src/models/text/index.ts';
import { dropoutOf } from '../../../../src/models/text/tokenizer-core.ts';

const prose = readFileSync(new URL('../../../../fixtures/text/prose.txt', import.meta.url), 'utf8');
const root = mkdtempSync(join(tmpdir(), 'attune-published-'));
let vocabulary: TokenizerJson;

beforeAll(async () => {
  vocabulary = await trainByteLevelBpe([prose], { vocabSize: 700, specialTokens: ['<pad>'] });
});

afterAll(() => rmSync(root, { recursive: true }));

let folders = 0;

/** A model's folder with a tokenizer.json. */
function folderWith(files: { 'tokenizer.json': object }): string {
  const folder = join(root, String(folders++));
  mkdirSync(folder);
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(files['tokenizer.json']));
  return folder;
}

test('encoding is the same each time where tokenizer.json leaves merges out at random, and says so', async () => {
  const dropping = { ...vocabulary, model: { ...vocabulary.model, dropout: 0.5 } };
  const folder = folderWith({ 'tokenizer.json': dropping });
  const tokenizer = await Tokenizer.load(folder);
  const plain = await Tokenizer.load(folderWith({ 'tokenizer.json': vocabulary }));
  const [ids, framed] = [await plain.encode(prose), await plain.encodeFramed([{ text: prose }])];
  expect(await tokenizer.encode(prose)).toEqual(ids);
  expect(await tokenizer.encodeFramed([{ text: prose }])).toEqual(framed);
  expect(dropoutOf('{"dropout": 68213, "model": {"dropout": 1e-1}}')).toBe(0.1);
  expect(dropoutOf('{"dropout":68213,"model":{"dropout":0.0}}')).toBeUndefined();
  expect([tokenizer.remark, plain.remark]).toEqual([expect.stringContaining('dropout (0.5)'), undefined]);
  tokenizer.save(root);
  const saved = readFileSync(join(root, 'tokenizer.json'), 'utf8');
  expect(saved).toBe(JSON.stringify(dropping));
});

test('decoding turns added tokens of several ▁ into spaces, as Gemma’s have them', async () => {
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
  const letters = ['<unk>', 'a', 'b', '▁', '▁▁', ...bytes];
  const json = {
    version: '1.0',
    added_tokens: [
      { id: 4, content: '▁▁', special: false, normalized: false, single_word: false, lstrip: false, rstrip: false },
    ],
    normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
    pre_tokenizer: null,
    post_processor: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
      ],
    },
    model: {
      type: 'BPE',
      unk_token: '<unk>',
      fuse_unk: true,
      byte_fallback: true,
      vocab: Object.fromEntries(letters.map((letter, id) => [letter, id])),
      merges: [['▁', '▁']],
    },
  };
  const tokenizer = await Tokenizer.load(folderWith({ 'tokenizer.json': json }));
  const ids = await tokenizer.encode('a  b   a');
  expect([...ids]).toEqual([1, 4, 2, 4, 3, 1]);
  expect(tokenizer.decode(ids)).toBe('a  b   a');
  const stream = new StreamingDecoder(tokenizer);
  expect([...ids].map((id) => stream.push(id)).join('') + stream.end()).toBe('a  b   a');
});
