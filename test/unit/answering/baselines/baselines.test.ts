import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { animalRows, animals, answers, basket, classRow, mediaRows, row, tone } from './baseline-rows.ts';
import type {
  ClassificationExample,
  Example,
  ItemsExample,
  MultiLabelExample,
  RegressionExample,
  StepwiseExample,
} from '../../../../src/data/example.ts';
import { answerText } from '../../../../src/scoring/prompt-text.ts';
import { inputReader } from '../../../../src/answering/baselines/baseline.ts';
import { cheapModelName } from '../../../../src/answering/baselines/cheap-names.ts';
import { baselines, type BaselineName } from '../../../../src/answering/baselines/index.ts';
import { isKept } from '../../../../src/answering/baselines/kept.ts';
import { openCheapModel, writeCheapModel } from '../../../../src/evaluation/cheap-model.ts';
import { alignSymbols } from '../../../../src/answering/baselines/ibm-model-1.ts';
import { sparseMatrix, transposed } from '../../../../src/answering/baselines/sparse.ts';
import { textFeatures } from '../../../../src/answering/baselines/text-features.ts';
import { fitTfIdf } from '../../../../src/answering/baselines/tf-idf.ts';

const about = { kind: 'question', question: 'where?', context: 'my cat sleeps in rome' } as const;
const judged = (i: number): StepwiseExample => ({
  ...classRow('', '', i),
  kind: 'stepwise',
  prompt: 'p',
  completions: ['one', 'two'],
  labels: [1, i % 2],
});

/** A question about an animal's text, with the row's label as the answer. */
const decided = ({ text, label }: { text: string; label: string }, i: number): Example => ({
  id: `${i}`,
  source: { file: 'rows.jsonl', line: i + 1 },
  kind: 'decision',
  state: text,
  questions: [
    {
      id: 'animal',
      type: 'choice',
      options: ['cat', 'dog'].map((key) => ({ key })),
      target: ['cat', 'dog'].map((key) => Number(key === label)),
    },
  ],
});
const decisions = Array.from({ length: 24 }, (_, i) =>
  decided(i % 2 ? { text: `a cat purrs ${i % 5}`, label: 'cat' } : { text: `a dog barks ${i % 5}`, label: 'dog' }, i),
);

const pair = (i: number): Example => ({
  id: `${i}`,
  source: { file: 'rows.jsonl', line: i + 1 },
  kind: 'preference',
  prompt: 'my cat',
  chosen: 'purrs',
  rejected: 'barks loudly',
});
const SECRET = [{ text: 'secret', start: 0 }];

const pictures = await Promise.all(
  [true, false].map((isLeft) => {
    const side = 16;
    const data = Buffer.from(
      Array.from({ length: side * side }, (_, p) => (p % side < side / 2 === isLeft ? 220 : 30)),
    );
    return sharp(data, { raw: { width: side, height: side, channels: 1 } })
      .png()
      .toBuffer();
  }),
);

