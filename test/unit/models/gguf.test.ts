import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HeaderCursor } from '../../../src/engine/tensor/gguf/header-cursor.ts';
import { layOutGguf, parseGguf, type GgufHeader } from '../../../src/engine/tensor/gguf/header.ts';
import type { GgufMetadata, GgufValue } from '../../../src/engine/tensor/gguf/index.ts';
import { encodeItem, encodeText } from '../../../src/engine/tensor/gguf/gguf-values.ts';
import { ggufVocabulary, ollamaModelfile } from '../../../src/models/text/gguf/index.ts';
import { newTokenizer, Tokenizer, trainByteLevelBpe, withAnswerSpace } from '../../../src/models/text/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-gguf-header-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function parse(bytes: Buffer): GgufHeader {
  const path = join(folder, 'file.gguf');
  writeFileSync(path, bytes);
  const descriptor = openSync(path, 'r');
  try {
    return parseGguf(path, new HeaderCursor(path, descriptor, bytes.byteLength));
  } finally {
    closeSync(descriptor);
  }
}

const values: GgufMetadata = new Map<string, GgufValue>([
  ['general.architecture', { type: 'string', value: 'llama' }],
  ['a.count', { type: 'u32', value: 4_000_000_000 }],
  ['a.negative', { type: 'i64', value: -5 }],
  ['a.large', { type: 'u64', value: 2n ** 63n }],
  ['a.real', { type: 'f32', value: 0.5 }],
  ['a.flag', { type: 'bool', value: true }],
  ['a.tokens', { type: 'array', of: 'string', value: ['Ġthe', '東京', ''] }],
  ['a.kinds', { type: 'array', of: 'i32', value: [1, -3] }],
]);

function whole(metadata = values): Buffer {
  const tensors = [
    { name: 'odd', dtype: 'f32', shape: [3] },
    { name: 'matrix', dtype: 'bf16', shape: [2, 5] },
  ] as const;
  const { header, dataBytes } = layOutGguf(metadata, tensors);
  return Buffer.concat([header, Buffer.alloc(dataBytes)]);
}

