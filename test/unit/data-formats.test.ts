import { describe, expect, it } from 'vitest';
import { detectFormat } from '../../src/data/formats/detect.ts';
import type { ExampleBody } from '../../src/data/formats/format.ts';
import { formats, type FormatName } from '../../src/data/formats/index.ts';
import { RowReader } from '../../src/data/formats/row-reader.ts';

type Row = Record<string, unknown>;

async function read(name: FormatName, row: Row): Promise<ExampleBody> {
  const reader = new RowReader(row, { file: 'rows.jsonl', line: 7 });
  const body = (await formats.load(name)).read(reader);
  expect(reader.problems).toEqual([]);
  return body!;
}

const turn = (role: string, content: string) => ({ role, content });
const chat = [turn('user', 'Hi'), turn('assistant', 'Hello!')];

/** A row of each format, the columns by which it must be recognised, and the kind it becomes. */
const SAMPLES: Record<FormatName, { row: Row; reason: string; kind: string }[]> = {
  preference: [
    { row: { prompt: 'p', chosen: 'a', rejected: 'b' }, reason: 'chosen, rejected', kind: 'preference' },
    {
      row: {
        input: { messages: [turn('user', 'p')] },
        preferred_output: [turn('assistant', 'a')],
        non_preferred_output: [turn('assistant', 'b')],
      },
      reason: 'input, preferred_output, non_preferred_output',
      kind: 'preference',
    },
  ],
  stepwise: [
    {
      row: { prompt: 'p', completions: ['a', 'b'], labels: [true, 0.2] },
      reason: 'prompt, completions, labels',
      kind: 'stepwise',
    },
    {
      row: { prompt: [turn('user', 'p')], completions: '["a"]', labels: '[false]' },
      reason: 'prompt, completions, labels',
      kind: 'stepwise',
    },
  ],
  kto: [
    { row: { prompt: 'p', completion: 'c', label: true }, reason: 'prompt, completion, label', kind: 'feedback' },
    { row: { messages: chat, label: 'False' }, reason: 'messages, label', kind: 'feedback' },
    {
      row: { instruction: 'i', output: 'o', kto_tag: false },
      reason: 'instruction, output, kto_tag',
      kind: 'feedback',
    },
  ],
  messages: [{ row: { messages: chat, prompt: 'p', id: 3 }, reason: 'messages', kind: 'chat' }],
  sharegpt: [
    {
      row: {
        conversations: [
          { from: 'human', value: 'Hi' },
          { from: 'gpt', value: 'Hello!' },
        ],
      },
      reason: 'conversations',
      kind: 'chat',
    },
  ],
  alpaca: [
    {
      row: { instruction: 'i', input: '', output: 'o', text: 'all of it' },
      reason: 'instruction, output',
      kind: 'chat',
    },
  ],
  prompt_completion: [
    { row: { prompt: 'p', completion: 'c', label: 'spam' }, reason: 'prompt, completion', kind: 'completion' },
  ],
  classification: [{ row: { text: 't', label: 3 }, reason: 'text, label', kind: 'classification' }],
  // Any file there is: what it holds is looked at when it is used.
  image_classification: [
    { row: { image: 'LICENSE', label: 'cat' }, reason: 'image, label', kind: 'classification' },
    { row: { file_name: 'package.json', label: 'cat' }, reason: 'file_name, label', kind: 'classification' },
  ],
  audio_classification: [{ row: { audio: 'LICENSE', label: 'yes' }, reason: 'audio, label', kind: 'classification' }],
  recordings: [
    { row: { audio: 'fixtures/audio/tone.mp3' }, reason: 'audio', kind: 'recording' },
    { row: { id: 3, file: 'fixtures/audio/tone.mp3' }, reason: 'file', kind: 'recording' },
  ],
  speech: [
    { row: { audio: 'LICENSE', sentence: 's' }, reason: 'audio, sentence', kind: 'speech' },
    { row: { path: 'fixtures/audio/tone.mp3', sentence: 's' }, reason: 'path, sentence', kind: 'speech' },
  ],
  image_text: [{ row: { image: 'LICENSE', caption: 'c' }, reason: 'image, caption', kind: 'image-text' }],
  translation: [
    { row: { source: 'a', target: 'b' }, reason: 'source, target', kind: 'completion' },
    { row: { translation: { en: 'a', de: 'b' } }, reason: 'translation', kind: 'completion' },
  ],
  sequences: [
    { row: { items: ['a', 3], user: 7 }, reason: 'items', kind: 'items' },
    { row: { basket: '["a","b"]' }, reason: 'basket', kind: 'items' },
  ],
  interactions: [
    { row: { user: 'u', item: 'a', timestamp: '12.5' }, reason: 'user, item', kind: 'items' },
    { row: { user_id: 1, item_id: 2 }, reason: 'user_id, item_id', kind: 'items' },
  ],
  questions: [
    {
      row: { question: 'q', context: 'a b', answers: { text: ['b'], answer_start: [2] } },
      reason: 'question, context',
      kind: 'question',
    },
    { row: { question: 'q', context: 'a b', answer: 'b' }, reason: 'question, context', kind: 'question' },
  ],
  tagged: [{ row: { tokens: ['a', 'b'], ner_tags: ['O', 'B-X'] }, reason: 'tokens, ner_tags', kind: 'tagged' }],
  spans: [
    { row: { text: 'a b', spans: [{ start: 2, end: 3, label: 'X' }] }, reason: 'text, spans', kind: 'tagged' },
    { row: { text: 'a b', entities: [] }, reason: 'text, entities', kind: 'tagged' },
  ],
  pairs: [
    { row: { anchor: 'a', positive: 'b' }, reason: 'anchor, positive', kind: 'pair' },
    { row: { query: 'a', positive: 'b', negative: 'c' }, reason: 'query, positive', kind: 'pair' },
  ],
  graded_pairs: [
    { row: { sentence1: 'a', sentence2: 'b', score: '0.5' }, reason: 'sentence1, sentence2, score', kind: 'graded' },
  ],
  multilabel: [
    { row: { text: 't', labels: ['b', 'a', 'b'] }, reason: 'text, labels', kind: 'multilabel' },
    { row: { text: 't', labels: 'a|b' }, reason: 'text, labels', kind: 'multilabel' },
    { row: { text: 't', label: '["a"]' }, reason: 'text, label', kind: 'multilabel' },
  ],
  regression: [
    { row: { text: 't', label: 3.5 }, reason: 'text, label', kind: 'regression' },
    { row: { text: 't', label: '-0.25' }, reason: 'text, label', kind: 'regression' },
  ],
  text: [{ row: { text: 't', url: 'u' }, reason: 'text', kind: 'text' }],
  prompt_only: [{ row: { prompt: 'p', answer: '42' }, reason: 'prompt', kind: 'prompt' }],
};

