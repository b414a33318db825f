/** Each recogniser by itself: what it must find, and what only looks like it. */
import { describe, expect, it } from 'vitest';
import { recognisers } from '../src/detector.ts';
import { lexiconOf } from '../src/lexicon.ts';
import { read } from '../src/reading.ts';
import { IDENTIFIERS } from './identifiers.ts';

interface Cases {
  /** "kind: value", or the value alone where the recogniser has one kind. */
  yes: readonly (readonly [text: string, found: string])[];
  no: readonly string[];
}

const TOKEN = `ghp_${'a1B2'.repeat(9)}`;
const HASH = `$2y$10$${'abcdefgh'.repeat(6)}abcde`;
const FINGERPRINT = 'SHA256:9vV2xWq7LrM0tHk3uYbPz8dEcNfGjJ1sAiQoTy5RlZw';

const SHAPES: Record<string, Cases> = {
  email: {
    yes: [
      ['jane.doe+x@mail.example.org!', 'jane.doe+x@mail.example.org'],
      ['jane (at) example (dot) org', 'jane (at) example (dot) org'],
      ['write to gbolcer at endtech dot com', 'gbolcer at endtech dot com'],
      ['v.skytta at iki.fi', 'v.skytta at iki.fi'],
      ['\tfor <mkl@localhost>; Thu, 5 Sep', 'mkl@localhost'],
      ['write to 22.1990@web.de', '22.1990@web.de'],
    ],
    no: [
      'look at example.com',
      'Message-ID: <18366.1030517481@mun.oz.au>',
      '@Override void f()',
      'user@localhost',
      'a @ b',
    ],
  },
  url: {
    yes: [
      ['see https://a.example/x?y=1.', 'https://a.example/x?y=1'],
      ['at www.example.de today', 'www.example.de'],
      ['linkedin.com/in/mina is hers', 'linkedin.com/in/mina'],
    ],
    no: ['sponsored by sf.net', 'e.g. this', 'foo.bar()', 'the file a.ts'],
  },
  host: {
    yes: [['my website is minarossi.com now', 'minarossi.com']],
    no: ['e.g. this', 'items.in(x)', 'a@minarossi.com'],
  },
  ip: {
    yes: [
      ['from 10.1.2.3 to', '10.1.2.3'],
      ['on fe80::1ff:fe23:4567:890a', 'fe80::1ff:fe23:4567:890a'],
    ],
    no: ['version 10.1.2.3', 'at 12:30:15', '300.1.2.3', 'std::vector', 'v1.2.3.4.5', 'ping 127.0.0.1'],
  },
  iban: {
    yes: [
      ['DE89 3704 0044 0532 0130 00 bis', 'DE89 3704 0044 0532 0130 00'],
      ['GB29NWBK60161331926819', 'GB29NWBK60161331926819'],
    ],
    no: ['DE88 3704 0044 0532 0130 00'],
  },
  card: {
    yes: [
      ['4111 1111 1111 1111', '4111 1111 1111 1111'],
      ['378282246310005', '378282246310005'],
    ],
    no: ['4111 1111 1111 1112', '9999 9999 9999 9995'],
  },
  mac: { yes: [['00:1B:44:11:3A:B7', '00:1B:44:11:3A:B7']], no: ['00:1B:44:11:3A', '00:1G:44:11:3A:B7'] },
  imei: { yes: [['IMEI 49 015420 323751 8', '49 015420 323751 8']], no: ['sum 490154203237519'] },
  vin: {
    yes: [
      ['1M8GDM9AXKP042788 was sold', '1M8GDM9AXKP042788'],
      ['papers: WVW ZZZ 1JZ XW 000001', 'WVW ZZZ 1JZ XW 000001'],
    ],
    no: ['1M8GDM9AXKP04278', '1M8GDM9AXKP0427881', 'ABCDEFGHJKLMNPRST'],
  },
  secret: {
    yes: [
      ['AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE'],
      [TOKEN, TOKEN],
      [`was ${HASH} today`, HASH],
    ],
    no: ['sk-learn', 'eyJ', 'costs $2 and $10', '-----BEGIN CERTIFICATE-----'],
  },
  'secret-setting': {
    yes: [
      ["BORG_PASSPHRASE='drei Igel tanzen im Regen' borg create", 'drei Igel tanzen im Regen'],
      ['redis auth failed, requirepass=Pq7!tianQi_04 host=x', 'Pq7!tianQi_04'],
      ['postgres://app:s3cr3t@db/prod', 's3cr3t'],
    ],
    no: [
      'PASSWORD="$VAULT_PASSWORD"',
      'API_KEY="<your key>"',
      'TOKEN="${TOKEN_1}"',
      'grep -k "some pattern"x',
      'tokens: 4096',
    ],
  },
  'key-fingerprint': { yes: [[`key ${FINGERPRINT} ok`, FINGERPRINT]], no: ['SHA256:abc', 'at 10:20:30:40'] },
  orcid: { yes: [['by 0000-0002-1825-0097 alone', '0000-0002-1825-0097']], no: ['by 0000-0002-1825-0098 alone'] },
  date: {
    yes: [
      ['on 2020-03-04', '2020-03-04'],
      ['moved from 3.4.24 to', '3.4.24'],
      ['令和5年3月4日に', '令和5年3月4日'],
    ],
    no: ['in 2020', 'version 2020.1.2.3', '13/14/2020', 'upgrade to kernel 2.4.19'],
  },
  'date-named': {
    yes: [
      ['am 12. März 1960', '12. März 1960'],
      ['el 3 de mayo de 1999', '3 de mayo de 1999'],
      ['March 5, 2019', 'March 5, 2019'],
      ['5 თებერვალი 1990', '5 თებერვალი 1990'],
    ],
    no: ['may 5 of them', 'the third of many'],
  },
  'day-and-month': { yes: [['born 14/07, left-handed', '14/07']], no: ['13/14', 'version 2.1.4', '3.14159'] },
  phone: {
    yes: [
      ['(415) 555-0132', '(415) 555-0132'],
      ['+49 30 23125 000', '+49 30 23125 000'],
      ['fax: 022 354 18 76', '022 354 18 76'],
      ['call (877) 44 SOLEX today', '(877) 44 SOLEX'],
    ],
    no: ['12,345,678', '0.146  0.128', '2020-03-04'],
  },
  plate: {
    yes: [
      ['a blue van, LK19 VXD, was parked', 'LK19 VXD'],
      ['der Wagen mit B-XY 1234 fuhr weg', 'B-XY 1234'],
      ['автомобіль АА 1234 ВВ стоїть', 'АА 1234 ВВ'],
    ],
    no: ['a plate of steel', 'on page 12'],
  },
  'court-file': {
    yes: [
      ['see 2:19-cr-00321 for more', '2:19-cr-00321'],
      ['Beschluss 12 O 334/20 liegt vor', '12 O 334/20'],
    ],
    no: ['ratio 12 to 334/20', 'at 2:19 she left', '12 a 3/20'],
  },
  postcode: { yes: [['in SW1A 1AA today', 'SW1A 1AA']], no: ['2000 AM', 'the 1015 men'] },
  'postcode-placed': {
    yes: [
      ['Springfield, IL 62704', '62704'],
      ['50674 Köln', '50674'],
    ],
    no: ['about 50674 rows'],
  },
  handle: {
    yes: [
      ['@lena.backt tagged us', '@lena.backt'],
      ['ask u/quietfox about it', 'u/quietfox'],
    ],
    no: ['a@b.org', 'f(@x(y))', 'Reddit is large.'],
  },
  announced: {
    yes: [
      ['Hộ chiếu số B4417220 hết hạn', 'passport: B4417220'],
      ['여권번호: M44172205', 'passport: M44172205'],
      ['Číslo účtu: 19-4417220519', 'account: 19-4417220519'],
      ['password: hunter2x', 'secret: hunter2x'],
      ['Kundennummer: 88123456', 'code: 88123456'],
    ],
    no: ['Halaman 44172 dari 50000', 'the password is required', 'account of 12 pages'],
  },
  phrase: { yes: [['her iris scan is stored', 'biometric: iris scan']], no: ['iris and tulip bulbs'] },
  column: {
    yes: [
      ['id;customer number;paid\n1;A-4471;yes\n2;B-0912;no', 'code: B-0912'],
      ['name\tpassport no\nRose\tL8844120', 'passport: L8844120'],
    ],
    no: ['size;price\n1;4471\n2;0912', 'passport no\n\nL8844120'],
  },
};

