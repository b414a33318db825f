import { readFileSync } from 'node:fs';
import { encode as encodeCl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { encode as encodeO200k } from 'gpt-tokenizer/encoding/o200k_base';
import llama3 from 'llama3-tokenizer-js';
import { beforeAll, describe, expect, test } from 'vitest';
import { llama3Tokenizer, tiktokenTokenizer } from '../../../../bench/large-vocabularies.ts';
import { StreamingDecoder, type Tokenizer } from '../../../../src/models/text/index.ts';

const prose = readFileSync(new URL('../../../../fixtures/text/prose.txt', import.meta.url), 'utf8');
const texts = [
  ...prose.split('\n\n'),
  prose,
  readFileSync(new URL('../../../../src/models/text/bpe/merge-learner.ts', import.meta.url), 'utf8'),
  '',
  ' ',
  '\n',
  '\t\t\tif (x) {\r\n\r\n\r\n    return;\r\n}',
  '            twelve spaces,   three, and a trailing one ',
  "I'M YOU'RE he'll WE'VE it's don't I'd 'sup o'clock",
  '0 12 123 1234 12345 1234567890 3.14159 1e-10 0xFF ½ ² Ⅷ ٣٤',
  '🙂🙃👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿🇪🇺 e\u0301 é ﬁ Å Å \u200b\u200d\u2060 \u{10ffff}',
  'Ｆｕｌｌｗｉｄｔｈ ǅ ǈ ʰ ა ꙮ 𝒳 𝟘 𠮷野家 ﷽ ไม่มีเว้นวรรค 한글 العربية עברית',
  '=====>>><<<----****####~~~~////\\\\\\\\ ...!!!??? (((nested)))',
  'a'.repeat(300),
  'The quick brown fox. '.repeat(20),
  Array.from({ length: 0x250 }, (_, code) => String.fromCodePoint(code + 0x20))
    .join('')
    .replaceAll('\u0085', ''),
];

async function expectSameIds(tokenizer: Tokenizer, reference: (text: string) => number[]): Promise<void> {
  const encoded = await tokenizer.encodeBatch(texts);
  for (const [index, text] of texts.entries()) {
    expect([...encoded[index]], JSON.stringify(text.slice(0, 60))).toEqual(reference(text));
    expect(tokenizer.decode(encoded[index])).toBe(text);
  }
}

function expectStreams(tokenizer: Tokenizer, ids: Int32Array, text: string): void {
  const decoder = new StreamingDecoder(tokenizer);
  const parts = Array.from(ids, (id) => decoder.push(id));
  expect(parts.join('') + decoder.end()).toBe(text);
  expect(parts.slice(0, -1).every((part) => !part.includes('\ufffd'))).toBe(true);
}

describe.each([
  ['cl100k_base', encodeCl100k, 100258],
  ['o200k_base', encodeO200k, 200000],
] as const)('the vocabulary of %s', (name, reference, size) => {
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = await tiktokenTokenizer(name);
  }, 60_000);

  test('gives the ids of gpt-tokenizer on varied text, and the text back', async () => {
    await expectSameIds(tokenizer, (text) => reference(text));
    expect(tokenizer.size).toBe(size);
  });

  test('streams without ever showing half a character', async () => {
    for (const text of texts) expectStreams(tokenizer, await tokenizer.encode(text), text);
  });
});

describe('the vocabulary of Llama 3', () => {
  test('gives the ids of llama3-tokenizer-js, with its special tokens', async () => {
    const tokenizer = await llama3Tokenizer();
    await expectSameIds(tokenizer, (text) => llama3.encode(text, { bos: false, eos: false }));
    const chat = '<|start_header_id|>user<|end_header_id|>\n\nHi 🙂<|eot_id|>';
    expect([...(await tokenizer.encode(chat))]).toEqual(llama3.encode(chat, { bos: false, eos: false }));
    expect(tokenizer.size).toBe(128_256);
  }, 60_000);
});
