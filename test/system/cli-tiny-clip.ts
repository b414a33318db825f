// A folder with the tiny CLIP of the fixtures, a vocabulary of the given words, and an image processor.
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SIZE = 256;
const [START, END] = ['<|startoftext|>', '<|endoftext|>'];

/** `words`: the whole vocabulary. */
export function writeTinyClip(folder: string, words: readonly string[]): void {
  cpSync('fixtures/models/clip', folder, { recursive: true });
  const unused = Array.from({ length: SIZE - words.length - 3 }, (_, i) => `[unused${i}]`);
  // The first checkpoints locate the end of a text by the largest id.
  const vocab = Object.fromEntries(['[UNK]', ...words, ...unused, START, END].map((token, id) => [token, id]));
  const special = [START, END].map((token) => ({ token, id: vocab[token] }));
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.map(({ token: content, id }) => {
      return { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
    }),
    normalizer: { type: 'Lowercase' },
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [
        { SpecialToken: { id: START, type_id: 0 } },
        { Sequence: { id: 'A', type_id: 0 } },
        { SpecialToken: { id: END, type_id: 0 } },
      ],
      pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
      special_tokens: Object.fromEntries(
        special.map(({ token, id }) => [token, { id: token, ids: [id], tokens: [token] }]),
      ),
    },
    decoder: null,
    model: { type: 'WordLevel', vocab, unk_token: '[UNK]' },
  };
  const roles = { bos_token: START, eos_token: END, unk_token: '[UNK]', pad_token: END };
  const processor = { image_processor_type: 'CLIPImageProcessor', size: { shortest_edge: 32 }, crop_size: 32 };
  const files = { 'tokenizer.json': tokenizer, 'tokenizer_config.json': roles, 'preprocessor_config.json': processor };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(content));
}
