/** Files of models: weights, tokenizers, configurations, adapters, templates. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAdapterConfig } from '../../src/methods/tunings/adapter-config.ts';
import { architectures } from '../../src/models/index.ts';
import { readConfig } from '../../src/models/load-model.ts';
import { skeleton } from '../../src/models/skeleton.ts';
import { layOutGguf } from '../../src/engine/tensor/gguf/header.ts';
import { readGgufHeader } from '../../src/engine/tensor/gguf/file.ts';
import { readSafetensorsHeader } from '../../src/engine/tensor/safetensors.ts';
import { ChatTemplates } from '../../src/models/text/chat-templates.ts';
import { Tokenizer } from '../../src/models/text/index.ts';
import { mutateBytes, mutateJson, mutateText } from './mutate.ts';
import { damageJson, json, place, requireSound, type Target } from './target.ts';

/** Makes a file that begins with the length of its JSON header. */
function safetensors(header: unknown, dataBytes: number): Buffer {
  const text = json(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(dataBytes, 1)]);
}

const entry = (shape: number[], begin: number, end: number) => ({ dtype: 'F32', shape, data_offsets: [begin, end] });

export const safetensorsTarget: Target = {
  seeds: () => [
    safetensors({ __metadata__: { format: 'pt' }, a: entry([2, 3], 0, 24), b: entry([4], 24, 40) }, 40),
    safetensors({ w: entry([], 0, 4) }, 4),
  ],
  damage(whole, chance) {
    if (chance.draw(3) === 0) return mutateBytes(whole, chance);
    const length = Number(whole.readBigUInt64LE());
    const header = JSON.parse(whole.toString('utf8', 8, 8 + length)) as unknown;
    return safetensors(mutateJson(header, chance), whole.length - 8 - length);
  },
  async read(bytes, folder) {
    const { entries, dataStart } = readSafetensorsHeader(place(folder, 'model.safetensors', bytes));
    for (const { name, shape, begin, end } of entries) {
      requireSound(begin >= 0 && end >= begin && dataStart + end <= bytes.length, `${name} lies outside of the file`);
      requireSound(
        shape.every((size) => Number.isSafeInteger(size) && size >= 0),
        `${name} has no shape`,
      );
    }
  },
};

export const gguf: Target = {
  seeds() {
    const metadata = new Map<string, never>([
      ['general.architecture', { type: 'string', value: 'llama' } as never],
      ['llama.block_count', { type: 'u32', value: 2 } as never],
    ]);
    const { header, dataBytes } = layOutGguf(metadata, [{ name: 'w', dtype: 'f16', shape: [2, 16] }]);
    return [Buffer.concat([header, Buffer.alloc(dataBytes)])];
  },
  damage: mutateBytes,
  async read(bytes, folder) {
    const { tensors } = readGgufHeader(place(folder, 'm.gguf', bytes)) as unknown as {
      tensors?: { begin: number; end: number }[];
    };
    for (const { end } of tensors ?? []) requireSound(end <= bytes.length, 'a tensor outside of the file');
  },
};

export const tokenizer: Target = {
  seeds() {
    const letters = [...'abcdefghij klmnop'];
    const vocab = Object.fromEntries([...letters, 'ab', 'cd', '<s>'].map((token, id) => [token, id]));
    const bpe = {
      type: 'BPE',
      vocab,
      merges: [
        ['a', 'b'],
        ['c', 'd'],
      ],
      unk_token: 'a',
      continuing_subword_prefix: null,
    };
    const piece = {
      type: 'WordPiece',
      vocab,
      unk_token: '<s>',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
    };
    const unigram = { type: 'Unigram', unk_id: 0, vocab: letters.map((letter, id) => [letter, -id]) };
    const added = [
      { id: 19, content: '<s>', special: true, single_word: false, lstrip: false, rstrip: false, normalized: false },
    ];
    const split = { type: 'Split', pattern: { Regex: '\\s+|\\p{L}+' }, behavior: 'Isolated', invert: false };
    const normalizer = {
      type: 'Sequence',
      normalizers: [{ type: 'NFC' }, { type: 'Replace', pattern: { String: ' ' }, content: '_' }],
    };
    const whole = (model: unknown) => ({
      version: '1.0',
      added_tokens: added,
      normalizer,
      pre_tokenizer: split,
      post_processor: null,
      decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      model,
    });
    return [bpe, piece, unigram].map((model) => json(whole(model)));
  },
  damage: damageJson,
  async read(bytes, folder) {
    place(folder, 'tokenizer.json', bytes);
    place(folder, 'config.json', '{"model_type": "llama"}');
    const loaded = await Tokenizer.load(folder);
    const ids = await loaded.encode('ab cd <s> xyz');
    requireSound(
      [...ids].every((id) => id >= 0 && id < loaded.size),
      'ids outside of the vocabulary',
    );
    loaded.decode(ids);
  },
};

