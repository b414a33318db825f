/** What lists know as names of things, alone, in phrases and around a word. */
import { describe, expect, it } from 'vitest';
import { THING, Things } from '../../../src/privacy/names/things.ts';
import { tokensOf } from '../../../src/privacy/names/tokens.ts';

function bitsOf(text: string): Record<string, number> {
  const tokens = tokensOf(text);
  const { bits } = new Things(tokens);
  return Object.fromEntries(tokens.map(({ text: word }, at) => [word, bits[at]]));
}

describe('things', () => {
  it('knows phrases of two and three words, and their words by themselves not', () => {
    expect(bitsOf('Albert Heijn').Heijn & THING.phrase).toBe(THING.phrase);
    expect(bitsOf('Heijn Albert').Heijn & THING.phrase).toBe(0);
    expect(bitsOf('Bank of America').Bank & THING.phrase).toBe(THING.phrase);
    expect(bitsOf('Bank of Wenkeline').Bank & THING.phrase).toBe(0);
  });

  it('tells firms from places', () => {
    const { Lidl, Rungis, Wenkeline } = bitsOf('Lidl, Rungis, Wenkeline');
    expect([Lidl & THING.word, Rungis & THING.place, Wenkeline]).toEqual([THING.word, THING.place, 0]);
  });

  it('knows a firm in front of a hyphen and of a genitive', () => {
    const bits = bitsOf("Lidl-Tasche und Lidl's, Wenkeline-Tasche");
    expect([bits['Lidl-Tasche'], bits["Lidl's"]].map((one) => one & THING.word)).toEqual([THING.word, THING.word]);
    expect(bits['Wenkeline-Tasche'] & THING.word).toBe(0);
  });

  it('knows no phrase across lines, and none of what is hidden', () => {
    expect(bitsOf('Albert\nHeijn').Heijn & THING.phrase).toBe(0);
    expect(new Things(tokensOf('Lidl'), new Set([0])).bits[0]).toBe(0);
  });

  it('counts other things around a word, but for those beside it', () => {
    const tokens = tokensOf('Lidl and Wenkeline and Aldi and Albert Heijn');
    expect(new Things(tokens).near(2)).toBeGreaterThanOrEqual(3);
    expect(new Things(tokensOf('Lidl Wenkeline Aldi')).near(1)).toBe(0);
  });
});