describe('a GGUF header', () => {
  it('gives back what was laid out, every type of value', () => {
    const { metadata, entries, dataStart } = parse(whole());
    expect([...metadata]).toEqual([...values]);
    expect(dataStart % 32).toBe(0);
    expect(entries).toEqual([
      { name: 'odd', dtype: 'f32', shape: [3], begin: 0, end: 12 },
      { name: 'matrix', dtype: 'bf16', shape: [2, 5], begin: 32, end: 52 },
    ]);
  });

  it('has the bytes that the format says: magic, version, counts, then the innermost size first', () => {
    const bytes = layOutGguf(new Map(), [{ name: 'w', dtype: 'f16', shape: [2, 5] }]).header;
    const expected = [
      [0x47, 0x47, 0x55, 0x46, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      [1, 0, 0, 0, 0, 0, 0, 0, 0x77, 2, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0],
      [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ].flat();
    expect([...bytes.subarray(0, expected.length)]).toEqual(expected);
  });

  it('is read across the windows that the file is read in', () => {
    const long = Array.from({ length: 60_000 }, (_, i) => `token ${i} of a long list`);
    const metadata = new Map<string, GgufValue>([['a.tokens', { type: 'array', of: 'string', value: long }]]);
    expect(parse(whole(metadata)).metadata.get('a.tokens')!.value).toEqual(long);
  });

  it('that is cut off anywhere is refused', () => {
    const bytes = whole();
    for (let length = 0; length < bytes.byteLength - 31; length++)
      expect(() => parse(bytes.subarray(0, length)), String(length)).toThrow('E_GGUF_BAD');
  });

  it('whose bytes were changed is refused or read, never a crash or a huge allocation', () => {
    const codes = new Set(
      Array.from({ length: whole().byteLength }, (_, at) => at).flatMap((at) => [codeOf(at, 0x7f), codeOf(at, 0xff)]),
    );
    expect([...codes].toSorted()).toEqual(['E_GGUF_BAD', 'read']);
  });

  /** Error code after changing one byte. */
  function codeOf(at: number, value: number): string {
    const changed = whole();
    changed[at] = value;
    try {
      parse(changed);
      return 'read';
    } catch (error) {
      return (error as { code?: string }).code ?? String(error);
    }
  }

  const start = (tensors: number, count: number) =>
    Buffer.concat([Buffer.from('GGUF'), encodeItem('u32', 3), encodeItem('u64', tensors), encodeItem('u64', count)]);
  const tensor = (name: string, sizes: number[], type: number, begin: number) =>
    Buffer.concat([
      encodeText(name),
      encodeItem('u32', sizes.length),
      ...sizes.map((size) => encodeItem('u64', size)),
      encodeItem('u32', type),
      encodeItem('u64', begin),
    ]);
  const filler = Buffer.alloc(256);

  it.each([
    ['another format', Buffer.from('PK\u0003\u0004 and so on'), /starts with/],
    ['an older version', Buffer.concat([Buffer.from('GGUF'), encodeItem('u32', 2), filler]), /version 2/],
    ['more values than bytes', Buffer.concat([start(0, 1e15), filler]), /values in a file of/],
    ['a quantised tensor', Buffer.concat([start(1, 0), tensor('q', [32], 3, 0), filler]), /ggml type 3/],
    [
      'tensors on top of each other',
      Buffer.concat([start(2, 0), tensor('a', [8], 0, 0), tensor('b', [8], 0, 0), filler]),
      /"b" starts at byte 0, expected 32/,
    ],
    [
      'a name twice',
      Buffer.concat([start(2, 0), tensor('a', [8], 0, 0), tensor('a', [8], 0, 32), filler]),
      /"a" appears twice/,
    ],
    ['a size without end', Buffer.concat([start(1, 0), tensor('a', [2 ** 40, 2 ** 40], 0, 0), filler]), /shape/],
    [
      'a tensor beyond the file',
      Buffer.concat([start(1, 0), tensor('a', [4096], 0, 0), filler]),
      /after the end of the file/,
    ],
    [
      'bytes that belong to no tensor',
      Buffer.concat([start(1, 0), tensor('a', [1], 0, 0), filler]),
      /belong to no tensor/,
    ],
  ])('with %s is refused with the reason', (_, bytes, reason) => {
    expect(() => parse(bytes)).toThrow(reason);
  });
});

const SPECIAL = ['<|end|>', '<|im_start|>', '<|im_end|>'];

interface Changeable {
  normalizer: unknown;
  pre_tokenizer: { pretokenizers: { pattern: { Regex: string } }[] };
}

async function tokenizerOf(change: (json: Changeable) => void = () => undefined): Promise<Tokenizer> {
  const json = await trainByteLevelBpe(['the parcel is in the house\n'.repeat(20)], {
    vocabSize: 270,
    specialTokens: SPECIAL,
  });
  const { files } = await newTokenizer(json, { roles: { eos: '<|end|>' } });
  const changed = JSON.parse(files.tokenizer) as Changeable;
  change(changed);
  return Tokenizer.fromFiles({ ...files, tokenizer: JSON.stringify(changed) });
}

async function withTemplate(template: string): Promise<Tokenizer> {
  const { files } = await tokenizerOf();
  return Tokenizer.fromFiles({ ...files, others: new Map([...files.others, ['chat_template.jinja', template]]) });
}

describe('a tokenizer in GGUF', () => {
  it('has every token with its kind, the merges, and unused tokens up to the rows of the table', async () => {
    const tokenizer = await tokenizerOf();
    const { metadata, differences } = ggufVocabulary(tokenizer, tokenizer.size + 2);
    const value = (key: string) => metadata.get(`tokenizer.ggml.${key}`)?.value as unknown[];
    expect(value('tokens').slice(0, 3)).toEqual(SPECIAL);
    expect(value('tokens').slice(-2)).toEqual([`[PAD${tokenizer.size}]`, `[PAD${tokenizer.size + 1}]`]);
    expect([value('token_type').slice(0, 4), value('token_type').slice(-2)]).toEqual([
      [3, 3, 3, 1],
      [5, 5],
    ]);
    expect(value('merges').length).toBe(tokenizer.size - 256 - SPECIAL.length);
    expect(differences).toEqual([]);
  });

  it.each([
    ['qwen2', 'qwen2', false],
    ['llama3', 'smaug-bpe', false],
    ['llama3', 'llama-bpe', true],
    ['gpt2', 'gpt-2', false],
  ] as const)('that cuts as %s says %s there (whole pieces: %s)', async (pattern, name, ignoreMerges) => {
    const json = await trainByteLevelBpe(['the house'], { vocabSize: 260, specialTokens: SPECIAL, pattern });
    json.model.ignore_merges = ignoreMerges;
    const tokenizer = await newTokenizer(json, { roles: { eos: '<|end|>' } });
    expect(ggufVocabulary(tokenizer, tokenizer.size).metadata.get('tokenizer.ggml.pre')?.value).toBe(name);
  });

  it('that cuts text in another way, or changes it before, is refused with both reasons', async () => {
    const tokenizer = await tokenizerOf((json) => {
      json.normalizer = { type: 'Lowercase' };
      json.pre_tokenizer.pretokenizers[0].pattern.Regex = String.raw`\p{L}+|\p{N}+|\s+`;
    });
    expect(() => ggufVocabulary(tokenizer, tokenizer.size)).toThrow(
      /Lowercase[\s\S]*no name for this pre-tokenizer pattern/,
    );
  });

  it('with more tokens than the model has rows is refused', async () => {
    const tokenizer = await tokenizerOf();
    expect(() => ggufVocabulary(tokenizer, tokenizer.size - 1)).toThrow(/E_GGUF_UNSUPPORTED/);
  });

  it('that composes Unicode is written, and the difference is told', async () => {
    const tokenizer = await tokenizerOf((json) => (json.normalizer = { type: 'NFC' }));
    expect(ggufVocabulary(tokenizer, tokenizer.size).differences).toEqual([expect.stringContaining('NFC')]);
  });
});

describe('a Modelfile', () => {
  const turns = "{% for m in messages %}{{ '[' + m.role + ']\\n' + m.content + '<|im_end|>\\n' }}{% endfor %}";
  const prompt = "{% if add_generation_prompt %}{{ '[assistant]\\n' }}{% endif %}";

  it('frames turns as the template does, with its default system message, and stops where the tokenizer does', async () => {
    const start = "{% if messages[0].role != 'system' %}{{ '[system]\\nBe \"kind\".<|im_end|>\\n' }}{% endif %}";
    const { text, differences } = ollamaModelfile(await withTemplate(start + turns + prompt), 'model.gguf');
    expect(text).toBe(`FROM ./model.gguf
TEMPLATE """{{ if .System }}[system]
{{ .System }}<|im_end|>
{{ else }}{{ "[system]\\nBe \\"kind\\".<|im_end|>\\n" }}{{ end }}{{ range .Messages }}{{ if eq .Role "user" }}[user]
{{ .Content }}<|im_end|>
{{ else if eq .Role "assistant" }}[assistant]
{{ .Content }}<|im_end|>
{{ end }}{{ end }}[assistant]
"""
PARAMETER stop "<|end|>"
PARAMETER stop "<|im_end|>"
`);
    expect(differences).toEqual([]);
  });

  it('has no template where that does more than to frame turns, and says so', async () => {
    const last =
      "{% for m in messages %}{{ '[' + m.role + ']' + (m.content | upper if loop.last else m.content) }}{% endfor %}";
    const { text, differences } = ollamaModelfile(await withTemplate(last + prompt), 'model.gguf');
    expect(text).not.toContain('TEMPLATE');
    expect(differences).toEqual([expect.stringContaining('more than wrap turns')]);
  });

  it('of a model trained on plain prompts hands them on as they are, whatever template lies beside it', async () => {
    const tokenizer = await withTemplate(turns + prompt);
    const { text, differences } = ollamaModelfile(tokenizer, 'model.gguf', { isPlain: true });
    expect(text).toBe(`FROM ./model.gguf
TEMPLATE """{{ .Prompt }}"""
PARAMETER stop "<|end|>"
PARAMETER stop "<|im_end|>"
`);
    expect(differences).toEqual([]);
    const spaced = ollamaModelfile(await withAnswerSpace(tokenizer, true), 'model.gguf', { isPlain: true });
    expect(spaced.differences).toEqual([expect.stringContaining('start with the space')]);
  });

  it('tells the system message that every training row had', async () => {
    const { text } = ollamaModelfile(await withTemplate(turns + prompt), 'model.gguf', { system: 'Be kind.' });
    expect(text).toContain('SYSTEM """Be kind."""');
  });
});
