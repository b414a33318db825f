import { AttuneError } from '../../../base/errors.ts';
import { table } from '../../../base/table.ts';
import type { NewToken } from '../added-tokens.ts';
import type { OlderFiles, Roles } from './older-files.ts';
import type { SentencePieceModel } from './sentencepiece.ts';
import { templateProcessor } from './template-processor.ts';

export type Vocabulary = [text: string, score: number][];

/** How a family's SentencePiece file is converted (transformers' converters of slow tokenizers). */
export interface PieceFamily {
  roles: Roles;
  vocabulary(model: SentencePieceModel, files: OlderFiles): Vocabulary;
  unknown?: number;
  /** Llama's: spaces are replaced first, nothing is split, and unknown characters fall back to bytes. */
  isPlain?: boolean;
  /** Normaliser steps before the file's own table. */
  before?(files: OlderFiles): Record<string, unknown>[];
  /** Further pre-tokenizer steps, besides splitting at spaces. */
  cuts?(files: OlderFiles): Record<string, unknown>[];
  /** Replacement of repeated spaces. */
  spaces?: string;
  added?(files: OlderFiles): NewToken[];
  frame?(files: OlderFiles, roles: Roles, ids: ReadonlyMap<string, number>): Record<string, unknown>;
}

const plainVocabulary = ({ pieces }: SentencePieceModel): Vocabulary => pieces.map(({ text, score }) => [text, score]);
const fairseqRoles: Roles = {
  bos: '<s>',
  eos: '</s>',
  unk: '<unk>',
  sep: '</s>',
  pad: '<pad>',
  cls: '<s>',
  mask: '<mask>',
};

const MOST_EXTRA_IDS = 10_000;

/** Extra ids follow the pieces in descending order. */
function extraIds(files: OlderFiles): string[] {
  const { extra_ids: wanted } = files.settings;
  const count = Number(wanted ?? 100);
  if (!Number.isInteger(count) || count < 0 || count > MOST_EXTRA_IDS) {
    throw new AttuneError('E_TOKENIZER_INVALID', {
      what: `tokenizer_config.json of ${files.folder} has an invalid number of extra tokens`,
      got: `extra_ids: ${JSON.stringify(wanted)}`,
      expected: `at most ${MOST_EXTRA_IDS}; T5 has 100`,
    });
  }
  return Array.from({ length: count }, (_, i) => `<extra_id_${count - 1 - i}>`);
}

const t5: PieceFamily = {
  roles: { eos: '</s>', unk: '<unk>', pad: '<pad>' },
  vocabulary: (model, files) => [
    ...plainVocabulary(model),
    ...extraIds(files).map((text): [string, number] => [text, 0]),
  ],
  added: (files) => extraIds(files).map((content) => ({ content, special: true })),
  frame: (_files, { eos }, ids) =>
    templateProcessor(['$A:0', `${eos}:0`], ['$A:0', `${eos}:0`, '$B:0', `${eos}:0`], ids),
};

/** fairseq's ids: four special tokens first, without the file's own three. */
const xlmRoberta: PieceFamily = {
  roles: fairseqRoles,
  vocabulary: ({ pieces }) => [
    ['<s>', 0],
    ['<pad>', 0],
    ['</s>', 0],
    ['<unk>', 0],
    ...pieces.slice(3).map(({ text, score }): [string, number] => [text, score]),
    ['<mask>', 0],
  ],
  unknown: 3,
  added: () => [{ content: '<mask>', special: true, lstrip: true }],
  frame: (_files, { bos, eos }, ids) =>
    templateProcessor(
      [`${bos}:0`, '$A:0', `${eos}:0`],
      [`${bos}:0`, '$A:0', `${eos}:0`, `${eos}:0`, '$B:0', `${eos}:0`],
      ids,
    ),
};

const NLLB_LANGUAGE = /^[a-z]{3}_[A-Z][a-z]{3}$/;

/** XLM-RoBERTa's, with language tokens before the mask; the tokens around a text depend on the language. */
const nllb: PieceFamily = {
  ...xlmRoberta,
  vocabulary: (model, files) => [
    ...xlmRoberta.vocabulary(model, files).slice(0, -1),
    ...languagesOf(files).map((token): [string, number] => [token, 0]),
    ['<mask>', 0],
  ],
  added: (files) => [
    ...languagesOf(files).map((content) => ({ content, special: true })),
    { content: '<mask>', special: true, lstrip: true, normalized: true },
  ],
  frame: undefined,
};

/** In the order of their ids, which only the folder defines. */
function languagesOf(files: OlderFiles): string[] {
  const found = files.declared().filter(({ content }) => NLLB_LANGUAGE.test(content));
  if (found.length > 0) return [...new Set(found.map(({ content }) => content))];
  throw new AttuneError('E_TOKENIZER_INVALID', {
    what: `${files.folder} does not list the languages of its tokens`,
    expected: 'additional_special_tokens in special_tokens_map.json or tokenizer_config.json, with eng_Latn among them',
    fix: "fetch these files too, or the model's tokenizer.json",
  });
}

