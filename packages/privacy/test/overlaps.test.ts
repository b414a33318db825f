import { describe, expect, it } from 'vitest';
import { resolveOverlaps } from '../src/overlaps.ts';
import type { Candidate } from '../src/recogniser.ts';

const TEXT = 'Anna De Santis, Lindenweg 4, 39104 Magdeburg, Tel. 0391 5551234';

function over(text: string, score: number, kind: Candidate['kind'] = 'address'): Candidate {
  const start = TEXT.indexOf(text);
  return { start, end: start + text.length, score, kind };
}

function kept(...candidates: Candidate[]): string[] {
  return resolveOverlaps(candidates, TEXT).map(({ start, end }) => TEXT.slice(start, end));
}

describe('overlaps', () => {
  it('stand in the order of the text, whatever they are given in', () => {
    expect(kept(over('0391 5551234', 0.9), over('Anna', 0.6), over('Magdeburg', 0.7))).toEqual([
      'Anna',
      'Magdeburg',
      '0391 5551234',
    ]);
  });

  it('leave the surer one, and what sticks out of the other on both sides', () => {
    expect(kept(over('Lindenweg 4, 39104 Magdeburg', 0.6), over('39104', 2))).toEqual([
      'Lindenweg 4',
      '39104',
      'Magdeburg',
    ]);
  });

  it('leave what sticks out between two surer ones', () => {
    expect(kept(over('Santis, Lindenweg 4, 39104 Magdeburg', 0.5), over('Santis', 2), over('Magdeburg', 2))).toEqual([
      'Santis',
      'Lindenweg 4, 39104',
      'Magdeburg',
    ]);
  });

  it('grow by a small word of the same kind', () => {
    expect(kept(over('Santis', 0.9, 'name'), over('De Santis', 0.6, 'name'))).toEqual(['De Santis']);
  });
});