const folder = mkdtempSync(join(tmpdir(), 'attune-baselines-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('every baseline', () => {
  const json = animalRows.map((example) => ({ ...example, completion: JSON.stringify({ kind: example.completion }) }));
  const numbers = animals.concat(animals).map((text, i): RegressionExample => ({
    ...classRow(text, '', i),
    kind: 'regression',
    value: i % 2,
  }));
  const sets = animals.map((text, i): MultiLabelExample => ({
    ...classRow(text, '', i),
    kind: 'multilabel',
    labels: i < 2 ? ['a', 'b'] : ['b'],
  }));
  const images = mediaRows(folder, 'image', (i) => pictures[i % 2]);
  const recordings = mediaRows(folder, 'audio', (i) => tone(i % 2 === 0 ? 300 : 3000, i));
  const baskets = animals.map((_, i): ItemsExample => basket(['bread', ['milk', 'tea'][i % 2]], i));
  const table = Array.from({ length: 40 }, (_, i): ClassificationExample => ({
    ...classRow(`${i}\n${['DE', 'FR'][i % 2]}`, ['cat', 'dog'][i % 2], i),
    fields: { amount: i, country: ['DE', 'FR'][i % 2] },
  }));
  const special: Partial<Record<BaselineName, readonly Example[]>> = {
    fieldwise: json,
    mean: numbers,
    ridge_regression: numbers,
    logistic_per_label: sets,
    logistic_table: table,
    trees: table,
    ridge_table: table.map((example, i): RegressionExample => ({ ...example, kind: 'regression', value: i })),
    pixels: images,
    spectrum: recordings,
    popularity: baskets,
    item_knn: baskets,
    bpr_mf: baskets,
    frequent_tag: [{ ...classRow('', '', 0), kind: 'tagged', words: ['my', 'cat'], tags: ['O', 'B-ANIMAL'] }],
    sliding_window: [{ ...classRow('', '', 0), ...about, answers: [{ text: 'rome', start: 17 }] }],
    usual_steps: [judged(0)],
    majority_per_question: decisions,
    logistic_per_question: decisions,
    longer_answer: [pair(0)],
    shorter_answer: [pair(0)],
    shared_words: [{ ...classRow('', '', 0), kind: 'graded', first: 'cats', second: 'cats purr', score: 1 }],
  };
  const rowsFor = (name: BaselineName) => special[name] ?? animalRows;

  test.each(baselines.names)(
    '%s answers every row in order, the same each time, without reading its answer',
    async (name) => {
      const baseline = await baselines.load(name);
      expect(baseline.name).toBe(name);
      const train = rowsFor(name);
      expect(baseline.unfit(train)).toBeUndefined();
      const graded = { kind: 'graded', second: 'my dog', score: 0.123 } as const;
      const bought = [basket(['milk', 'secret'], 7), basket(['hidden'], 9)];
      const own: Partial<Record<BaselineName, readonly Example[]>> = {
        popularity: bought,
        item_knn: bought,
        bpr_mf: bought,
        usual_steps: [judged(7), judged(9)],
        majority_per_question: [7, 9].map((i) => decided({ text: 'a cat', label: '' }, i)),
        logistic_per_question: [7, 9].map((i) => decided({ text: 'a cat', label: '' }, i)),
        longer_answer: [pair(7), pair(9)],
        shorter_answer: [pair(7), pair(9)],
        frequent_tag: [7, 9].map((i) => ({ ...classRow('', '', i), kind: 'tagged', words: ['cat'], tags: ['secret'] })),
        sliding_window: [7, 9].map((i) => ({ ...classRow('', '', i), ...about, answers: SECRET })),
        shared_words: [7, 9].map((i) => ({ ...classRow('', '', i), ...graded, first: 'my cat' })),
      };
      const texts = [row('Text: my cat. Animal:', 'secret', 7), row('Text: . Animal:', 'hidden', 9)];
      const media = train.map((example) => ('media' in example ? example.media : undefined));
      const asked = texts.map((text, i) =>
        media[i] === undefined
          ? text
          : { ...classRow('', i === 0 ? 'secret' : 'hidden', Number(text.id)), media: media[i] },
      );
      const questions = own[name] ?? asked;
      const first = await answers(name, train, questions);
      expect(first.map(({ id }) => id)).toEqual(['7', '9']);
      for (const prediction of first) expect(typeof prediction.text).toBe('string');
      expect(JSON.stringify(first)).not.toMatch(/secret|hidden|0\.123/);
      const blind = questions.map((question) => ({ ...question, completion: '', label: '' }));
      expect(await answers(name, train, blind as Example[])).toEqual(first);
    },
  );

  test.each(baselines.names)('%s stops between rows when it is told to', async (name) => {
    const predictor = await (await baselines.load(name)).fit(rowsFor(name));
    const signal = AbortSignal.abort();
    await expect(predictor.predict([rowsFor(name)[0]], { signal })).rejects.toThrow(/abort/i);
  });

  test.each(baselines.names)('%s answers to the bit as it was fitted, where it can be kept', async (name) => {
    const baseline = await baselines.load(name);
    expect(isKept(baseline)).toBe(cheapModelName(name) !== undefined);
    if (!isKept(baseline)) return;
    const rows = rowsFor(name);
    const kept = join(folder, name);
    mkdirSync(kept);
    const about = { model: name, baseline: name, title: baseline.title, kind: rows[0].kind };
    const learnt = await baseline.learn(rows);
    writeCheapModel(kept, about, learnt);
    const { about: read, predictor } = await openCheapModel(kept);
    expect(read).toEqual({ version: 1, ...about });
    const asked = rows.slice(0, 3);
    expect(await predictor.predict(asked)).toEqual(await baseline.open(learnt).predict(asked));
    // Recordings take seconds to read.
    const again = name === 'spectrum' ? learnt : await baseline.learn(rows);
    expect(again).toEqual(learnt);
  });

  test.each(['pixels', 'spectrum'] as const)('%s tell files apart that they have not seen', async (name) => {
    const rows = rowsFor(name);
    const predicted = await answers(name, rows.slice(4), rows.slice(0, 4));
    expect(predicted.map(({ label }) => label)).toEqual(rows.slice(0, 4).map(answerText));
  });
});

