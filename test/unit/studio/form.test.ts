import { expect, test } from 'vitest';
import { inputOf } from '../../../src/studio/screens/form-input.ts';

test('a form sends numbers, lines and JSON as such, leaves empty fields out and names what cannot be read', () => {
  const schemas = {
    rows: { type: 'integer' },
    rate: { type: 'number' },
    systems: { type: 'array', items: { type: 'string' } },
    options: { type: 'object' },
    force: { type: 'boolean' },
  };
  const typed = { rows: '12', rate: ' ', systems: 'a\n\n b ', options: '{', force: true, unknown: '' };
  expect(inputOf(typed, schemas)).toEqual({
    input: { rows: 12, rate: undefined, systems: ['a', 'b'], options: undefined, force: true },
    problems: { rate: 'This is not a number.', options: 'This is not JSON.' },
  });
});

test('shares and times are sent as the numbers that they are', () => {
  const schemas = { canary: { type: 'number' }, bake: { type: 'number' }, rate: { type: 'number' } };
  expect(inputOf({ canary: '12.5%', bake: '2h', rate: '2x' }, schemas)).toEqual({
    input: { canary: 0.125, bake: 7_200_000, rate: undefined },
    problems: { rate: 'This is not a number.' },
  });
});
