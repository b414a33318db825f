import { expect, it } from 'vitest';
import { readDecision } from '../../../src/data/formats/decision-questions.ts';
import { constraintOf, typedQuestions } from '../../../src/studio/pages/ways-to-ask.ts';

it('the page reads typed questions a line each, as the server does', () => {
  const typed = 'Is it late?\nQueue: billing | 10 | 2\n\nUrgency: low < medium < high\nNote: it is short';
  const asked = readDecision({ state: 's', questions: typedQuestions(typed) }).questions;
  expect(
    asked.map(({ id, type, options }) => [id, type, options.map(({ key, description }) => description ?? key)]),
  ).toEqual([
    ['Is it late?', 'noul', ['false', 'true']],
    ['Queue', 'choice', ['billing', '10', '2']],
    ['Urgency', 'score', ['low', 'medium', 'high']],
    ['Note: it is short', 'noul', ['false', 'true']],
  ]);
});

it('the page reads the form of an answer: choices, an expression, a schema', () => {
  expect(constraintOf(' ')).toEqual({});
  expect(constraintOf('yes | no')).toEqual({ guided_choice: ['yes', 'no'] });
  expect(constraintOf('/[0-9]{3}/')).toEqual({ guided_regex: '[0-9]{3}' });
  expect(constraintOf('{"type": "object"}')).toEqual({ guided_json: '{"type": "object"}' });
});
