import { describe, expect, test } from 'vitest';
import type { ChatExample, ClassificationExample, CompletionExample, Example } from '../../../src/data/example.ts';
import { Neighbours } from '../../../src/answering/baselines/neighbours.ts';
import { askedRow, promptOf } from '../../../src/scoring/asked.ts';
import { asker } from '../../../src/answering/prompting/asker.ts';
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

  test('of the user goes before one that is made up', () => {
    const { ask, note } = asker({ how: 'prompted', instruction: 'Do it.' }, { train: [], typical: many(() => 'x') });
    expect(ask(completion('q', 'a'))).toMatchObject({ instruction: 'Do it.' });
    expect(note).toBe('instruction: Do it.');
  });
});

describe('solved rows', () => {
  const train = ['red apple', 'green apple', 'blue car', 'fast car'].map((text) =>
    completion(text, text.toUpperCase()),
  );

  test('are the training rows nearest to the question, the nearest first', () => {
    const { ask, note } = asker({ how: 'few_shot' }, { train, typical: train });
    const { shots } = ask(completion('a red apple tree', ''));
    expect(shots?.map(({ id }) => id).slice(0, 2)).toEqual(['red apple', 'green apple']);
    expect(note).toContain('up to 4 training rows');
    expect(ask(train[0]).shots?.map(({ id }) => id)).not.toContain('red apple');
  });

  test('have to be there, and rows have to ask something', () => {
    expect(() => asker({ how: 'few_shot' }, { train: [], typical: train })).toThrow('E_SHOTS_WANTED');
    const texts: Example[] = [{ kind: 'text', id: 't', source, text: 'x' }];
    for (const how of ['few_shot', 'prompted'] as const) {
      expect(() => asker({ how }, { train: texts, typical: texts })).toThrow('E_NOTHING_ASKED');
    }
    expect(asker({ how: 'plain' }, { train: [], typical: texts }).note).toBeUndefined();
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
