/** Numbers and digits in scripts that the rules of western Europe do not know; cases-of-languages.ts has more. */
import { expect, it } from 'vitest';
import { Detector } from '../../../src/data/privacy/index.ts';
import { withPlainDigits } from '../../../src/data/privacy/digits.ts';

const detector = new Detector();

/** What was found of a kind. */
function found(text: string, kind: string): string[] {
  return detector
    .find(text)
    .filter((one) => one.kind === kind)
    .map(({ start, end }) => text.slice(start, end));
}

it('numbers of documents are known by their words in other scripts', () => {
  expect(found('پاسپورٹ AB4471902 جاری ہوا', 'passport')).toEqual(['AB4471902']);
  expect(found('身份證 K338291(4)', 'national_id')).toHaveLength(1);
  expect(found('ЈМБГ 0101990710006', 'national_id')).toEqual(['0101990710006']);
});

it('digits of other scripts are read where they stand', () => {
  expect(withPlainDigits('тел ٠١٢ ۹ ๕ ４')).toBe('тел 012 9 5 4');
  const text = 'موبایل ۰۹۱۲ ۳۴۵ ۶۷ ۸۹';
  expect(withPlainDigits(text)).toHaveLength(text.length);
  expect(found(text, 'phone')).toEqual(['۰۹۱۲ ۳۴۵ ۶۷ ۸۹']);
});
