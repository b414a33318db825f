import { expect, it } from 'vitest';
import { randomUint32 } from '../../../src/base/random.ts';
import { SpilledOrder, type SpilledOrderOptions } from '../../../src/data/spilled-order.ts';

const COUNT = 30_000;

function ordered(numberOf: (place: number) => number, options: SpilledOrderOptions) {
  using order = new SpilledOrder(COUNT, options);
  // The second time as the first.
  for (let time = 0; time < 2; time++) {
    order.clear();
    for (let place = 0; place < COUNT; place++) order.add(place, numberOf(place));
  }
  const places: number[] = [];
  for (const part of order.sorted()) places.push(...part.places(0, part.length));
  return { places, runs: [...order.runs()] };
}

it.each([
  ['spread over all numbers', (place: number) => randomUint32([1, 'order', place % 20_000]), 2 ** 32],
  ['in a small range', (place: number) => (place * 7919) % 10_007, 10_007],
  ['all equal', () => 4_294_967_295, 2 ** 32],
])('positions of numbers %s have one order, however many are sorted at once', (_, drawn, range) => {
  const numbers = Uint32Array.from({ length: COUNT }, (_entry, place) => drawn(place));
  const numberOf = (place: number): number => numbers[place];
  const whole = ordered(numberOf, { range });
  const expected = Array.from({ length: COUNT }, (_entry, place) => place).sort(
    (a, b) => numberOf(a) - numberOf(b) || a - b,
  );
  expect(whole.places).toEqual(expected);
  expect(ordered(numberOf, { range, sorted: 1000 })).toEqual(whole);
  const several = Map.groupBy(expected, numberOf).values().filter((places) => places.length > 1); // prettier-ignore
  expect(whole.runs).toEqual([...several]);
});

it('of nothing is nothing', () => {
  using order = new SpilledOrder(0);
  expect([...order.runs()]).toEqual([]);
});
