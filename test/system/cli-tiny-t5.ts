// A folder with the tiny T5 of the fixtures, and a vocabulary of some words, digits and unused tokens.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const SPECIAL = ['<pad>', '</s>', '<unk>'];
const SIZE = 256;

/** `words`: all words that it can read and write. */
export function writeTinyT5(folder: string, words: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  for (const name of ['config.json', 'model.safetensors'])
    cpSync(resolve('fixtures/models/t5', name), join(folder, name));
  const known = [...SPECIAL, ...new Set(words)];
  const unused = Array.from({ length: SIZE - known.length }, (_, i) => `unused${i}`);
  const vocab = Object.fromEntries([...known, ...unused].map((token, id) => [token, id]));
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const end = { SpecialToken: { id: '</s>', type_id: 0 } };
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: SPECIAL.map((content, id) => ({ id, content, ...flags })),
    normalizer: null,
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ Sequence: { id: 'A', type_id: 0 } }, end],
      pair: [{ Sequence: { id: 'A', type_id: 0 } }, end, { Sequence: { id: 'B', type_id: 0 } }, end],
      special_tokens: { '</s>': { id: '</s>', ids: [1], tokens: ['</s>'] } },
    },
    decoder: null,
    model: { type: 'WordLevel', vocab, unk_token: '<unk>' },
  };
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  const roles = { unk_token: '<unk>', pad_token: '<pad>', eos_token: '</s>' };
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify({ tokenizer_class: 'T5Tokenizer', ...roles }));
}
