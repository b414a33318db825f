import { describe, expect, it } from 'vitest';
import { asKnown, isScriptWord } from '../../../src/privacy/names/script-lists.ts';
import { CASES_OF_SCRIPTS } from './cases-of-scripts.ts';
import { detector } from './found.ts';

function namesIn(text: string): string[] {
  return detector
    .find(text)
    .filter(({ kind }) => kind === 'name')
    .map(({ start, end }) => text.slice(start, end));
}

describe.each(Object.entries(CASES_OF_SCRIPTS))('names in %s letters', (_, { yes, no }) => {
  it.each(yes)('in "%s"', (text, name) => expect(namesIn(text)).toContain(name));
  it.each(no)('not in "%s"', (text) => expect(namesIn(text)).toEqual([]));
});

it('one sign is looked up whichever way it is written', () => {
  expect(asKnown('إِبراهيم')).toBe(asKnown('ابراهيم'));
  expect(asKnown('शेख़')).toBe(asKnown('शेख'));
  expect(asKnown("ג'ורג'")).toBe(asKnown('ג׳ורג׳'));
});

it('everyday words are known in both ways to write Chinese', () => {
  for (const word of ['顾客', '顧客', '时钟', '時鐘', '정보', 'คุณสมบัติ']) expect(isScriptWord(word)).toBe(true);
  for (const name of ['陈慧敏', '陳慧敏', '심재호']) expect(isScriptWord(name)).toBe(false);
});
