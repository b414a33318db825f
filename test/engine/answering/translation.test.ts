// Training targets of a translation model, and the start tokens of its answers.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { answerStart, generate, rememberTexts } from '../../../src/answering/decoding/index.ts';
import { objectives } from '../../../src/training/objectives/index.ts';
import { createModel } from '../../../src/models/load-model.ts';
import { parseSentencePiece } from '../../../src/models/text/older/sentencepiece.ts';
import { readTokenizerFiles } from '../../../src/models/text/tokenizer-files.ts';
import { Tokenizer } from '../../../src/models/text/index.ts';
import type { PreparedRow } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import { tinyConfigs } from '../tiny-configs.ts';

const pieces = readFileSync(
  fileURLToPath(new URL('../../../fixtures/text/sentencepiece/fairseq.model', import.meta.url)),
);
const folder = mkdtempSync(join(tmpdir(), 'attune-translation-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function tokenizerOf(generation: object): Promise<Tokenizer> {
  const names = parseSentencePiece(pieces, 'fairseq').pieces.map(({ text }) => text);
  const vocab = Object.fromEntries(['<s>', '<pad>', '</s>', '<unk>', ...names.slice(3)].map((name, id) => [name, id]));
  writeFileSync(join(folder, 'sentencepiece.bpe.model'), pieces);
  for (const [name, value] of Object.entries({ 'vocab.json': vocab, 'generation_config.json': generation }))
    writeFileSync(join(folder, name), JSON.stringify(value));
  return Tokenizer.fromFiles(readTokenizerFiles(folder));
}

it('rows are prompts in one language and answers in the other, whose token is trained, and forced when it answers', async () => {
  const plain = await tokenizerOf({ forced_bos_token_id: 0 });
  const tokenizer = plain.withLanguages({ src_lang: 'en', tgt_lang: 'de' });
  const [english, german] = ['__en__', '__de__'].map((token) => tokenizer.idOf(token));
  const objective = await (
    await objectives.load('seq2seq')
  ).create({ src_lang: null, tgt_lang: null }, { tokenizer, now: new Date(0), causal: true });
  const source = { file: 'rows', line: 1 };
  const example = { kind: 'completion' as const, id: 'a', source, prompt: 'hello', completion: ' cat ' };
  const { ids, trained, segments } = (await objective.prepare([example])).rows[0] as PreparedRow;
  const [read, written] = [ids.subarray(0, segments![0]), ids.subarray(segments![0])];
  expect([read[0], read.at(-1), written[0], written.at(-1)]).toEqual([english, 2, german, 2]);
  expect([...written.subarray(1, -1)]).toEqual([...(await tokenizer.encode('cat'))]);
  expect([...trained]).toEqual([...read.map(() => 0), ...written.map(() => 1)]);
  // The requested language takes precedence over the one that the model's files force.
  expect([...answerStart({ config: { decoder_start_token_id: 2 } }, tokenizer).ids]).toEqual([2, german]);
});

it('a folder forces its first token and forbids others', async () => {
  const { files } = await tokenizerOf({ bad_words_ids: [[5], [6, 7]] });
  const tokenizer = await Tokenizer.fromFiles({ ...files, translation: undefined });
  const config = { decoder_start_token_id: 2, forced_bos_token_id: 0, suppress_tokens: [8] };
  const { ids, logitBias } = answerStart({ config }, tokenizer);
  expect([...ids]).toEqual([2, 0]);
  expect(logitBias).toEqual({ 5: -Infinity, 8: -Infinity });
});

it('answers go on behind the language and never have what is forbidden', async () => {
  const raw = { ...tinyConfigs.m2m_100[0], vocab_size: 200, pad_token_id: 1 };
  const model = await createModel(raw, { task: 'seq2seq', dtype: 'f32', seed: 2 });
  using memory = rememberTexts(model, [Int32Array.of(4, 5, 2)]);
  const tokenizer = { decode: () => '', stopIds: [] } as never;
  const answer = async (logitBias: Record<number, number>) =>
    (await generate({ model, tokenizer, memory }, [[2, 9]], { maxNewTokens: 3, logitBias, stopIds: [0] }))[0].ids;
  const [first] = await answer({});
  expect(await answer({ [first]: -Infinity })).not.toContain(first);
  model.dispose();
});
