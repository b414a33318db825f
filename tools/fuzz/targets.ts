/** What is fuzzed: whole files to begin with, how they are damaged, and what reads them. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import sharp from 'sharp';
import { checkPipeline } from '../../src/prepare/pipeline/pipeline-spec.ts';
import { decodeAudio } from '../../src/audio/index.ts';
import { containers } from '../../src/data/containers/index.ts';
import { FileReader } from '../../src/data/read-files.ts';
import { readJsonObject } from '../../src/files/json-object.ts';
import { decodeImage, imageProcessor } from '../../src/image/index.ts';
import { readAdapterConfig } from '../../src/methods/tuning/adapter-config.ts';
import { architectures } from '../../src/models/index.ts';
import { readConfig } from '../../src/models/load.ts';
import { skeleton } from '../../src/models/skeleton.ts';
import { layOutGguf } from '../../src/tensor/gguf/header.ts';
import { readGgufHeader } from '../../src/tensor/gguf/file.ts';
import { readSafetensorsHeader } from '../../src/tensor/safetensors.ts';
import { ChatTemplates } from '../../src/text/template.ts';
import { Tokenizer } from '../../src/text/index.ts';
import { findRuns, showRun } from '../../src/app/runs.ts';
import { resolveRecipe } from '../../src/app/recipe/index.ts';
import { mutateBytes, mutateJson, mutateText, type Chance } from './mutate.ts';

/** One kind of file. */
export interface Target {
  /** Whole files. */
  seeds(): Promise<Buffer[]> | Buffer[];
  damage(whole: Buffer, chance: Chance): Buffer;
  /**
   * Reads a damaged file as attune does. What it throws must be an AttuneError; what it gives must be sound.
   * @param folder empty, of this try alone
   */
  read(bytes: Buffer, folder: string): Promise<void>;
}

function requireSound(holds: boolean, what: string): void {
  if (!holds) throw new Error(`accepted: ${what}`);
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value ?? null));

/** Half the time as values, half the time as bytes. */
function damageJson(whole: Buffer, chance: Chance): Buffer {
  return chance.draw(4) === 0 ? mutateBytes(whole, chance) : json(mutateJson(JSON.parse(String(whole)), chance));
}

function place(folder: string, name: string, bytes: string | Buffer): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}

/** A file that begins with the length of its JSON. */
function safetensors(header: unknown, dataBytes: number): Buffer {
  const text = json(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(dataBytes, 1)]);
}

const entry = (shape: number[], begin: number, end: number) => ({ dtype: 'F32', shape, data_offsets: [begin, end] });