describe('the input of a prompt', () => {
  test('what all training prompts share around it is taken off, a letter of the inputs is not', () => {
    const names = ['hats', 'cats', 'rats', 'mats'];
    const train = Array.from({ length: 24 }, (_, i) => row(`English: ${names[i % 4]}\nItalian:`, 'x', i));
    const input = inputReader(train);
    expect(input(train[1])).toBe('cats');
    expect(input(row('English: dog\nItalian:', 'x'))).toBe('dog');
    expect(input(row('without a template', 'x'))).toBe('without a template');
  });

  test('a few rows have no template', () => {
    const train = [row('the cat', 'x'), row('the dog', 'y')];
    expect(inputReader(train)(train[0])).toBe('the cat');
  });
});

describe('tf-idf', () => {
  test('weighs as the formula says, and rows have length 1', () => {
    const { tfIdf, matrix } = fitTfIdf(['aa aa bb', 'bb cc'], { words: true });
    // Features: aa (1 text), "aa aa", "aa bb", bb (2 texts), cc, "bb cc"; weight ln(3 / (1 + texts)) + 1, count 2 gives 1 + ln 2.
    const rare = Math.log(3 / 2) + 1;
    const values = [(1 + Math.LN2) * rare, rare, rare, 1];
    const norm = Math.hypot(...values);
    const expected = values.map((value) => value / norm).sort();
    const found = [...matrix.values.subarray(0, 4)].sort();
    for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 6);
    expect(tfIdf.width).toBe(6);
    expect(tfIdf.transform('unseen words').columns).toHaveLength(0);
  });

  test('character runs mark where a word begins and ends', () => {
    const runs = (text: string) => new Set(textFeatures(text, { words: false, characters: { from: 2, to: 2 } }));
    // #a ab b# against #b ba a#: nothing in common.
    expect([...runs('ab')].filter((slot) => runs('ba').has(slot))).toEqual([]);
    expect(runs('ab')).toEqual(runs('AB'));
  });

  test('a word that is spelt out is that word', () => {
    const all = { words: true, characters: { from: 2, to: 4 } };
    expect(textFeatures('w o r d', all)).toEqual(textFeatures('word', all));
    expect(textFeatures('a word or e b', all)).toEqual(textFeatures('a word or eb', all));
  });

  test('minTexts and maxFeatures keep the most common features', () => {
    const texts = ['one two', 'one three', 'one two four'];
    expect(fitTfIdf(texts, { words: true, minTexts: 2 }).tfIdf.width).toBe(3);
    const { tfIdf } = fitTfIdf(texts, { words: true, maxFeatures: 1 });
    expect(tfIdf.transform('one').columns).toHaveLength(1);
    expect(tfIdf.transform('two').columns).toHaveLength(0);
  });

  test('transposing lists the rows of each column', () => {
    const matrix = transposed(
      sparseMatrix(
        [
          { columns: Int32Array.of(0, 2), values: Float32Array.of(1, 2) },
          { columns: Int32Array.of(2), values: Float32Array.of(3) },
        ],
        3,
      ),
    );
    expect([...matrix.offsets]).toEqual([0, 1, 1, 3]);
    expect([...matrix.columns]).toEqual([0, 0, 1]);
    expect([...matrix.values]).toEqual([1, 2, 3]);
  });
});

