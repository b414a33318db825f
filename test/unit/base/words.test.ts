import { expect, test } from 'vitest';
import { capitalised, withArticle } from '../../../src/base/articles.ts';
import { plural } from '../../../src/base/format.ts';

test.each([
  [1, 'rows', '1 row'],
  [2, 'rows', '2 rows'],
  [0, 'rows', '0 rows'],
  [1, 'classes', '1 class'],
  [1, 'batches', '1 batch'],
  [1, 'canaries', '1 canary'],
  [1, 'boxes', '1 box'],
  [1, 'values', '1 value'],
  [1, 'rows tokenised', '1 row tokenised'],
  [1, 'frozen blocks', '1 frozen block'],
  [1, 'rows through frozen blocks', '1 row through frozen blocks'],
  [1200, 'other systems', '1,200 other systems'],
])('%d %s', (count, unit, told) => {
  expect(plural(count, unit)).toBe(told);
});

test('a noun has the article that it is spoken with', () => {
  expect(capitalised(withArticle('embedding'))).toBe('An embedding');
  expect(withArticle('causal-lm')).toBe('a causal-lm');
  expect(withArticle('object')).toBe('an object');
  expect(withArticle('undefined')).toBe('an undefined');
});