function fixtureConfigs(): Buffer[] {
  const folder = 'fixtures/models';
  return readdirSync(folder).map((name) => readFileSync(join(folder, name, 'config.json')));
}

export const config: Target = {
  seeds: fixtureConfigs,
  damage: damageJson,
  async read(bytes, folder) {
    place(folder, 'config.json', bytes);
    const raw = readConfig(folder);
    const architecture = await architectures.load(String(raw.model_type));
    const { maxPositions } = architecture.limits(raw);
    requireSound(maxPositions > 0, `positions: ${maxPositions}`);
    const { model } = await skeleton(raw, {});
    for (const [name, { shape }] of model.parameters())
      requireSound(
        shape.every((size) => Number.isSafeInteger(size) && size >= 0),
        `${name} of ${shape.join(' × ')}`,
      );
  },
};

export const adapter: Target = {
  seeds: () => [
    readFileSync('fixtures/models/llama/lora/adapter_config.json'),
    json({
      peft_type: 'LORA',
      r: 4,
      lora_alpha: 8,
      target_modules: '.*(q|v)_proj',
      bias: 'none',
      rank_pattern: { q_proj: 2 },
      alpha_pattern: {},
      modules_to_save: null,
    }),
  ],
  damage: damageJson,
  async read(bytes, folder) {
    place(folder, 'adapter_config.json', bytes);
    const description = (await readAdapterConfig(folder)) as unknown as { options?: { r?: number; alpha?: number } };
    const { r = 1, alpha = 1 } = description.options ?? {};
    requireSound(Number.isSafeInteger(r) && r > 0 && r <= 1e5, `a rank of ${r}`);
    requireSound(Number.isFinite(alpha) && Math.abs(alpha) <= 1e9, `an alpha of ${alpha}`);
  },
};

const TEMPLATE_WORDS =
  `{% {%- %} -%} {{ }} for in if elif else endif endfor set endset macro endmacro range( loop.index messages
  message['content'] | trim | tojson | length | list | join('') namespace( .append( ~ + * - // not and or is defined none true
  raise_exception( strftime_now( '' "" [ ] ( ) [::-1] 100000 99999999 * 'a'`.split(/\s+/);

export const template: Target = {
  seeds: () =>
    readdirSync('fixtures/text/templates')
      .filter((name) => name.endsWith('.jinja'))
      .map((name) => readFileSync(join('fixtures/text/templates', name))),
  damage: (whole, chance) => Buffer.from(mutateText(String(whole), TEMPLATE_WORDS, chance)),
  async read(bytes, folder) {
    const others = new Map([['chat_template.jinja', bytes.toString('utf8')]]);
    const files = { origin: folder, tokenizer: '{}', others, modelIds: {} };
    const templates = ChatTemplates.fromFiles(files, { bos_token: '<s>', eos_token: '</s>' });
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Hi' },
    ] as const;
    const text = templates.render({ messages } as never, { addGenerationPrompt: true, now: new Date(0) });
    requireSound(text.length < 2 ** 26, `${text.length} characters`);
  },
};
