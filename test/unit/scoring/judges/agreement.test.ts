import { describe, expect, test } from 'vitest';
import {
  cohenKappa,
  fleissKappa,
  gwetAC1,
  krippendorffAlpha,
  percentAgreement,
  type Rating,
} from '../../../../src/scoring/judges/agreement.ts';

/** Two raters, from a table of counts of yes and no. */
function twoRaters([yesYes, yesNo, noYes, noNo]: readonly number[]): [string[], string[]] {
  const cells = [...Array(yesYes).fill('yy'), ...Array(yesNo).fill('yn'), ...Array(noYes).fill('ny')];
  const all = [...cells, ...Array(noNo).fill('nn')] as string[];
  return [all.map(([first]) => first), all.map(([, second]) => second)];
}

describe("Cohen's kappa", () => {
  test.each([
    [[20, 5, 10, 15], 0.4],
    [[45, 15, 25, 15], 3 / 23],
    [[25, 35, 5, 35], 7 / 27],
  ])('of the textbook table %j', (counts, expected) => {
    expect(cohenKappa(...twoRaters(counts))).toBeCloseTo(expected, 12);
  });

  test('leaves out items that one rater left out, and is undefined where chance explains all', () => {
    expect(cohenKappa(['a', 'b', undefined], ['a', 'b', 'a'])).toBe(1);
    expect(cohenKappa(['a', 'a'], ['a', 'a'])).toBeNaN();
  });
});

describe("Fleiss' kappa", () => {
  // Ten items, fourteen raters, five categories.
  const counts = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
  ];
  const ratings = counts.map((row) => row.flatMap((count, category) => Array<Rating>(count).fill(category)));

  test('of the usual example is 0.210', () => {
    const agreement = counts.map((row) => row.reduce((sum, n) => sum + n * (n - 1), 0) / (14 * 13));
    const observed = agreement.reduce((sum, share) => sum + share, 0) / 10;
    const totals = [20, 28, 39, 21, 32];
    const expected = totals.reduce((sum, n) => sum + (n / 140) ** 2, 0);
    expect(fleissKappa(ratings)).toBeCloseTo((observed - expected) / (1 - expected), 12);
    expect(fleissKappa(ratings)).toBeCloseTo(0.20993, 5);
  });

  test('refuses items with different numbers of ratings', () => {
    expect(() => fleissKappa([['a', 'b'], ['a']])).toThrow(RangeError);
  });
});

/** Krippendorff (2011): four observers, twelve units, some missing. */
const published = [
  [1, 2, 3, 3, 2, 1, 4, 1, 2, undefined, undefined, undefined],
  [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, undefined, 3],
  [undefined, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, undefined],
  [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, undefined],
];
const units = published[0].map((_, unit) => published.map((observer) => observer[unit]));

describe("Krippendorff's alpha", () => {
  test.each([
    ['nominal', 0.743421052631579, 12],
    ['ordinal', 0.815, 3],
    ['interval', 0.849107142857143, 12],
    ['ratio', 0.797, 3],
  ] as const)('on a scale that is %s equals the published %f', (scale, expected, digits) => {
    expect(krippendorffAlpha(units, scale)).toBeCloseTo(expected, digits);
  });

  test('wants numbers on a scale', () => {
    expect(() => krippendorffAlpha([['a', 'b']], 'interval')).toThrow(RangeError);
  });
});

test("Gwet's AC1 and percent agreement equal irrCAC's of the same data", () => {
  expect(percentAgreement(units)).toBeCloseTo(9 / 11, 12);
  expect(gwetAC1(units)).toBeCloseTo(0.77544, 5);
});

test('a rare category makes kappa small and leaves AC1 high', () => {
  const [first, second] = twoRaters([118, 5, 2, 0]);
  expect(cohenKappa(first, second)).toBeCloseTo(-0.00128 / 0.05472, 10);
  expect(gwetAC1(first.map((rating, i) => [rating, second[i]]))).toBeCloseTo(0.889568 / 0.945568, 10);
});
