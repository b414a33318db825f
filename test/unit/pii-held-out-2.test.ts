/** The second held-out set is what its sources say, its labels lie where they should, and it stays frozen. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defects, secondRows, serialise } from '../../tools/pii-held-out/second-set.ts';

const folder = new URL('../../fixtures/pii/', import.meta.url);
const frozen = readFileSync(new URL('pii-held-out-2.jsonl', folder), 'utf8');
const rows = secondRows();

describe('the second held-out set of personal data', () => {
  it('is written from its sources, byte for byte', () => {
    expect(`${rows.map(serialise).join('\n')}\n`).toBe(frozen);
  });

  it('has the hash that its description names', () => {
    const hash = createHash('sha256').update(frozen).digest('hex');
    expect(readFileSync(new URL('README.md', folder), 'utf8')).toContain(hash);
  });

  it('has no defect in its labels, and no text twice', () => {
    expect(rows.flatMap(defects)).toEqual([]);
    expect(new Set(rows.map(({ text }) => text)).size).toBe(rows.length);
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
