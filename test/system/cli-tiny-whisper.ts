// A folder with the tiny Whisper of the fixtures, whose window is one second, and a vocabulary of some words and times.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const SIZE = 256;
const TIMES = 51;
const FIRST = ['<pad>', '<|startoftranscript|>', '<|endoftext|>', '<unk>'];
const WISHES = ['<|en|>', '<|de|>', '<|transcribe|>', '<|translate|>'];

/** `words`: all words that it can write. */
export function writeTinyWhisper(folder: string, words: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  for (const name of ['config.json', 'model.safetensors']) {
    cpSync(resolve('fixtures/models/whisper', name), join(folder, name));
  }
  const times = Array.from({ length: TIMES }, (_, i) => `<|${(i / 50).toFixed(2)}|>`);
  const last = ['<|notimestamps|>', ...times];
  const known = [...FIRST, ...words];
  const unused = Array.from({ length: SIZE - known.length - WISHES.length - last.length }, (_, i) => `unused${i}`);
  const tokens = [...known, ...unused, ...WISHES, ...last];
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const added = [...FIRST, ...WISHES, ...last].map((content) => ({ id: tokens.indexOf(content), content, ...flags }));
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  write(folder, 'tokenizer.json', {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: null,
    decoder: null,
    model: { type: 'WordLevel', vocab, unk_token: '<unk>' },
  });
  const roles = { unk_token: '<unk>', pad_token: '<pad>', eos_token: '<|endoftext|>' };
  write(folder, 'tokenizer_config.json', { tokenizer_class: 'WhisperTokenizer', ...roles });
  write(folder, 'generation_config.json', {
    decoder_start_token_id: 1,
    eos_token_id: 2,
    is_multilingual: true,
    max_initial_timestamp_index: 20,
    suppress_tokens: Array.from(unused, (token) => vocab[token]),
  });
  write(folder, 'preprocessor_config.json', {
    feature_extractor_type: 'WhisperFeatureExtractor',
    feature_size: 16,
    chunk_length: 1,
  });
}

function write(folder: string, name: string, value: object): void {
  writeFileSync(join(folder, name), JSON.stringify(value));
}
