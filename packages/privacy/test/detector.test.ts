/** Findings in whole texts, by recognisers, lexicon and tagger together. */
import { describe, expect, it } from 'vitest';
import { Detector, Redactor } from '../src/index.ts';
import { withPlainDigits } from '../src/digits.ts';
import type { Recogniser } from '../src/recogniser.ts';
import { developmentRows } from '../../../makers/privacy/labelled-sets.ts';
import { detector, found } from './found.ts';

describe('a text', () => {
  it.each([
    ['The invoice was approved by Quorvina Hestbrook yesterday.', ['name: Quorvina Hestbrook']],
    [
      'Herr Müller sagt, er wohnt in der Lindenstraße 14, 39104 Magdeburg.',
      ['name: Müller', 'address: Lindenstraße 14, 39104 Magdeburg'],
    ],
    ['rozmawialiśmy z panią Katarzyną Kretkowiak', ['name: Katarzyną Kretkowiak']],
    ['物业说陈慧敏家漏水了。', ['name: 陈慧敏']],
    ['My mother is 94 years old', ['age: 94']],
    ['AIM "joe topshot"\nYahoo Msgr "joetopshot"', ['code: joe topshot', 'code: joetopshot']],
    ['— Mulțumesc. Codul de client?\n— C-874410, soțul meu', ['code: C-874410']],
    ['see https://example.org/jane.doe@example.org now', ['url: https://example.org/jane.doe@example.org']],
  ])('in which people are: %s', (text, expected) => {
    for (const one of expected) expect(found(text)).toContain(one);
  });

  it.each([
    'The release 2.4.1-3+deb12u1 fixes #1023456 and needs glibc 2.36 or later; see section 4.3.2.',
    'ISBN 978-3-16-148410-0, DOI 10.1000/182, RFC 2616, ISO 13616, CVE-2024-3094.',
    'Mix 2,3-dimethylbutane with 1,2-dichloroethane at 25 °C for 90 minutes and add 250 mg.',
    'for (let i = 0; i < items.length; i++) total += items[i].price * 1.19;',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 is the hash.',
    'The table has 1,234,567 rows, 12.5 % more than in 2019, and takes 3.14159 seconds.',
    'Please read the Terms of Service and the Privacy Policy before You continue.',
    'Der Vertrag wird am Ende des Jahres verlängert, wenn keine Kündigung vorliegt.',
    'Le contrat est renouvelé à la fin de l’année sauf résiliation.',
    'count: 00483921',
  ])('in which nobody is: %s', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('names somebody again by a part of the name, in other texts of the conversation too', () => {
    const texts = ['I spoke with Wenkelin Straubinger.', 'Straubinger will call back.'];
    const [, again] = detector.findAll(texts);
    expect(again.map(({ kind, start, end }) => `${kind}: ${texts[1].slice(start, end)}`)).toEqual([
      'name: Straubinger',
    ]);
  });

  it('has nothing found in tags that redaction has put there', () => {
    expect(found('[NAME_1] lives at [ADDRESS_2], call [PHONE_1] or [MEDICAL_RECORD_12]')).toEqual([]);
  });
});

/** Sentences from which rules were once written. The tagger was trained on them, so this test detects regressions. */
it('of short texts of many languages and registers nearly all is found, and nearly all of what is found is labelled', () => {
  const rows = developmentRows().filter(({ language }) => language === '');
  let [labelled, covered, right, extra] = [0, 0, 0, 0];
  for (const { text, spans } of rows) {
    const findings = detector.find(text);
    labelled += spans.length;
    covered += spans.filter((span) => findings.some(({ start, end }) => start <= span.start && span.end <= end)).length;
    for (const one of findings)
      if (spans.some(({ start, end }) => start < one.end && one.start < end)) right++;
      else extra++;
  }
  expect(labelled).toBeGreaterThan(1000);
  expect(covered / labelled).toBeGreaterThan(0.95);
  expect(right / (right + extra)).toBeGreaterThan(0.95);
});

describe('digits of other scripts', () => {
  it('are read where they stand', () => {
    expect(withPlainDigits('тел ٠١٢ ۹ ๕ ４')).toBe('тел 012 9 5 4');
    expect(found('موبایل ۰۹۱۲ ۳۴۵ ۶۷ ۸۹')).toContain('phone: ۰۹۱۲ ۳۴۵ ۶۷ ۸۹');
  });

  it.each([
    ['phone: ٠٥٠-١٢٣-٤٥٦٧', 'phone'],
    ['Card: ４１１１ １１１１ １１１１ １１１１', 'card'],
    ['Date of birth: ०५/०८/१९८४', 'date'],
  ])('make another value of "%s"', (text, kind) => {
    const redactor = new Redactor({ style: 'surrogates', key: new Uint8Array(32).fill(7) });
    const { text: redacted } = redactor.redact({ text }) as { text: string };
    expect(redactor.counts.kinds).toEqual({ [kind]: 1 });
    expect(withPlainDigits(redacted)).not.toBe(withPlainDigits(text));
  });

  it("come to the user's recognisers as they were written", () => {
    const mine: Recogniser = {
      name: 'staff',
      kind: 'code',
      *find(text) {
        for (const { index } of text.matchAll(/社員[０-９]{4}/gu)) yield { start: index, end: index + 6, score: 0.9 };
      },
    };
    expect(new Detector({ more: [mine] }).find('彼の社員１２３４です').map(({ kind }) => kind)).toEqual(['code']);
  });
});

describe('hostile texts', () => {
  it.each([
    ['digits', '1'.repeat(60_000)],
    ['digits and spaces', '1 '.repeat(30_000)],
    ['capitals', 'Aa '.repeat(20_000)],
    ['letters', 'a'.repeat(60_000)],
    ['dots', 'a.'.repeat(30_000)],
    ['at signs', 'a@'.repeat(30_000)],
    ['hyphens', 'Aa-'.repeat(20_000)],
    ['colons', '1:'.repeat(30_000)],
    ['labels', 'account number '.repeat(4_000)],
    ['lines of cells', 'passport no;b\n'.repeat(4_000)],
    ['keys', '-----BEGIN PRIVATE KEY-----'.repeat(500)],
  ])('of %s take no longer than their length asks for', (_, text) => {
    const before = process.cpuUsage();
    detector.find(text);
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(4);
  });
});
