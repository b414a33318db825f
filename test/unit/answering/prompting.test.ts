import { describe, expect, test } from 'vitest';
import type { ChatExample, ClassificationExample, CompletionExample, Example } from '../../../src/data/example.ts';
import { Neighbours } from '../../../src/answering/baselines/neighbours.ts';
import { askedRow, promptOf } from '../../../src/scoring/asked.ts';
import { openAsker } from '../../../src/answering/prompting/asker.ts';
import { fuse } from '../../../src/answering/prompting/fused-search.ts';
import { waysOfAsking } from '../../../src/answering/prompting/ways/index.ts';
import type { WayContext } from '../../../src/answering/prompting/ways/way.ts';
import { promptingSchema } from '../../../src/methods/recipe/recipe-prompting.ts';
import type { AskingWay } from '../../../src/store/asking-ways.ts';
import { heldAnswers } from '../../../src/answering/prompting/held-answer.ts';
import { describeTask } from '../../../src/answering/prompting/instruction.ts';

const source = { file: 'rows.jsonl', line: 1 };

function completion(prompt: string, answer: string): CompletionExample {
  return { kind: 'completion', id: prompt, source, prompt, completion: answer };
}

function chat(question: string, answer: string, system?: string): ChatExample {
  const told = system === undefined ? [] : [{ role: 'system', content: system } as const];
  const messages = [
    ...told,
    { role: 'user', content: question } as const,
    { role: 'assistant', content: answer } as const,
  ];
  return { kind: 'chat', id: question, source, messages };
}

const review: ClassificationExample = { kind: 'classification', id: 'r', source, text: 'Good.', label: 'positive' };

describe('a row asked as plain text', () => {
  test('stands as it is without instruction and examples', () => {
    const row = completion('In: a\nOut: ', 'b');
    expect(askedRow({ example: row }, 'plain')).toEqual({ ...row, group: undefined });
  });

  test('follows the instruction and the solved rows, the best of them last', () => {
    const shots = [completion('In: near\nOut: ', '1'), completion('In: far\nOut: ', '2')];
    const asked = askedRow({ example: completion('In: x\nOut: ', 'y'), instruction: 'Say it.', shots }, 'plain');
    expect(asked).toMatchObject({
      prompt: 'Say it.\n\nIn: far\nOut: 2\n\nIn: near\nOut: 1\n\nIn: x\nOut: ',
      completion: 'y',
    });
  });

  test('names what is asked for where the row has a class', () => {
    expect(askedRow({ example: review }, 'plain')).toMatchObject({
      prompt: 'Text: Good.\nLabel:',
      completion: ' positive',
    });
  });

  test('has no layout where the row asks nothing', () => {
    expect(askedRow({ example: { kind: 'text', id: 't', source, text: 'x' } }, 'chat')).toBeUndefined();
  });
});

describe('a row asked in turns', () => {
  test('keeps what the system was told and adds the instruction; solved rows become turns before it', () => {
    const shots = [chat('near?', 'n', 'Be kind.'), chat('far?', 'f')];
    const asked = askedRow({ example: chat('now?', 'y', 'Be kind.'), instruction: 'Short.', shots }, 'plain')!;
    expect(promptOf(asked)).toMatchObject({
      messages: [
        { role: 'system', content: 'Be kind.\n\nShort.' },
        { role: 'user', content: 'far?' },
        { role: 'assistant', content: 'f' },
        { role: 'user', content: 'near?' },
        { role: 'assistant', content: 'n' },
        { role: 'user', content: 'now?' },
      ],
    });
    expect((asked as ChatExample).messages.at(-1)).toEqual({ role: 'assistant', content: 'y' });
  });

  test('is one question where it was a prompt', () => {
    expect(promptOf(askedRow({ example: completion(' Where? ', 'here') }, 'chat')!)).toMatchObject({
      messages: [{ role: 'user', content: 'Where?' }],
    });
  });

  test('does not show its own answer', () => {
    for (const example of [chat('q', 'secret'), completion('q', 'secret'), { ...review, label: 'secret' }]) {
      for (const style of ['chat', 'plain'] as const) {
        expect(JSON.stringify(promptOf(askedRow({ example }, style)!))).not.toContain('secret');
      }
    }
  });
});

describe('an instruction', () => {
  const many = (answer: (i: number) => string): Example[] =>
    Array.from({ length: 40 }, (_, i) => completion(`${i}`, answer(i)));

  test.each<[string, Example[], RegExp]>([
    ['classes', many((i) => ['yes', 'no'][i % 2]), /exactly one of these: no, yes\./],
    [
      'fields',
      many((i) => JSON.stringify({ name: `n${i}`, size: i })),
      /one JSON object with these fields.*name, size/,
    ],
    ['length of short answers', many((i) => `two ${i}`), /at most 2 words/],
    ['length of long answers', many((i) => `${i} ${'word '.repeat(19)}`), /about 20 words/],
  ])('says the %s of the training answers', (_, train, said) => {
    expect(describeTask(train)).toMatch(said);
  });

  test('of the user goes before one that is made up', async () => {
    const { ask, note } = await asked('prompted', { train: [], instruction: 'Do it.' });
    expect(await ask([completion('q', 'a')])).toMatchObject([{ instruction: 'Do it.' }]);
    expect(note).toBe('instruction: Do it.');
  });
});

