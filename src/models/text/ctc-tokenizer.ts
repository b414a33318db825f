import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { parseJson } from '../../files/json.ts';
import { OlderFiles } from './older/older-files.ts';

/** Settings of HF's Wav2Vec2CTCTokenizer in tokenizer_config.json, with its defaults. */
export interface CtcSettings {
  pad: string;
  unknown: string;
  delimiter: string;
  /** The vocabulary has capitals only; decoded text is lowercased. */
  isCapital: boolean;
}

const VOCABULARY = 'vocab.json';

/** Vocabulary files of subword tokenizers other than tokenizer.json. */
const PIECES = ['merges.txt', 'source.spm', 'sentencepiece.bpe.model'];

/** Classes or model types whose vocab.json holds letters. In others, it belongs to a subword tokenizer with a file missing. */
const LETTERS = /^(wav2vec2|hubert|wavlm|unispeech|sew|data2vecaudio|mctct)/;

/** Whether a folder has a vocabulary of letters instead of subwords. */
export function hasCtcVocabulary(folder: string): boolean {
  const has = (name: string) => existsSync(join(folder, name));
  if (!has(VOCABULARY) || PIECES.some(has)) return false;
  const { family } = new OlderFiles(folder);
  if (!existsSync(join(folder, 'tokenizer.json'))) return family === '' || LETTERS.test(family);
  // Folders from before 2021, and models tuned from them, do not name the tokenizer's class.
  const { decoder } = readObject(folder, 'tokenizer.json') as { decoder?: { type?: unknown } | null };
  const named = readObject(folder, 'tokenizer_config.json').tokenizer_class;
  return named === 'Wav2Vec2CTCTokenizer' || decoder?.type === 'CTC';
}

/** tokenizer.json of a folder that only has a vocabulary of letters, and that vocabulary. @throws E_TOKENIZER_INVALID */
export function readCtcTokenizer(folder: string): { tokenizer: string; vocabulary: [string, string] } {
  const text = readFileSync(join(folder, VOCABULARY), 'utf8');
  const settings = ctcSettings(readObject(folder, 'tokenizer_config.json'));
  return { tokenizer: ctcTokenizerJson(checked(text, folder), settings), vocabulary: [VOCABULARY, text] };
}

export function ctcSettings(config: Readonly<Record<string, unknown>>): CtcSettings {
  return {
    pad: content(config.pad_token) ?? '<pad>',
    unknown: content(config.unk_token) ?? '<unk>',
    delimiter: content(config.word_delimiter_token) ?? '|',
    isCapital: config.do_lower_case === true,
  };
}

/** Files of a new vocabulary of letters, in the format of Wav2Vec2CTCTokenizer. */
export function newCtcFiles(letters: readonly string[]): { tokenizer: string; others: Map<string, string> } {
  const settings = { pad: '[PAD]', unknown: '[UNK]', delimiter: '|', isCapital: false };
  const tokens = [settings.pad, settings.unknown, settings.delimiter, ...letters];
  const vocabulary = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const named = { pad_token: settings.pad, unk_token: settings.unknown };
  const config = {
    tokenizer_class: 'Wav2Vec2CTCTokenizer',
    ...named,
    bos_token: null,
    eos_token: null,
    word_delimiter_token: settings.delimiter,
    do_lower_case: false,
    replace_word_delimiter_char: ' ',
  };
  const files = { [VOCABULARY]: vocabulary, 'tokenizer_config.json': config, 'special_tokens_map.json': named };
  const others = Object.entries(files).map(([name, value]): [string, string] => [
    name,
    `${JSON.stringify(value, null, 2)}\n`,
  ]);
  return { tokenizer: ctcTokenizerJson(vocabulary, settings), others: new Map(others) };
}

/** tokenizer.json of a vocabulary of letters: one token per character. */
function ctcTokenizerJson(vocabulary: Readonly<Record<string, number>>, settings: CtcSettings): string {
  const added = Object.entries(vocabulary)
    .filter(([token]) => [...token].length > 1)
    .map(([token, id]) => ({
      id,
      content: token,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    }));
  const json = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: { type: 'Replace', pattern: { String: ' ' }, content: settings.delimiter },
    pre_tokenizer: { type: 'Split', pattern: { Regex: '[\\s\\S]' }, behavior: 'Isolated', invert: false },
    post_processor: null,
    decoder: {
      type: 'CTC',
      pad_token: settings.pad,
      word_delimiter_token: settings.delimiter,
      cleanup: false,
    },
    model: { type: 'WordLevel', vocab: vocabulary, unk_token: settings.unknown },
  };
  return JSON.stringify(json, null, 2);
}

function checked(text: string, folder: string): Record<string, number> {
  const fault = (got: string) =>
    new AttuneError('E_TOKENIZER_INVALID', {
      what: `${join(folder, VOCABULARY)} is not a character vocabulary for CTC`,
      got,
      expected: 'an object with one id per character',
      fix: 'fetch it again; for a multilingual model, use the folder of one language',
    });
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw fault((error as Error).message);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fault('not an object');
  const ids = Object.values(value as Record<string, unknown>);
  if (ids.some((id) => !Number.isInteger(id) || (id as number) < 0)) throw fault('ids that are not whole numbers');
  if (new Set(ids).size < ids.length) throw fault('two characters with the same id');
  return value as Record<string, number>;
}

function readObject(folder: string, name: string): Record<string, unknown> {
  const path = join(folder, name);
  if (!existsSync(path)) return {};
  const value: unknown = parseJson(readFileSync(path, 'utf8'));
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** A token is stored as text, or as an object with flags. */
function content(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const inner = (value as { content?: unknown } | null | undefined)?.content;
  return typeof inner === 'string' ? inner : undefined;
}
