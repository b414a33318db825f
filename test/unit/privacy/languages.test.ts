/** Numbers and digits in scripts that the rules of western Europe do not know; cases-of-languages.ts has more. */
import { expect, it } from 'vitest';
import { Detector, Redactor } from '../../../src/privacy/index.ts';
import type { Recogniser } from '../../../src/privacy/recogniser.ts';
import { withPlainDigits } from '../../../src/privacy/digits.ts';

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

it.each([
  ['phone: ٠٥٠-١٢٣-٤٥٦٧', 'phone'],
  ['Card: ４１１１ １１１１ １１１１ １１１１', 'card'],
  ['Date of birth: ०५/०८/१९८४', 'date'],
])('a surrogate of "%s" is another value', (text, kind) => {
  const redactor = new Redactor({ style: 'surrogates', key: new Uint8Array(32).fill(7) });
  const { text: redacted } = redactor.redact({ text }) as { text: string };
  expect(redactor.counts.kinds).toEqual({ [kind]: 1 });
  expect(withPlainDigits(redacted)).not.toBe(withPlainDigits(text));
});

it("the user's recognisers read digits as they were written", () => {
  const mine: Recogniser = {
    name: 'staff',
    kind: 'code',
    *find(text) {
      for (const { index } of text.matchAll(/社員[０-９]{4}/gu)) yield { start: index, end: index + 6, score: 0.9 };
    },
  };
  expect(new Detector({ more: [mine] }).find('彼の社員１２３４です').map(({ kind }) => kind)).toEqual(['code']);
});

it('what was learnt about addresses takes nothing from numbers that rules are sure of', () => {
  const text = 'House 14, behind the old mill, Kota, call 080-5550-1427';
  expect(found(text, 'phone')).toEqual(['080-5550-1427']);
});

it('words that begin as a label does are no label', () => {
  for (const text of ['mkfs.ext4 ran', 'heslovec2024', 'the door needs 120V', 'geslots2024 open'])
    expect(found(text, 'secret')).toEqual([]);
});

it('digits of other scripts are read where they stand', () => {
  expect(withPlainDigits('тел ٠١٢ ۹ ๕ ４')).toBe('тел 012 9 5 4');
  const text = 'موبایل ۰۹۱۲ ۳۴۵ ۶۷ ۸۹';
  expect(withPlainDigits(text)).toHaveLength(text.length);
  expect(found(text, 'phone')).toEqual(['۰۹۱۲ ۳۴۵ ۶۷ ۸۹']);
});
