/** The second held-out set is what its sources say, its labels lie where they should, and it stays frozen. */
import { describe, expect, it } from 'vitest';
import { defects, secondRows, serialise } from '../../tools/pii-held-out/second-set.ts';
import { expectDescribed, expectSound, frozenSet } from './held-out-checks.ts';

const frozen = frozenSet('-2');
const rows = secondRows();

describe('the second held-out set of personal data', () => {
  it('is written from its sources, byte for byte', () => {
    expect(`${rows.map(serialise).join('\n')}\n`).toBe(frozen);
  });

  it('has the hash and size that its description names, no defect in its labels, and no text twice', () => {
    expectDescribed(frozen, rows.length);
    expectSound({ written: rows }, ['']);
  });

  it('notices labels that are wrong', () => {
    const row = { id: 'x', text: 'Card 4111111111111112 of Ann ', language: 'en', country: 'US' };
    const spans = [
      { start: 5, end: 21, kind: 'card' },
      { start: 25, end: 29, kind: 'name' },
      { start: 26, end: 28, kind: 'person' },
    ];
    expect(defects({ ...row, source: 'written', spans })).toEqual([
      'x: card "4111111111111112" wrong check digit',
      'x: name "Ann " empty or padded',
      'x: person "nn" unknown kind',
    ]);
  });
});
