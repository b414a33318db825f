import { expect, it } from 'vitest';
import { nearest } from '../../../src/base/nearest.ts';

const known = ['--output-dir', '--learning-rate', '--max-steps', '--max-rows', '--train'];

it.for([
  ['--ouput-dir', '--output-dir'],
  ['--output', '--output-dir'],
  ['--learning', '--learning-rate'],
  ['--trian', '--train'],
  ['--max', undefined], // two begin with it
  ['--colour', undefined],
] as const)('%s may be meant as %s', ([written, meant]) => {
  expect(nearest(written, known)).toBe(meant);
});