const safetensorsTarget: Target = {
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

const gguf: Target = {
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

const tokenizer: Target = {
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
      decoder: { type: 'ByteLevel' },
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

const config: Target = {
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

const adapter: Target = {
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
    const description = readAdapterConfig(folder) as unknown as { options?: { r?: number; alpha?: number } };
    const { r = 1, alpha = 1 } = description.options ?? {};
    requireSound(Number.isSafeInteger(r) && r > 0 && r <= 1e5, `a rank of ${r}`);
    requireSound(Number.isFinite(alpha) && Math.abs(alpha) <= 1e9, `an alpha of ${alpha}`);
  },
};

const TEMPLATE_WORDS =
  `{% {%- %} -%} {{ }} for in if elif else endif endfor set endset macro endmacro range( loop.index messages
  message['content'] | trim | tojson | length | list | join('') namespace( .append( ~ + * - // not and or is defined none true
  raise_exception( strftime_now( '' "" [ ] ( ) [::-1] 100000 99999999 * 'a'`.split(/\s+/);

const template: Target = {
  seeds: () =>
    readdirSync('fixtures/text/templates').map((name) => readFileSync(join('fixtures/text/templates', name))),
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

const ROWS: Record<string, unknown>[] = [
  {
    messages: [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ],
  },
  { prompt: 'a', completion: 'b' },
  { text: 'a', label: 'x' },
  { instruction: 'a', input: '', output: 'b' },
];

function rowsTarget(ending: string, write: (rows: Record<string, unknown>[]) => string | Buffer): Target {
  return {
    seeds: () => ROWS.map((row) => Buffer.from(write(Array.from({ length: 6 }, () => row)))),
    damage: (whole, chance) => {
      if (ending === 'json' || ending === 'jsonl') {
        const values =
          ending === 'json'
            ? (JSON.parse(String(whole)) as unknown[])
            : String(whole)
                .split('\n')
                .map((line) => JSON.parse(line) as unknown);
        if (chance.draw(3) > 0) {
          const changed = values.map((value) =>
            JSON.stringify(chance.draw(2) === 0 ? mutateJson(value, chance) : value),
          );
          return Buffer.from(ending === 'json' ? `[${changed.join(',')}]` : changed.join('\n'));
        }
      }
      return mutateBytes(whole, chance);
    },
    async read(bytes, folder) {
      const path = place(folder, `rows.${ending}`, bytes);
      const reader = new FileReader();
      const { examples } = await reader.read({ path, file: `rows.${ending}` } as never, {});
      for (const { id, source } of examples) requireSound(id !== '' && source.line >= 1, 'a row without its place');
    },
  };
}

const csvOf = (rows: Record<string, unknown>[]): string =>
  [
    Object.keys(rows[0]).join(','),
    ...rows.map((row) =>
      Object.values(row)
        .map((cell) => `"${String(cell)}"`)
        .join(','),
    ),
  ].join('\n');

/** In the process that reads them, which is killed where it has to be: another one for each would be most of the time. */
const parquet: Target = {
  seeds: () => [
    Buffer.from(
      parquetWriteBuffer({
        columnData: ['a', 'b'].map((name) => ({ name, data: Array.from({ length: 20 }, (_, id) => `${name} ${id}`) })),
      }),
    ),
    Buffer.from(parquetWriteBuffer({ columnData: [{ name: 'n', data: Array.from({ length: 50 }, (_, id) => id) }] })),
  ],
  damage: mutateBytes,
  async read(bytes, folder) {
    const { read } = await containers.load('parquet');
    let rows = 0;
    for await (const _ of read(place(folder, 'rows.parquet', bytes), 'rows.parquet')) if (++rows >= 10_000) break;
  },
};

const RECIPE = `model: attune-base
data: {train: rows.jsonl, validation: 0.1, max_length: 512, format: messages}
tuning: {method: lora, r: 8, alpha: 16, target_modules: all-linear}
objective: {name: sft, train_on: answers}
training: {epochs: 2, batch_size: 8, learning_rate: 1e-4, seed: 1, warmup_ratio: 0.1}
evaluation: {every: 20, metrics: [loss, exact_match]}
checkpoints: {every: 20, keep: 2}
`;
const PIPELINE = `name: set
sources: [rows.jsonl, docs]
query: select 1
steps: [{step: records}, {step: deduplicate, threshold: 0.8}, {step: quality}]
split: {by: random, validation: 0.1, test: 0.1, seed: 3, group_by: [a]}
`;
const YAML_WORDS =
  `&a *a !!js/function <<: ? - : | > { } [ ] ~ null .inf .nan 0x10 1e400 "" '' model data training tuning lora -1 1e300
  __proto__: constructor: sources: steps: step split: true`.split(/\s+/);

function yamlTarget(text: string, read: (text: string) => Promise<void>): Target {
  return {
    seeds: () => [Buffer.from(text)],
    damage: (whole, chance) => Buffer.from(mutateText(String(whole), YAML_WORDS, chance)),
    read: (bytes) => read(bytes.toString('utf8')),
  };
}

const recipe = yamlTarget(RECIPE, async (text) => {
  const { training, data } = await resolveRecipe(text);
  requireSound(
    training.epochs === null || (training.epochs > 0 && Number.isFinite(training.epochs)),
    `epochs: ${training.epochs}`,
  );
  requireSound(data.max_length > 0, `max_length: ${data.max_length}`);
});

const pipeline = yamlTarget(PIPELINE, async (text) => {
  const { parse } = await import('yaml');
  let value: unknown;
  try {
    value = parse(text, { logLevel: 'error' });
  } catch {
    return;
  }
  const { split } = checkPipeline(value);
  requireSound(split.validation + split.test < 1 && split.validation >= 0, 'shares of more than all');
});

const image: Target = {
  async seeds() {
    const pixels = { create: { width: 24, height: 17, channels: 3 as const, background: '#aa5500' } };
    const formats = ['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const;
    return Promise.all(formats.map((format) => sharp(pixels).toFormat(format).toBuffer()));
  },
  damage: mutateBytes,
  async read(bytes) {
    const { width, height, data } = await decodeImage(bytes, 'x.png');
    requireSound(width > 0 && height > 0 && data.length === width * height * 3, `${width} × ${height}`);
  },
};

const preprocessor: Target = {
  seeds: () =>
    ['clip', 'vit'].map((name) =>
      json({
        image_processor_type: name === 'clip' ? 'CLIPImageProcessor' : 'ViTImageProcessor',
        size: { shortest_edge: 24 },
        crop_size: { height: 16, width: 16 },
        do_resize: true,
        resample: 3,
        image_mean: [0.5, 0.5, 0.5],
        image_std: [0.5, 0.5, 0.5],
      }),
    ),
  damage: damageJson,
  async read(bytes, folder) {
    const value = readJsonObject(place(folder, 'preprocessor_config.json', bytes));
    const pixels = { create: { width: 20, height: 10, channels: 3 as const, background: '#123456' } };
    const { shape, data } = await imageProcessor(value).process(await sharp(pixels).png().toBuffer(), 'x.png');
    requireSound(shape.every((size) => size > 0) && data.length < 2 ** 28, shape.join(' × '));
  },
};

const audio: Target = {
  seeds: () => ['wav', 'flac', 'mp3', 'ogg', 'opus'].map((ending) => readFileSync(`fixtures/audio/tone.${ending}`)),
  damage: mutateBytes,
  async read(bytes) {
    const { samples, rate } = (await decodeAudio(bytes)) as unknown as { samples?: Float32Array; rate?: number };
    requireSound(rate === undefined || (rate > 0 && rate < 1e7), `a rate of ${rate}`);
    requireSound(samples === undefined || samples.length < 2 ** 30, 'samples without end');
  },
};

const EVENTS = [
  { at: 1e12, type: 'run-started', run: 'r', recipe: { model: 'm', data: { train: [{ path: 'a.jsonl' }] } } },
  {
    at: 1e12,
    type: 'data-prepared',
    format: 'messages',
    rows: { train: 3, validation: 1, test: 1 },
    hashes: { train: 'h' },
  },
  { at: 1e12, type: 'step-finished', step: 1, steps: 2, epoch: 1, loss: 2, grad_norm: 1, learning_rate: 1 },
  { at: 1e12, type: 'evaluation-finished', step: 1, epoch: 1, split: 'validation', metrics: { loss: 1 } },
  { at: 1e12, type: 'run-finished', step: 2, result: 'runs/r/adapter', metrics: { eval_loss: 1 }, choice: { step: 2 } },
];

const run: Target = {
  seeds: () => [Buffer.from(EVENTS.map((event) => JSON.stringify(event)).join('\n'))],
  damage: (whole, chance) => {
    if (chance.draw(4) === 0) return mutateBytes(whole, chance);
    const lines = String(whole)
      .split('\n')
      .map((line) => (chance.draw(2) === 0 ? JSON.stringify(mutateJson(JSON.parse(line), chance)) : line));
    return Buffer.from(lines.join('\n'));
  },
  async read(bytes, folder) {
    place(folder, 'runs/r/events.jsonl', `${bytes.toString('latin1')}\n`);
    place(folder, 'runs/r/comparison.json', bytes.subarray(0, 100));
    place(folder, 'runs/sound/events.jsonl', `${JSON.stringify(EVENTS[0])}\n`);
    const runs = await findRuns({ folders: [join(folder, 'runs')] });
    requireSound(
      runs.some((one) => one.folder === join(folder, 'runs/sound')),
      'a damaged run hides a sound one',
    );
    rmSync(join(folder, 'runs/r/comparison.json'));
    await showRun(join(folder, 'runs/r'));
  },
};

export const targets: Readonly<Record<string, Target>> = {
  safetensors: safetensorsTarget,
  gguf,
  tokenizer,
  config,
  adapter,
  template,
  jsonl: rowsTarget('jsonl', (rows) => rows.map((row) => JSON.stringify(row)).join('\n')),
  json: rowsTarget('json', (rows) => JSON.stringify(rows)),
  csv: rowsTarget('csv', csvOf),
  conll: rowsTarget('conll', (rows) => rows.map((row) => `${Object.keys(row)[0]} O\nBonn B-LOC\n`).join('\n')),
  parquet,
  recipe,
  pipeline,
  image,
  preprocessor,
  audio,
  run,
};