/** Pieces come after this many pre-training tokens (Zhang et al., 2020). */
const PEGASUS_OFFSET = 103;

const pegasus: PieceFamily = {
  roles: { eos: '</s>', unk: '<unk>', pad: '<pad>', mask: '<mask_2>' },
  vocabulary: ({ pieces }) => [
    ...pegasusTokens().map((text): [string, number] => [text, text.startsWith('<unk_') ? -100 : 0]),
    ...pieces.slice(2).map(({ text, score }): [string, number] => [text, score]),
  ],
  unknown: 2 + PEGASUS_OFFSET,
  added: () => pegasusTokens().map((content) => ({ content, special: true })),
  frame: (_files, { eos }, ids) => templateProcessor(['$A:0', `${eos}:0`], ['$A:0', '$B:0', `${eos}:0`], ids),
};

function pegasusTokens(): string[] {
  const unknown = Array.from({ length: PEGASUS_OFFSET - 2 }, (_, i) => `<unk_${i + 2}>`);
  return ['<pad>', '</s>', '<mask_1>', '<mask_2>', ...unknown];
}

const albert: PieceFamily = {
  roles: { bos: '[CLS]', eos: '[SEP]', unk: '<unk>', sep: '[SEP]', pad: '<pad>', cls: '[CLS]', mask: '[MASK]' },
  // A lower score makes a number split before its comma.
  vocabulary: ({ pieces }) => pieces.map(({ text, score }) => [text, /\p{Nd},$/u.test(text) ? score - 100 : score]),
  before: (files) => [
    { type: 'Replace', pattern: { String: '``' }, content: '"' },
    { type: 'Replace', pattern: { String: "''" }, content: '"' },
    ...(files.flag('keep_accents', false) ? [] : [{ type: 'NFKD' }, { type: 'StripAccents' }]),
    ...(files.flag('do_lower_case', true) ? [{ type: 'Lowercase' }] : []),
  ],
  spaces: ' ',
  added: () => [{ content: '[MASK]', special: true, lstrip: true }],
  frame: (_files, { cls, sep }, ids) =>
    templateProcessor([`${cls}:0`, '$A:0', `${sep}:0`], [`${cls}:0`, '$A:0', `${sep}:0`, '$B:1', `${sep}:1`], ids),
};

const debertaV2: PieceFamily = {
  roles: { bos: '[CLS]', eos: '[SEP]', unk: '[UNK]', sep: '[SEP]', pad: '[PAD]', cls: '[CLS]', mask: '[MASK]' },
  vocabulary: plainVocabulary,
  before: (files) => [
    ...(files.flag('do_lower_case', false) ? [{ type: 'Lowercase' }] : []),
    { type: 'Strip', strip_left: true, strip_right: true },
  ],
  cuts: (files) => (files.flag('split_by_punct', false) ? [{ type: 'Punctuation', behavior: 'Isolated' }] : []),
  spaces: ' ',
  added: () => [{ content: '[MASK]', special: true }],
  frame: albert.frame,
};

const llama: PieceFamily = {
  roles: { bos: '<s>', eos: '</s>', unk: '<unk>' },
  vocabulary: plainVocabulary,
  unknown: 0,
  isPlain: true,
  frame(files, { bos, eos }, ids) {
    const start = (type: number) => (files.flag('add_bos_token', true) ? [`${bos}:${type}`] : []);
    const end = (type: number) => (files.flag('add_eos_token', false) ? [`${eos}:${type}`] : []);
    const single = [...start(0), '$A:0', ...end(0)];
    return templateProcessor(single, [...single, ...start(1), '$B:1', ...end(1)], ids);
  },
};

const gemma: PieceFamily = {
  ...llama,
  roles: { bos: '<bos>', eos: '<eos>', unk: '<unk>', pad: '<pad>' },
  unknown: 3,
};

/** ASCII punctuation and surrounding spaces are removed, as in SigLIP's training. */
const siglip: PieceFamily = {
  roles: { eos: '</s>', unk: '<unk>', pad: '</s>' },
  vocabulary: plainVocabulary,
  before: (files) => [
    ...(files.flag('do_lower_case', true) ? [{ type: 'Lowercase' }] : []),
    { type: 'Replace', pattern: { Regex: '[!-/:-@\\[-`{-~]' }, content: '' },
    { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
    { type: 'Strip', strip_left: true, strip_right: true },
  ],
  frame: t5.frame,
};

/** Keyed by the tokenizer's class or the model type; '' is for files without either. */
export const pieceFamilies: Readonly<Record<string, PieceFamily>> = table({
  '': { roles: { bos: '<s>', eos: '</s>', unk: '<unk>' }, vocabulary: plainVocabulary },
  t5,
  siglip,
  mt5: { ...t5, vocabulary: plainVocabulary, added: () => [] },
  xlmroberta: xlmRoberta,
  nllb,
  pegasus,
  albert,
  debertav2: debertaV2,
  llama,
  mistral: llama,
  mixtral: llama,
  phi3: llama,
  gemma,
  gemma2: gemma,
  gemma3text: gemma,
});