function asked(
  how: AskingWay,
  {
    train,
    settings,
    ...given
  }: Pick<WayContext['rows'], 'train'> & { instruction?: string; passages?: string[]; settings?: object },
) {
  const rows = { train, validation: [], typical: train };
  const trial = { seed: 1, answer: () => Promise.reject(new Error('not tried')) };
  const context = { rows, passages: [], trial, ...given, settings: promptingSchema.parse(settings ?? {}) };
  return waysOfAsking.load(how).then(async (way) => openAsker((await way.prepare(context)).prompting));
}

test('rankings are fused by reciprocal rank', () => {
  // 1/61 + 1/62 for text 2, against 1/61 and 1/62 alone.
  expect(
    fuse([
      [5, 2],
      [2, 7],
    ]),
  ).toEqual([2, 5, 7]);
  expect(
    fuse([
      [3, 1],
      [1, 3],
    ]),
  ).toEqual([1, 3]);
});

describe('solved rows', () => {
  const train = ['red apple', 'green apple', 'blue car', 'fast car'].map((text) =>
    completion(text, text.toUpperCase()),
  );

  test('are the training rows nearest to the question, the nearest first', async () => {
    const { ask, note } = await asked('few_shot', { train });
    const [{ shots }, own] = await ask([completion('a red apple tree', ''), train[0]]);
    expect(shots?.map(({ id }) => id).slice(0, 2)).toEqual(['red apple', 'green apple']);
    expect(note).toContain('up to 4 training rows');
    expect(own.shots?.map(({ id }) => id)).not.toContain('red apple');
  });

  test('have to be there', async () => {
    await expect(asked('few_shot', { train: [] })).rejects.toThrow('E_SHOTS_WANTED');
    await expect(asked('retrieved', { train: [] })).rejects.toThrow('E_SHOTS_WANTED');
  });

  test('are found by their words, and passages too, each with the best one next to the question', async () => {
    const passages = ['A pear is green.', 'The car is fast.', 'An apple is red.', 'Birds sing.', 'Fish swim.'];
    const { ask, note } = await asked('retrieved', { train, passages, settings: { passages_shown: 2, shots: 1 } });
    const [one] = await ask([completion('which apple is red', '')]);
    expect(one.shots?.map(({ id }) => id)).toEqual(['red apple']);
    expect(one.passages?.[0]).toBe('An apple is red.');
    expect(note).toBe('shown up to 1 training rows nearest to the question and 2 of 5 passages (found by BM25)');
    const row = askedRow(one, 'plain');
    expect(row).toMatchObject({
      prompt: expect.stringMatching(/^red appleRED APPLE\n\n.*\n\nAn apple is red\.\n\nwhich apple/s),
    });
    const turns = askedRow(one, 'chat');
    expect(turns).toMatchObject({
      messages: [{}, {}, { role: 'user', content: expect.stringMatching(/red\.\n\nwhich/) }, {}],
    });
  });

  test('are no more than there are, and equal ones come in their order', () => {
    const neighbours = new Neighbours(train);
    expect(neighbours.nearest(completion('zzz', ''), 9).map(({ id }) => id)).toEqual(train.map(({ id }) => id));
    expect(neighbours.nearest(completion('car', ''), 2).map(({ id }) => id)).toEqual(['blue car', 'fast car']);
  });
});

describe('what the answers of a model that was not tuned are held to', () => {
  const classes = Array.from({ length: 20 }, (_, i) => completion(`In: ${i}\nOut:`, i % 2 === 0 ? ' yes' : ' no'));
  const orders = Array.from({ length: 20 }, (_, i) =>
    completion(
      `In: ${i}\nOut:`,
      JSON.stringify({ id: `x${i}`, kind: i % 2 === 0 ? 'new' : 'old', count: i, ...(i > 4 && { note: null }) }),
    ),
  );

  test('is one of few answers, with the white space of a text to continue and without it in a turn', () => {
    expect(heldAnswers(classes)!.plain).toEqual({ choices: [' no', ' yes'] });
    expect(heldAnswers(classes)!.chat).toEqual({ choices: ['no', 'yes'] });
  });

  test('is a JSON object with the fields of the answers, known values where they are few', () => {
    expect(heldAnswers(orders)!.plain).toEqual({
      schema: {
        type: 'object',
        properties: {
          id: { type: ['string'] },
          kind: { enum: ['new', 'old'] },
          count: { type: ['number'] },
          note: { type: ['null'] },
        },
        required: ['id', 'kind', 'count'],
      },
    });
  });

  test('is nothing where answers are free text', () => {
    const texts = Array.from({ length: 20 }, (_, i) => completion(`In: ${i}`, `answer number ${i}`));
    expect(heldAnswers(texts)).toBeUndefined();
  });
});