describe('nearest training row', () => {
  test('finds the row with the most telling words, whatever their order', async () => {
    const train = [
      row('a library for reading mail', 'mail'),
      row('a library for drawing maps', 'maps'),
      row('games', 'game'),
    ];
    expect((await answers('nearest', train, [row('maps and a library', '')]))[0].text).toBe('maps');
  });

  test('finds a word spelt slightly otherwise', async () => {
    const train = [row('receive', 'RECEIVE'), row('deceit', 'DECEIT'), row('tomato', 'TOMATO')];
    expect((await answers('nearest', train, [row('recieve', '')]))[0].text).toBe('RECEIVE');
  });
});

describe('texts out of the input', () => {
  test('lead takes one sentence, across wrapped lines, not across an empty one', async () => {
    const texts = ['A tool, e.g. for\nmail. It is fast.', 'Without an end\n\nNext paragraph.', ''];
    const found = await answers(
      'lead',
      [],
      texts.map((text) => row(text, '')),
    );
    expect(found.map(({ text }) => text)).toEqual(['A tool, e.g. for mail.', 'Without an end', '']);
  });

  test('copy returns the input without the template', async () => {
    expect((await answers('copy', animalRows, [row('Text: my horse. Animal:', '')]))[0].text).toBe('my horse');
  });

  test('majority takes the most frequent answer', async () => {
    const train = [row('a', 'x'), row('b', 'y'), row('c', 'y')];
    expect((await answers('majority', train, [row('d', '')]))[0]).toMatchObject({ text: 'y', label: 'y' });
  });
});

describe('word for word', () => {
  const english = ['the house', 'the book', 'a book', 'a house', 'the red house', 'a red book'];
  const italian = ['la casa', 'la libro', 'un libro', 'un casa', 'la rossa casa', 'un rossa libro'];

  test('IBM Model 1 learns the dictionary of a toy corpus', () => {
    const rows = english.map((text, i) => ({ source: text.split(' '), target: italian[i].split(' ') }));
    const table = alignSymbols(rows);
    expect(table.get('house')?.target).toBe('casa');
    expect(table.get('book')?.target).toBe('libro');
    expect(table.get('the')?.target).toBe('la');
  });

  test('translates in order and copies what it does not know', async () => {
    const train = english.map((text, i) => row(text, italian[i], i));
    expect((await answers('word_for_word', train, [row('a red zebra', '')]))[0].text).toBe('un rossa zebra');
  });

  test('goes letter by letter where inputs are single words', async () => {
    const train = [row('ab', 'A B'), row('ba', 'B A'), row('aab', 'A A B'), row('a', 'A')].flatMap((one) => [one, one]);
    expect((await answers('word_for_word', train, [row('bab', '')]))[0].text).toBe('B A B');
  });
});

describe('field by field', () => {
  test('classes come from logistic regression, texts from what copies best, other types stay', async () => {
    const train = Array.from({ length: 60 }, (_, i) => {
      const [text, kind] = [`${animals[i % 4]} number ${i}.`, ['cat', 'dog'][i % 2]];
      return row(`${text} Then more words follow.`, JSON.stringify({ kind, summary: text, legs: 4 }), i);
    });
    const [{ text = '' }] = await answers('fieldwise', train, [row('My cat will meow. Not more.', '')]);
    expect(JSON.parse(text)).toEqual({ kind: 'cat', summary: 'My cat will meow.', legs: 4 });
  });

  test('refuses answers that are no objects', async () => {
    expect((await baselines.load('fieldwise')).unfit(animalRows)).toMatch(/not JSON objects/);
  });
});

test('typed questions have a classifier each, and options that were never right keep a little', async () => {
  const asked = [decided({ text: 'my cat purrs', label: '' }, 30), decided({ text: 'the dog barks', label: '' }, 31)];
  const [cat, dog] = await answers('logistic_per_question', decisions, asked);
  expect([cat.text, dog.text]).toEqual(['animal: cat', 'animal: dog']);
  const onlyCats = decisions.filter((_, i) => i % 2 === 1);
  const [{ decisions: given }] = await answers('majority_per_question', onlyCats, asked);
  expect(given![0].probabilities[1]).toBeCloseTo(0.0005, 5);
  const other = { ...asked[0], questions: [{ id: 'new', type: 'noul', options: [{ key: 'false' }, { key: 'true' }] }] };
  const [unknown] = await answers('majority_per_question', decisions, [other as Example]);
  expect(unknown.decisions![0].probabilities).toEqual([0.5, 0.5]);
});
