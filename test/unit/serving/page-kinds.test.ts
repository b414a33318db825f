import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { KINDS } from '../../../src/serving/page/page-kinds.ts';
import { readDecision } from '../../../src/data/formats/decision-questions.ts';

it('the page reads typed questions a line each, as the server does', () => {
  const value = 'Is it late?\nQueue: billing | 10 | 2\n\nUrgency: low < medium < high\nNote: it is short';
  const questions: unknown = runInNewContext(`${KINDS}; typedQuestions()`, { at: () => ({ value }) });
  const asked = readDecision({ state: 's', questions: structuredClone(questions) }).questions;
  expect(
    asked.map(({ id, type, options }) => [id, type, options.map(({ key, description }) => description ?? key)]),
  ).toEqual([
    ['Is it late?', 'noul', ['false', 'true']],
    ['Queue', 'choice', ['billing', '10', '2']],
    ['Urgency', 'score', ['low', 'medium', 'high']],
    ['Note: it is short', 'noul', ['false', 'true']],
  ]);
});
