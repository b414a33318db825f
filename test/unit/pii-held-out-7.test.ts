/** The seventh held-out set stays frozen, and its labels lie where they should. */
import { describe, expect, it } from 'vitest';
import type { Row } from '../../tools/pii-held-out/second-set.ts';
import type { MailRow } from '../../tools/pii-held-out/third-set.ts';
import { expectDescribed, expectPlaced, expectSound, frozenSet } from './held-out-checks.ts';

const frozen = frozenSet('-7');
const rows = frozen
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Row | MailRow);
const mails = rows.filter((row): row is MailRow => 'mail' in row);
const written = rows.filter((row): row is Row => !('mail' in row));

describe('the seventh held-out set of personal data', () => {
  it('has the hash and size that its description names, no defect in its labels, and no text of an earlier set', () => {
    expectDescribed(frozen, rows.length);
    expectSound({ written, mails }, ['', '-2', '-3', '-4', '-5', '-6']);
    expectPlaced(mails);
  });

  it('has the mails, sentences and countries that were asked for', () => {
    expect(mails.length).toBeGreaterThanOrEqual(200);
    expect(written.length).toBeGreaterThanOrEqual(1000);
    expect(new Set(written.map(({ country }) => country)).size).toBe(34);
  });
});