describe('every row format', () => {
  const cases = formats.names.flatMap((name) => SAMPLES[name].map((sample) => ({ name, ...sample })));

  it.each(cases)('$name is recognised by $reason and reads its row', async ({ name, row, reason, kind }) => {
    const detection = await detectFormat([row, row], { file: 'x' });
    expect(detection.name).toBe(name);
    expect(detection.reason).toBe(`because of ${reason.includes(',') ? 'columns' : 'column'} ${reason}`);
    expect((await read(name, row)).kind).toBe(kind);
  });

  it.each(cases)('$name reports rows of other types of value instead of failing', async ({ name, row }) => {
    for (const wrong of [null, 7, true, '', [], {}, [[]], [null], { a: 1 }, '\ud800']) {
      for (const column of Object.keys(row)) {
        const reader = new RowReader({ ...row, [column]: wrong }, { file: 'x', line: 1 });
        const body = (await formats.load(name)).read(reader);
        expect(body !== undefined || reader.problems.length > 0, `${column}: ${JSON.stringify(wrong)}`).toBe(true);
      }
    }
    const reader = new RowReader({}, { file: 'x', line: 1 });
    expect((await formats.load(name)).read(reader)).toBeUndefined();
    expect(reader.problems.length).toBeGreaterThan(0);
  });

  it.each(cases)('$name names only columns that it declares', async ({ name, row }) => {
    const format = await formats.load(name);
    const reader = new RowReader(row, { file: 'x', line: 1 });
    format.read(reader);
    const declared = name === 'prompt_only' ? [...format.fields, 'answer'] : format.fields;
    expect([...reader.used].filter((column) => !declared.includes(column))).toEqual([]);
  });
});

describe('detection', () => {
  it('shows the user’s names where columns are mapped', async () => {
    const columns = { prompt: 'question' };
    const { reason } = await detectFormat([{ prompt: 'p', completion: 'c' }], { file: 'x', columns });
    expect(reason).toBe('because of columns question (as prompt), completion');
  });

  it('goes by the columns that most rows have', async () => {
    const rows = [
      { text: 'a', label: null },
      { text: 'b', label: null },
      { text: 'c', label: 'x' },
    ];
    expect((await detectFormat(rows, { file: 'x' })).name).toBe('text');
  });

  it('says how to map columns that it does not know', async () => {
    const error = await detectFormat([{ Question: 'q', reply: 'a' }], { file: 'qa.csv' }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'E_UNKNOWN_FORMAT', got: 'columns Question, reply' });
    expect((error as { fix: string }).fix).toBe(
      'say which column is which: --columns "{prompt: Question, completion: reply}", or data.columns: ' +
        '{prompt: Question, completion: reply} in a recipe (attune init FILE writes it)',
    );
  });

  it('does not take prompts for questions without answers where an answer is there under another name', async () => {
    for (const other of ['response', 'output', 'completions']) {
      await expect(detectFormat([{ prompt: 'p', [other]: 'r' }], { file: 'x' })).rejects.toMatchObject({
        code: 'E_UNKNOWN_FORMAT',
      });
    }
  });

  it('refuses a mapping of a column that the format does not read', async () => {
    const options = { file: 'x', format: 'alpaca', columns: { instructon: 'a' } };
    const error = await detectFormat([{}], options).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'E_BAD_COLUMNS',
      problems: [{ field: 'columns.instructon', message: 'did you mean "instruction"?' }],
    });
  });

  it('lists the known formats where the named one is unknown', async () => {
    const error = detectFormat([{}], { file: 'x', format: 'alpacca' });
    await expect(error).rejects.toMatchObject({ code: 'E_UNKNOWN_FORMAT', fix: 'did you mean "alpaca"?' });
  });
});
