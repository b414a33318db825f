/** The fifth held-out set stays frozen, and its labels lie where they should. */
import { describe, expect, it } from 'vitest';
import { expectDescribed, expectSound, frozenSet, rowsOf } from './held-out-checks.ts';

const frozen = frozenSet('-5');
const { written: rows } = rowsOf(frozen);

describe('the fifth held-out set of personal data', () => {
  it('has the hash and size that its description names, no defect in its labels, and no text of an earlier set', () => {
    expectDescribed(frozen, rows.length);
    expectSound({ written: rows }, ['', '-2', '-3', '-4']);
  });

  it('is of most of the world', () => {
    expect(new Set(rows.map(({ country }) => country)).size).toBeGreaterThan(150);
    expect(new Set(rows.map(({ language }) => language)).size).toBeGreaterThan(100);
  });
});
