import { describe, expect, it } from 'vitest';
import { compileGrader } from '../../../../src/scoring/graders/grade.ts';
import { graderSchema } from '../../../../src/scoring/graders/grader.options.ts';

const texts = { input: '{{ sample.output_text }}', reference: '{{ item.answer }}' };
const check = (operation: string, more: object = {}) => ({
  type: 'string_check',
  name: 'c',
  operation,
  ...texts,
  ...more,
});
const alike = (evaluation_metric: string) => ({ type: 'text_similarity', name: 's', evaluation_metric, ...texts });

function grade(grader: unknown, answer: string, item: Record<string, unknown> = { answer: 'Paris' }) {
  return compileGrader(graderSchema.parse(grader))({ item, answer });
}

describe('string_check', () => {
  it.each([
    ['eq', 'Paris', 1],
    ['eq', 'paris', 0],
    ['ne', 'Paris', 0],
    ['neq', 'London', 1],
    ['like', 'It is Paris.', 1],
    ['like', 'It is paris.', 0],
    ['ilike', 'It is PARIS.', 1],
  ])('%s of "%s" gives %d', (operation, answer, reward) => {
    expect(grade(check(operation), answer).reward).toBe(reward);
  });
});

// Computed by hand from the definitions: 2·LCS/(a+b), matching n-grams by the longer side, F1 of n-grams.
describe('text_similarity', () => {
  it.each([
    ['fuzzy_match', 'this is a test', 'this is a test!', 28 / 29],
    ['fuzzy_match', 'kitten', 'sitting', 8 / 13],
    ['gleu', 'the cat sat on the mat', 'the cat is on the mat', 9 / 18],
    ['rouge_1', 'the cat sat', 'the cat', 0.8],
    ['rouge_3', 'a b c d', 'a b c e', 0.5],
    ['rouge_l', 'the cat sat on the mat', 'the mat', 0.5],
    ['bleu', 'the cat sat on the mat', 'the cat sat on the mat', 1],
  ])('%s of "%s" and "%s" is %d', (metric, answer, reference, value) => {
    expect(grade(alike(metric), answer, { answer: reference }).reward).toBeCloseTo(value, 10);
  });
});

describe('templates', () => {
  it('read JSON of the answer, lists of the row, and say what is missing', () => {
    const ofJson = check('eq', { input: '{{ sample.output_json.city.name }}' });
    expect(grade(ofJson, '{"city": {"name": "Paris"}}').reward).toBe(1);
    expect(grade(ofJson, 'Paris')).toMatchObject({ reward: 0, failures: ['sample_parse'] });
    const ofList = check('eq', { reference: '{{item.answers[1]}}' });
    expect(grade(ofList, 'Rome', { answers: ['Paris', 'Rome'] }).reward).toBe(1);
    expect(grade(ofList, 'Rome', { answers: ['Rome'] })).toMatchObject({ reward: 0, failures: ['invalid_variable'] });
    const inherited = check('eq', { reference: '{{item.constructor}}' });
    expect(grade(inherited, 'Rome', {}).failures).toEqual(['invalid_variable']);
  });

  it.each(['{{ process.env }}', '{{ sample.text }}', '{{ item }}', '{{ item.a | upper }}', '{{ }}'])(
    'refuse %s',
    (input) => {
      expect(() => grade(check('eq', { input }), 'a')).toThrowError(
        expect.objectContaining({ code: 'E_GRADER' }) as Error,
      );
    },
  );
});

describe('multi', () => {
  const graders = { exact: check('eq'), near: alike('fuzzy_match') };
  const multi = (calculate_output: string) => ({ type: 'multi', name: 'm', graders, calculate_output });

  it.each([
    ['0.5 * exact + 0.5 * near', 1],
    ['max(exact, near) - min(exact, 0.25)', 0.75],
    ['-exact ^ 2 + 2', 1],
    ['2 ^ 3 ^ 2 / 512', 1],
    ['floor(1.5) + ceil(0.5) - abs(-1)', 1],
    ['exp(0) * sqrt(exact) + log(exact)', 1],
    ['(exact + near) * (2 - 1) / 2', 1],
  ])('%s is %d for a right answer', (formula, value) => {
    expect(grade(multi(formula), 'Paris')).toMatchObject({ reward: value, parts: { exact: 1, near: 1 } });
  });

  it('is 0 where its formula has no number', () => {
    expect(grade(multi('1 / (exact - 1)'), 'Paris')).toMatchObject({ reward: 0, failures: ['not_finite'] });
  });

  const broken = [
    'exact +',
    'exct',
    'exact near',
    'max exact',
    '(exact',
    'exact; near',
    'abs(exact, near)',
    'constructor',
    'exact)',
  ];
  it.each(broken)('refuses %s', (formula) => {
    expect(() => grade(multi(formula), 'a')).toThrowError(expect.objectContaining({ code: 'E_GRADER' }) as Error);
  });
});
