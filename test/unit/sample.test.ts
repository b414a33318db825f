import { expect, it } from 'vitest';
import { isWhole, sampled } from '../sample.ts';

it.skipIf(isWhole)('a sample of a product has each value as often as is asked, the same each time, in order', () => {
  const [letters, numbers] = [[...'abcdefgh'], [1, 2, 3, 4, 5, 6, 7, 8, 9]];
  const product = letters.flatMap((letter) => numbers.map((number) => ({ letter, number })));
  const few = () => sampled(product, [({ letter }) => letter, ({ number }) => `${number}`], 2);
  const some = few();
  for (const value of [...letters, ...numbers])
    expect(some.filter((one) => one.letter === value || one.number === value).length).toBeGreaterThanOrEqual(2);
  expect(some.length).toBeLessThan(product.length / 2);
  expect(some).toEqual(few());
  expect(some).toEqual(product.filter((one) => some.includes(one)));
});
