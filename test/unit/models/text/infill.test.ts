import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  infillIds,
  infillMarks,
  newTokenizer,
  trainByteLevelBpe,
  type TokenizerJson,
} from '../../../../src/models/text/index.ts';
import { templateText } from './conversations.ts';

const prose = readFileSync(new URL('../../../../fixtures/text/prose.txt', import.meta.url), 'utf8');

/** A byte tokenizer with additional special tokens. */
async function withTokens(...specialTokens: string[]) {
  const vocabulary = await trainByteLevelBpe([prose], { vocabSize: 400, specialTokens: ['</s>', ...specialTokens] });
  const chatTemplate = templateText('plain');
  return newTokenizer(vocabulary, { roles: { eos: '</s>' }, chatTemplate });
}

/** Like Code Llama's: a space precedes every text. */
function spaced(): Promise<Awaited<ReturnType<typeof newTokenizer>>> {
  const added = ['<s>', '</s>', '▁<PRE>', '▁<SUF>', '▁<MID>', '▁<EOT>'];
  const pieces = ['<unk>', ...added, '▁', '\u263a', ...'abcdef', 'ab', '▁ab'];
  const vocabulary = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added.map((content) => ({
      id: pieces.indexOf(content),
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Prepend', prepend: '▁' },
        { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
      ],
    },
    pre_tokenizer: null,
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
      special_tokens: { '<s>': { id: '<s>', ids: [pieces.indexOf('<s>')], tokens: ['<s>'] } },
    },
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: '<unk>',
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: false,
      vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
      merges: [
        ['a', 'b'],
        ['▁', 'ab'],
      ],
    },
  } as unknown as TokenizerJson;
  return newTokenizer(vocabulary, { roles: { bos: '<s>', eos: '</s>' }, chatTemplate: templateText('plain') });
}

describe('a text with a gap', () => {
  test.each([
    ['<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>', '<|file_sep|>'],
    ['<fim_prefix>', '<fim_suffix>', '<fim_middle>', '<fim_pad>'],
    ['<fim-prefix>', '<fim-suffix>', '<fim-middle>', '<fim-pad>'],
  ])('stands between the marks that the tokenizer has: %s', async (...marks) => {
    const tokenizer = await withTokens(...marks);
    const ids = await infillIds(tokenizer, { prefix: 'the end', suffix: '' });
    expect(tokenizer.decode(ids)).toBe(`${marks[0]}the end${marks[1]}${marks[2]}`);
    const whole = await infillIds(tokenizer, { prefix: 'the end', suffix: ' of it\n' });
    expect(tokenizer.decode(whole)).toBe(`${marks[0]}the end${marks[1]} of it\n${marks[2]}`);
    expect(infillMarks(tokenizer)!.ends).toEqual([tokenizer.idOf(marks[3])]);
  });

  test('has the tokens that Code Llama was trained with: no space before the suffix, one before the prefix', async () => {
    const tokenizer = await spaced();
    const named = async (prefix: string, suffix: string) =>
      [...(await infillIds(tokenizer, { prefix, suffix }))].map((id) => tokenizer.tokenOf(id));
    expect(await named('ab', 'abc')).toEqual(['<s>', '▁<PRE>', '▁ab', '▁<SUF>', 'ab', 'c', '▁<MID>']);
    expect(await named('', ' ab')).toEqual(['<s>', '▁<PRE>', '▁<SUF>', '▁ab', '▁<MID>']);
    expect(infillMarks(tokenizer)!.ends).toEqual([tokenizer.idOf('▁<EOT>')]);
  });

  test('is refused where the tokenizer has no marks, or not all of them', async () => {
    const tokenizer = await withTokens('<fim_prefix>', '<fim_suffix>');
    expect(infillMarks(tokenizer)).toBeUndefined();
    await expect(infillIds(tokenizer, { prefix: 'a', suffix: 'b' })).rejects.toThrow(
      /cannot fill gaps in text \[E_WRONG_ROWS\]/,
    );
  });
});
