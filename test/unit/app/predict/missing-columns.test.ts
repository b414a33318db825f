import { expect, test } from 'vitest';
import { missingColumns } from '../../../../src/app/predict/input-shapes.ts';

const table = (names: boolean) => ({
  shapes: [{ format: 'classification', columns: { text: { columns: ['amount', 'country'], names }, label: 'fraud' } }],
});

test('a text that stands for a row of a table lacks the columns that it does not name', () => {
  expect(missingColumns('amount: 5', table(true))).toEqual(['country']);
  expect(missingColumns('country: DE\namount: 5', table(true))).toEqual([]);
  expect(missingColumns('the amount: 5', table(true))).toEqual(['amount', 'country']);
  expect(missingColumns('a text', table(false))).toEqual([]);
  expect(missingColumns('a text', { shapes: [{ columns: { text: 'body' } }] })).toEqual([]);
});
