import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { AttuneError } from '../../src/base/errors.ts';
import { writeJson } from '../../src/files/json.ts';
import { newTokenizer, Tokenizer, trainByteLevelBpe } from '../../src/models/text/index.ts';
import { cacheFolder } from './corpus/cache-folder.ts';
import { type CorpusRow, readCorpus } from './corpus/read-corpus.ts';
import { KneserNeyModel } from './ngram/kneser-ney.ts';
import { TokenStore } from './ngram/token-store.ts';

const ROWS_AT_A_TIME = 256;
const END_OF_TEXT = '<|endoftext|>';

interface Score {
  bits: number;
  bytes: number;
  tokens: number;
}

/**
 * Bits per byte of a token 5-gram model with interpolated modified Kneser-Ney smoothing on the held-out part, fitted on
 * the base model's training text. `--tokenizer FOLDER` uses the model's own tokens; without it a vocabulary of
 * `--vocabulary` entries is trained on the corpus and saved beside it.
 */
async function scoreFiveGram(): Promise<void> {
  const { values } = parseArgs({
    options: {
      corpus: { type: 'string', default: join(cacheFolder(), 'corpus') },
      tokenizer: { type: 'string' },
      vocabulary: { type: 'string', default: '8192' },
      order: { type: 'string', default: '5' },
    },
  });
  const started = Date.now();
  const log = (line: string): void =>
    console.error(`${((Date.now() - started) / 1000).toFixed(0).padStart(5)} s  ${line}`);
  const vocabulary = wholeNumber('--vocabulary', values.vocabulary);
  const order = wholeNumber('--order', values.order);
  const tokenizer =
    values.tokenizer === undefined
      ? await ownTokenizer(values.corpus, vocabulary, log)
      : await Tokenizer.load(values.tokenizer);
  const train = new TokenStore();
  let bytes = 0;
  for await (const { row, ids } of encodedRows(values.corpus, 'train', tokenizer)) {
    train.add(ids);
    bytes += Buffer.byteLength(row.text);
  }
  log(
    `${(train.length / 1e6).toFixed(1)} M tokens of ${(bytes / 1e6).toFixed(1)} MB, ${(bytes / train.length).toFixed(2)} bytes a token`,
  );
  const model = fit(order, tokenizer.size, train, log);
  const scores = await score(model, values.corpus, tokenizer);
  report(values.corpus, scores, {
    order,
    vocabulary: tokenizer.size,
    ngrams: model.size,
    trainTokens: train.length,
    trainBytes: bytes,
  });
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new AttuneError('E_BAD_ARGUMENT', { what: `${flag} must be a positive whole number`, got: text });
}

async function ownTokenizer(corpus: string, vocabSize: number, log: (line: string) => void): Promise<Tokenizer> {
  const folder = join(corpus, `tokenizer-${vocabSize}`);
  if (existsSync(join(folder, 'tokenizer.json'))) return Tokenizer.load(folder);
  const texts = (async function* () {
    for await (const row of readCorpus(corpus, 'train')) yield row.text;
  })();
  const json = await trainByteLevelBpe(texts, { vocabSize, specialTokens: [END_OF_TEXT] });
  const tokenizer = await newTokenizer(json, { roles: { eos: END_OF_TEXT } });
  tokenizer.save(folder);
  log(`vocabulary of ${tokenizer.size} trained`);
  return tokenizer;
}

async function* encodedRows(
  corpus: string,
  part: 'train' | 'heldout',
  tokenizer: Tokenizer,
): AsyncGenerator<{ row: CorpusRow; ids: Int32Array }> {
  let rows: CorpusRow[] = [];
  const encode = async function* (): AsyncGenerator<{ row: CorpusRow; ids: Int32Array }> {
    const encoded = await tokenizer.encodeBatch(rows.map((row) => row.text));
    for (const [i, row] of rows.entries()) yield { row, ids: encoded[i] };
    rows = [];
  };
  for await (const row of readCorpus(corpus, part)) {
    rows.push(row);
    if (rows.length === ROWS_AT_A_TIME) yield* encode();
  }
  yield* encode();
}

function fit(order: number, vocabulary: number, train: TokenStore, log: (line: string) => void): KneserNeyModel {
  const model = new KneserNeyModel(order, vocabulary);
  train.visit((sequence) => model.add(sequence));
  log(`${(model.size / 1e6).toFixed(1)} M n-grams counted`);
  model.finish((take) => train.visit(take));
  log('smoothed');
  return model;
}

async function score(model: KneserNeyModel, corpus: string, tokenizer: Tokenizer): Promise<Map<string, Score>> {
  const scores = new Map<string, Score>();
  for await (const { row, ids } of encodedRows(corpus, 'heldout', tokenizer)) {
    const bits = model.bits(ids);
    for (const name of ['all', row.source]) {
      const sum = scores.get(name) ?? { bits: 0, bytes: 0, tokens: 0 };
      scores.set(name, {
        bits: sum.bits + bits,
        bytes: sum.bytes + Buffer.byteLength(row.text),
        tokens: sum.tokens + ids.length,
      });
    }
  }
  return scores;
}

function report(corpus: string, scores: ReadonlyMap<string, Score>, about: Record<string, number>): void {
  const bitsPerByte = Object.fromEntries(
    Array.from(scores, ([name, { bits, bytes }]) => [name, Number((bits / bytes).toFixed(4))]),
  );
  const { bytes = 0, tokens = 0 } = scores.get('all') ?? {};
  const path = join(corpus, 'five-gram.json');
  writeJson(path, {
    ...about,
    smoothing: 'interpolated modified Kneser-Ney',
    heldOutBytes: bytes,
    heldOutTokens: tokens,
    bitsPerByte,
  });
  for (const [name, value] of Object.entries(bitsPerByte))
    console.log(`${name.padEnd(22)}${value.toFixed(3)} bits per byte`);
  console.log(path);
}

try {
  await scoreFiveGram();
} catch (error) {
  if (!(error instanceof AttuneError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
