import { describe, expect, it } from 'vitest';
import { decisionLines, decisionRecords } from '../../../src/data/formats/decisions.ts';
import { RowReader } from '../../../src/data/formats/row-reader.ts';
import type { DecisionExample } from '../../../src/data/kinds/decision.ts';

function read(row: Record<string, unknown>, format = decisionRecords) {
  const reader = new RowReader(row, { file: 'rows.jsonl', line: 1 });
  return { example: format.read(reader) as DecisionExample | undefined, problems: reader.problems };
}

const QUESTIONS = {
  urgent: { type: 'noul', instructions: 'Is it urgent?', criteria: { true: 'needs an answer today' } },
  queue: { type: 'choice', criteria: { billing: 'invoices', other: null } },
  mood: { type: 'score', criteria: ['angry', 'neutral', 'happy'] },
};

const HARD = [
  [0, 1],
  [1, 0],
  [0, 0.5, 0.5],
];

describe('a record of typed questions', () => {
  const targetsOf = (answers: Record<string, unknown>, questions: unknown = QUESTIONS) => {
    const { example, problems } = read({ state: 's', questions, ...answers });
    expect(problems).toEqual([]);
    return example!.questions.map(({ target }) => target);
  };

  it.each([
    ['NeMo', { answers: { urgent: 'true', queue: 'billing' }, soft_labels: { mood: { 1: 2, 2: 2 } } }],
    ['Laya', { expected: { urgent: true, queue: 'billing', mood: 1.5 } }],
    [
      'Laya with probabilities',
      {
        gold: {
          urgent: { probabilities: { true: 1 } },
          queue: { probabilities: { billing: 1, other: 0 } },
          mood: { probabilities: { 1: 0.5, 2: 0.5 } },
        },
      },
    ],
    [
      'Unsloth',
      { gold: { urgent: { noul: 1 }, queue: { label: 'billing' }, mood: { probabilities: { 2: 0.5, 1: 0.5 } } } },
    ],
    [
      'typed-decisions',
      {
        questions: JSON.stringify(QUESTIONS),
        gold: JSON.stringify({ urgent: { noul: 1 }, queue: 'billing', mood: { probabilities: { 1: 0.5, 2: 0.5 } } }),
      },
    ],
  ])('has the same answers in the layout of %s', (_name, answers) => {
    expect(targetsOf(answers)).toEqual(HARD);
  });

  it('has labels inside its questions, as Kev writes them', () => {
    const inside = { a: { ...QUESTIONS.urgent, label: 'yes' }, b: { ...QUESTIONS.mood, label: 'happy' } };
    expect(targetsOf({}, inside)).toEqual([
      [0, 1],
      [0, 0, 1],
    ]);
  });

  it('aligns weights and rewards by option, not by their order', () => {
    const questions = [{ id: 'n', type: 'choice', options: ['b', '10', '2'] }];
    const { example } = read({
      state: 's',
      questions,
      soft_labels: { n: { 2: 3, 10: 1 } },
      rewards: { n: { b: 1, 2: -1, 10: 0 } },
    });
    expect(example!.questions[0].options.map(({ key }) => key)).toEqual(['b', '10', '2']);
    expect(example!.questions[0]).toMatchObject({ target: [0, 0.25, 0.75], rewards: [1, 0, -1] });
  });

  it('keeps states and descriptions that are JSON as text', () => {
    const criteria = { a: { means: ['x'] }, b: null };
    const { example } = read({ state: { id: 7 }, questions: { q: { type: 'choice', criteria } }, answers: { q: 'a' } });
    expect(example).toMatchObject({
      state: '{"id":7}',
      questions: [{ options: [{ description: '{"means":["x"]}' }, { key: 'b' }] }],
    });
  });

  it('may answer some of its questions only, and a label may be called like a field', () => {
    const questions = { ...QUESTIONS, odd: { type: 'choice', criteria: { label: null, other: null } } };
    expect(targetsOf({ answers: { odd: { label: 3, other: 1 } } }, questions)).toEqual([
      undefined,
      undefined,
      undefined,
      [0.75, 0.25],
    ]);
  });

  it.each([
    ['questions.urgent.type', { questions: { urgent: { type: 'maybe' } } }],
    ['questions.mood.criteria', { questions: { mood: { type: 'score', criteria: ['one'] } } }],
    ['questions.mood.criteria', { questions: { mood: { type: 'score', criteria: Array(11).fill('l') } } }],
    ['questions.q.criteria', { questions: { q: { type: 'choice', criteria: {} } } }],
    ['questions[0].options', { questions: [{ type: 'choice', options: ['a', 'a'] }] }],
    [
      'questions[1].id',
      {
        questions: [
          { id: 'a', type: 'noul' },
          { id: 'a', type: 'noul' },
        ],
      },
    ],
    ['questions.urgent.criteria.maybe', { questions: { urgent: { type: 'noul', criteria: { maybe: 'm' } } } }],
    ['answers.queue', { answers: { queue: 'sales' } }],
    ['answers.nobody', { answers: { nobody: 'x', queue: 'other' } }],
    ['soft_labels.queue', { soft_labels: { queue: { billing: 0 } } }],
    ['rewards.queue', { rewards: { queue: { billing: 1 } } }],
    ['state', { state: null }],
  ])('names %s where that is wrong', (field, wrong) => {
    const { example, problems } = read({ state: 's', questions: QUESTIONS, answers: { urgent: true }, ...wrong });
    expect(example).toBeUndefined();
    expect(problems.map((problem) => problem.field)).toContain(field);
  });

  it('has up to 255 options, and up to ten levels', () => {
    const options = Array.from({ length: 255 }, (_, i) => `option ${i}`);
    const most = (list: string[]) =>
      read({ state: 's', questions: [{ type: 'choice', options: list, label: list[0] }] });
    expect(most(options).problems).toEqual([]);
    expect(most([...options, 'one more']).problems).toHaveLength(1);
    expect(targetsOf({ answers: { q: 9 } }, { q: { type: 'score', criteria: Array(10).fill('l') } })[0]![9]).toBe(1);
  });
});

describe('a line with one question', () => {
  it('has its label among its options', () => {
    const row = { state: 's', question: 'Which?', type: 'choice', options: '["a","b"]', label: 'b' };
    expect(read(row, decisionLines).example).toMatchObject({ questions: [{ instructions: 'Which?', target: [0, 1] }] });
    expect(read({ ...row, label: 'c' }, decisionLines).problems.map(({ field }) => field)).toEqual(['label']);
  });

  it('may be a yes or no', () => {
    const row = { state: 's', question: 'Really?', type: 'noul', label: 'False' };
    expect(read(row, decisionLines).example).toMatchObject({ questions: [{ type: 'noul', target: [1, 0] }] });
  });
});
