/** The eighth held-out set stays frozen, and its labels lie where they should. */
import { describe, expect, it } from 'vitest';
import { expectDescribed, expectPlaced, expectSound, frozenSet, rowsOf } from './held-out-checks.ts';

const frozen = frozenSet('-8');
const { written, mails } = rowsOf(frozen);

describe('the eighth held-out set of personal data', () => {
  it('has the hash and size that its description names, no defect in its labels, and no text of an earlier set', () => {
    expectDescribed(frozen, written.length + mails.length);
    expectSound({ written, mails }, ['', '-2', '-3', '-4', '-5', '-6', '-7']);
    expectPlaced(mails);
  });

  it('has the mails, sentences and countries that were asked for', () => {
    expect(mails.length).toBeGreaterThanOrEqual(200);
    expect(written.length).toBeGreaterThanOrEqual(1000);
    expect(new Set(written.map(({ country }) => country)).size).toBe(30);
  });
});
