import { describe, expect, test } from 'vitest';
import { bradleyTerry, type Meeting } from '../../../../src/scoring/judges/bradley-terry.ts';

function meetings(first: string, second: string, won: number, lost: number): Meeting[] {
  return [
    { first, second, score: 1, weight: won },
    { first, second, score: 0, weight: lost },
  ];
}

/** Citations between journals of statistics (Stigler 1994), as in BradleyTerry2's manual. */
const JOURNALS = [
  ...meetings('Biometrika', 'Comm Statist', 730, 33),
  ...meetings('Biometrika', 'JASA', 498, 320),
  ...meetings('Biometrika', 'JRSS-B', 221, 284),
  ...meetings('Comm Statist', 'JASA', 68, 813),
  ...meetings('Comm Statist', 'JRSS-B', 17, 276),
  ...meetings('JASA', 'JRSS-B', 142, 325),
];

describe('Bradley-Terry', () => {
  test('equals the published strengths and errors of the journals', () => {
    const found = bradleyTerry(JOURNALS)!;
    expect(found.map(({ system }) => system)).toEqual(['Biometrika', 'Comm Statist', 'JASA', 'JRSS-B']);
    const published = [
      [0, 0],
      [-2.94907, 0.10255],
      [-0.47957, 0.06059],
      [0.26895, 0.07083],
    ];
    for (const [i, [estimate, error]] of published.entries()) {
      expect(found[i].estimate).toBeCloseTo(estimate, 5);
      expect(found[i].error).toBeCloseTo(error, 5);
      expect(found[i].high - found[i].low).toBeCloseTo(2 * 1.959964 * found[i].error, 5);
    }
  });

  test('of two systems is the log odds', () => {
    const [, second] = bradleyTerry(meetings('a', 'b', 30, 10))!;
    expect(second.estimate).toBeCloseTo(Math.log(1 / 3), 12);
    expect(second.error).toBeCloseTo(Math.sqrt(1 / 30 + 1 / 10), 12);
  });

  test('counts a tie half for both', () => {
    const [, second] = bradleyTerry([...meetings('a', 'b', 1, 1), { first: 'a', second: 'b', score: 0.5, weight: 8 }])!;
    expect(second.estimate).toBeCloseTo(0, 12);
  });

  test('does not exist where one system never lost, or two groups never met', () => {
    expect(bradleyTerry(meetings('a', 'b', 3, 0))).toBeUndefined();
    expect(bradleyTerry([...meetings('a', 'b', 1, 1), ...meetings('c', 'd', 1, 1)])).toBeUndefined();
    expect(bradleyTerry([])).toBeUndefined();
  });
});