const CASES: Record<string, Cases> = {
  ...SHAPES,
  ...Object.fromEntries(
    Object.entries(IDENTIFIERS).map(([name, { valid, invalid }]) => [
      name,
      { yes: valid.map((value) => [`it is ${value}.`, value]), no: invalid.map((value) => `part ${value} is here`) },
    ]),
  ),
};

describe('every recogniser', () => {
  it.each(recognisers.map((one) => [one.name, one] as const))(
    '%s finds its kind, and not what looks like it',
    (name, one) => {
      const found = (text: string): string[] =>
        [...one.find(text, read(text, lexiconOf()))].flatMap(({ start, end, kind }) => [
          text.slice(start, end),
          `${kind ?? one.kind}: ${text.slice(start, end)}`,
        ]);
      const { yes, no } = CASES[name];
      for (const [text, expected] of yes) {
        expect(found(text), text).toContain(expected);
        // Recognisers skip texts without a match of `needs`.
        expect(one.needs?.test(text) ?? true, text).toBe(true);
        expect(text.replaceAll(/\D/g, '').length, text).toBeGreaterThanOrEqual(one.digits ?? 0);
      }
      for (const text of no) expect(found(text), text).toEqual([]);
    },
  );

  it('is tried by its cases, and has a name of its own', () => {
    expect(recognisers.map(({ name }) => name).toSorted()).toEqual(Object.keys(CASES).toSorted());
  });
});
