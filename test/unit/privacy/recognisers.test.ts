/** Each recogniser on what it must find, what only looks like it, and what is of another kind. */
import { describe, expect, it } from 'vitest';
import { recognisers } from '../../../src/privacy/recognisers/index.ts';
import { CASES_OF_BODIES } from './cases-of-bodies.ts';
import { CASES_OF_FORMS } from './cases-of-forms.ts';
import { CASES_OF_LANGUAGES } from './cases-of-languages.ts';
import { CASES_OF_NUMBERS } from './cases-of-numbers.ts';
import { CASES_OF_SECRETS } from './cases-of-secrets.ts';
import { detector, found } from './found.ts';

/** Recogniser → texts with what must be found in them, and texts in which it must find nothing. */
const CASES: Record<string, { yes: [text: string, found: string][]; no: string[] }> = {
  'us-ssn': {
    yes: [['It is 536-22-8726.', 'national_id: 536-22-8726']],
    no: ['part 000-22-8726', 'part 536-00-8726', 'part 936-22-8726', 'x536-22-87261'],
  },
  'us-ssn-plain': { yes: [['SSN: 536228726', 'national_id: 536228726']], no: ['a total of 536228726 rows'] },
  'uk-nino': { yes: [['NI is AB 12 34 56 C', 'national_id: AB 12 34 56 C']], no: ['GB 12 34 56 C', 'AB 12 34 56 E'] },
  'uk-nhs': {
    yes: [['NHS number 943 476 5919', 'national_id: 943 476 5919']],
    no: ['it counted 943 476 5918 steps', 'it counted 9434765919 steps'],
  },
  'de-tax': {
    yes: [['Steuer-ID: 86 095 742 719', 'national_id: 86 095 742 719']],
    no: ['Wert 86 095 742 718', 'Wert 11111111111'],
  },
  'fr-nir': {
    yes: [['NIR 2 55 08 14 168 025 38', 'national_id: 2 55 08 14 168 025 38']],
    no: ['valeur 2 55 08 14 168 025 39'],
  },
  'es-dni': {
    yes: [
      ['DNI 12345678Z', 'national_id: 12345678Z'],
      ['con X1234567L', 'national_id: X1234567L'],
    ],
    no: ['pieza 12345678A', 'pieza X1234567A'],
  },
  'it-codice-fiscale': { yes: [['RSSMRA85T10A562S', 'national_id: RSSMRA85T10A562S']], no: ['RSSMRA85T10A562T'] },
  'nl-bsn': {
    yes: [['BSN 111222333', 'national_id: 111222333']],
    no: ['een aantal van 111222333', 'een aantal van 111222334'],
  },
  'pl-pesel': {
    yes: [['ma 44051401359 tu', 'national_id: 44051401359']],
    no: ['ma 44051401358 tu', 'ma 44151301359 tu'],
  },
  'se-personnummer': {
    yes: [['hon är 811218-9876', 'national_id: 811218-9876']],
    no: ['värde 811218-9875', 'värde 811318-9876'],
  },
  'ch-ahv': { yes: [['AHV 756.9217.0769.85', 'national_id: 756.9217.0769.85']], no: ['Wert 756.9217.0769.84'] },
  'br-cpf': {
    yes: [['tem 529.982.247-25 aqui', 'national_id: 529.982.247-25']],
    no: ['tem 529.982.247-26 aqui', 'tem 111.111.111-11 aqui'],
  },
  'in-aadhaar': {
    yes: [['has 2341 2341 2346 on it', 'national_id: 2341 2341 2346']],
    no: ['has 2341 2341 2347 on it', 'has 1341 2341 2346 on it'],
  },
  plate: {
    yes: [
      ['license plate 7ABC123', 'plate: 7ABC123'],
      ['Kennzeichen B-AB 1234', 'plate: B-AB 1234'],
    ],
    no: ['a plate of steel', '7ABC123 is a part'],
  },
  email: {
    yes: [
      ['jane.doe+x@mail.example.org!', 'email: jane.doe+x@mail.example.org'],
      ['jane (at) example (dot) org', 'email: jane (at) example (dot) org'],
      ['write to gbolcer at endtech dot com', 'email: gbolcer at endtech dot com'],
      ['v.skytta at iki.fi', 'email: v.skytta at iki.fi'],
      ['\tfor <mkl@localhost>; Thu, 5 Sep', 'email: mkl@localhost'],
      ['mail from mkl@LOCALHOST', 'email: mkl@LOCALHOST'],
    ],
    no: [
      'look at example.com',
      'Message-ID: <18366.1030517481@mun.oz.au>',
      '@Override void f()',
      'user@localhost',
      'from root@localhost',
      'a @ b',
    ],
  },
  url: {
    yes: [
      ['see https://a.example/x?y=1.', 'url: https://a.example/x?y=1'],
      ['at www.example.de today', 'url: www.example.de'],
      ['linkedin.com/in/mina is hers', 'url: linkedin.com/in/mina'],
      ['my website is minarossi.com now', 'url: minarossi.com'],
    ],
    no: ['sponsored by sf.net', 'e.g. this', 'foo.bar()', 'the file a.ts'],
  },
  ip: {
    yes: [
      ['from 10.1.2.3 to', 'ip: 10.1.2.3'],
      ['on fe80::1ff:fe23:4567:890a', 'ip: fe80::1ff:fe23:4567:890a'],
    ],
    no: ['version 10.1.2.3', 'at 12:30:15', '300.1.2.3', 'std::vector', 'v1.2.3.4.5'],
  },
  mac: { yes: [['00:1B:44:11:3A:B7', 'device: 00:1B:44:11:3A:B7']], no: ['00:1B:44:11:3A', '00:1G:44:11:3A:B7'] },
  imei: { yes: [['IMEI 49 015420 323751 8', 'device: 49 015420 323751 8']], no: ['sum 490154203237519'] },
  card: {
    yes: [
      ['4111 1111 1111 1111', 'card: 4111 1111 1111 1111'],
      ['378282246310005', 'card: 378282246310005'],
    ],
    no: ['4111 1111 1111 1112', '9999 9999 9999 9995'],
  },
  iban: {
    yes: [
      ['DE89 3704 0044 0532 0130 00 bis', 'iban: DE89 3704 0044 0532 0130 00'],
      ['GB29NWBK60161331926819', 'iban: GB29NWBK60161331926819'],
    ],
    no: ['DE88 3704 0044 0532 0130 00'],
  },
  vin: {
    yes: [
      ['1M8GDM9AXKP042788 was sold', 'vin: 1M8GDM9AXKP042788'],
      ['VIN WVWZZZ1JZXW000001', 'vin: WVWZZZ1JZXW000001'],
    ],
    no: ['1M8GDM9A1KP042788 was sold'],
  },
  age: {
    yes: [
      ['She is 93 and lives alone', 'age: 93'],
      ['Zmarł w wieku 92 lat', 'age: 92'],
      ['Horst Lohmann (94) fährt', 'age: 94'],
      ['aged 94', 'age: 94'],
      ['a 93-year-old man', 'age: 93'],
      ['im Alter von 91', 'age: 91'],
      ["Nan's 96th is on Saturday", 'age: 96'],
      ['Der Pfarrer ist heuer 97 geworden.', 'age: 97'],
      ['91, female, fell at home', 'age: 91'],
      ['The decedent, 94, lived alone', 'age: 94'],
      ['Vovó, com seus 93, ainda cozinha', 'age: 93'],
    ],
    no: [
      'in row 94, fe',
      'the 96th is sold',
      'Windows (95)',
      'He turned 93 pages',
      'reached 97 percent',
      'aged 64',
      'a 90 % share',
      'a 35-year-old',
    ],
  },
  date: {
    yes: [
      ['on 2020-03-04', 'date: 2020-03-04'],
      ['am 12. März 1960', 'date: 12. März 1960'],
      ['el 3 de mayo de 1999', 'date: 3 de mayo de 1999'],
      ['March 5, 2019', 'date: March 5, 2019'],
    ],
    no: ['in 2020', 'may 5 of them', 'version 2020.1.2.3', '13/14/2020'],
  },
  phone: {
    yes: [
      ['(415) 555-0132', 'phone: (415) 555-0132'],
      ['hubungi tante di 0852-4061-7912', 'phone: 0852-4061-7912'],
      ['+49 30 23125 000', 'phone: +49 30 23125 000'],
      ['fax: 022 354 18 76', 'fax: 022 354 18 76'],
      ['Tél : 04 72 10 20 30', 'phone: 04 72 10 20 30'],
    ],
    no: [
      'part no. 4471-08-221',
      'Artikel-Nr. 0892 764 110',
      'ISBN 978-3-16-148410-0',
      '12,345,678',
      '1234567',
      '0.146  0.128',
    ],
  },
  secret: {
    yes: [
      ['AKIAIOSFODNN7EXAMPLE', 'secret: AKIAIOSFODNN7EXAMPLE'],
      [`ghp_${'a1B2'.repeat(9)}`, `secret: ghp_${'a1B2'.repeat(9)}`],
    ],
    no: ['sk-learn', 'eyJ'],
  },
  'secret-word': {
    yes: [
      ['logged in with xK4!pq9z as the password', 'secret: xK4!pq9z'],
      ['La password è Copper_2474.', 'secret: Copper_2474'],
      ['postgres://app:s3cr3t@db/prod', 'secret: s3cr3t'],
      ['Mon code secret est le 9864.', 'secret: 9864'],
      ['password: hunter2x', 'secret: hunter2x'],
      ['PIN 4711', 'secret: 4711'],
    ],
    no: ['tokens: 4096 at most', 'the password is wrong', 'token = getToken()', 'a token of thanks'],
  },
  biometric: {
    yes: [
      ['próbkę DNA', 'biometric: próbkę DNA'],
      ['il riconoscimento facciale', 'biometric: il riconoscimento facciale'],
      ['her fingerprint scan', 'biometric: her fingerprint scan'],
      ['purge the stored iris template now', 'biometric: the stored iris template'],
      ['Abdruck rechter Daumen, Foto frontal', 'biometric: Abdruck rechter Daumen'],
      ['odcisk kciuka prawej ręki', 'biometric: odcisk kciuka prawej ręki'],
      ['buccal swab 11-A excludes him', 'biometric: buccal swab 11-A'],
      ['otisk pravého palce', 'biometric: otisk pravého palce'],
      ['parmak izi şablonu silindi', 'biometric: parmak izi şablonu'],
      ['Fingerabdrücke', 'biometric: Fingerabdrücke'],
    ],
    no: ['a biometric door', 'iris and tulip bulbs'],
  },
  photo: {
    yes: [
      ['een foto van haar gezicht', 'photo: een foto van haar gezicht'],
      ['a passport photo', 'photo: a passport photo'],
      ['picture of her left ankle saved', 'photo: picture of her left ankle'],
      ['Lichtbild Nr. 4', 'photo: Lichtbild Nr. 4'],
      ['průkazová fotografie', 'photo: průkazová fotografie'],
      ['see IMG_2031.jpg', 'photo: IMG_2031.jpg'],
    ],
    no: ['a photo of the sea', 'a picture of health'],
  },
  postcode: {
    yes: [
      ['Springfield, IL 62704', 'postcode: 62704'],
      ['SW1A 1AA', 'postcode: SW1A 1AA'],
      ['1015 CJ', 'postcode: 1015 CJ'],
      ['der Preis für 50674 Köln', 'postcode: 50674'],
    ],
    no: ['about 50674 rows', '2000 AM', 'the 1015 men'],
  },
  'postcode-label': {
    yes: [
      ['zip code 94105', 'postcode: 94105'],
      ['PLZ: 8001', 'postcode: 8001'],
      ['"zip": "95747"', 'postcode: 95747'],
      ['nom;cp\nRose;59280', 'postcode: 59280'],
    ],
    no: ['a zip file of 94105 bytes'],
  },
  address: {
    yes: [
      ['przy ul. Długiej 9 w Tarnowie.', 'address: ul. Długiej 9 w Tarnowie'],
      ['naar Jansenlaan 12-A, 5211 HL ’s-Hertogenbosch.', 'address: Jansenlaan 12-A, 5211 HL ’s-Hertogenbosch'],
      ['BP 341, 97200 Fort-de-France cedex', 'address: BP 341, 97200 Fort-de-France cedex'],
      ['Lale Sok. No: 3/4, 34758 Ataşehir/İstanbul', 'address: Lale Sok. No: 3/4, 34758 Ataşehir/İstanbul'],
      ['near 1400 block of Alder Street, text me', 'address: 1400 block of Alder Street'],
      ['Room 214, Ustin Hall, Durham, porter', 'address: Room 214, Ustin Hall, Durham'],
      ['12 rue des Lilas, 69003 Vaulx. Tél.', 'address: 12 rue des Lilas, 69003 Vaulx'],
      ['ul. Długa 12 m. 4, 00-238 Xyz', 'address: ul. Długa 12 m. 4, 00-238 Xyz'],
      ['Björkbacken 2, 743 30 Storvreta', 'address: Björkbacken 2, 743 30 Storvreta'],
      ['221 maple avenue, springfield, il 62704', 'address: 221 maple avenue, springfield, il 62704'],
      ['Flat 3, 91 Cromwell Gardens, London SW7 2HR', 'address: Flat 3, 91 Cromwell Gardens, London SW7 2HR'],
      ['at 742 Evergreen Terrace', 'address: 742 Evergreen Terrace'],
      ['in der Lindenstraße 14', 'address: Lindenstraße 14'],
      ['12 bis rue de la République', 'address: 12 bis rue de la République'],
      ['en Calle Mayor 5', 'address: Calle Mayor 5'],
      ['in Via Garibaldi 12', 'address: Via Garibaldi 12'],
      ['Keizersgracht 123', 'address: Keizersgracht 123'],
      ['ul. Długa 7', 'address: ul. Długa 7'],
      ['Storgatan 5', 'address: Storgatan 5'],
      ['Rua das Flores, 12', 'address: Rua das Flores, 12'],
    ],
    no: ['String 12, 255', 'indirizzo via DHCPv6 e NDP', 'on the road to 5 nines', 'Via email', 'der Vertrag 5'],
  },
  city: {
    yes: [
      ['lives in Amsterdam', 'city: Amsterdam'],
      ['born in Boston', 'city: Boston'],
    ],
    no: ['a Reading list', 'the Split step'],
  },
  name: {
    yes: [
      ['Yesterday Jennifer Smith came', 'name: Jennifer Smith'],
      ['Herr Müller sagt', 'name: Müller'],
      ['je m’appelle Zsazsa Quux', 'name: Zsazsa Quux'],
      ['Dr. Okonkwo', 'name: Okonkwo'],
      ['Dear Katarzyna,', 'name: Katarzyna'],
      ['Patient: García Márquez, Gabriel', 'name: García Márquez, Gabriel'],
      ['氏名：山田太郎', 'name: 山田太郎'],
      // A selector of the character's form, beyond U+FFFF.
      ['氏名：葛\u{e0100}城太郎', 'name: 葛\u{e0100}城太郎'],
      ['I trust Maria Gomez most of all', 'name: Maria Gomez'],
      ['résidence Marie Durand tél. 01', 'name: Marie Durand'],
    ],
    no: ['The Mark of the Rose', 'Will it work? May be.', 'In Python and Java', 'Dear Customer', 'Windows Server'],
  },
};

// Not among the lists: nothing but form and neighbours tells them.
CASES['name-in-context'] = {
  yes: [
    ['The invoice was approved by Quorvina Hestbrook yesterday.', 'name: Quorvina Hestbrook'],
    ['Zeuge war Wenkelin Straubinger aus dem Nachbarhaus.', 'name: Wenkelin Straubinger'],
    ['Bastiane Courvoiret a rappelé hier.', 'name: Bastiane Courvoiret'],
    ['La testigo Belisandra Ocarrizo declaró el lunes.', 'name: Belisandra Ocarrizo'],
    ['Il contratto tra Ardelfo Mancarini e il proprietario scade.', 'name: Ardelfo Mancarini'],
    ['A fatura foi paga por Zildomar Quentelha.', 'name: Zildomar Quentelha'],
    ['volgens Jorrelien Havermans is er niets gestolen', 'name: Jorrelien Havermans'],
    ['Rozmawialiśmy z Zdobromir Kretkowiak wczoraj.', 'name: Zdobromir Kretkowiak'],
    ['Föraren, Torvald Skarngren, klarade sig.', 'name: Torvald Skarngren'],
  ],
  no: [
    'Der Wandertag fällt aus. Trinkbecher bitte trotzdem mitgeben.',
    'Versicherung bekannt, Ausweis-Nr. L850398513',
    'Le pont Mirabel est fermé, la clinique Sainte-Ode aussi.',
    'Kiedy gotowe, proszę z wnioskiem przyjść',
    'Das Bundesamt für Statistik und die Deutsche Post antworteten.',
    'Open the Control Panel and choose Advanced Settings.',
    'Le Conseil de Sécurité et la Cour de Justice',
    'La Banca Centrale alza i tassi.',
  ],
};

const ALL_CASES = {
  ...CASES,
  ...CASES_OF_BODIES,
  ...CASES_OF_FORMS,
  ...CASES_OF_LANGUAGES,
  ...CASES_OF_NUMBERS,
  ...CASES_OF_SECRETS,
};

describe('every recogniser', () => {
  it.each(recognisers.map(({ name }) => name))('%s finds its kind, and not what only looks like it', (name) => {
    const { yes, no } = ALL_CASES[name];
    for (const [text, expected] of yes) expect(found(text), text).toContain(expected);
    for (const text of no)
      expect(
        detector.find(text).filter((one) => one.recogniser === name),
        text,
      ).toEqual([]);
  });

  it('is tried by its cases', () => {
    expect(recognisers.map(({ name }) => name).toSorted()).toEqual(Object.keys(ALL_CASES).toSorted());
  });

  it('has a name of its own', () => {
    const names = recognisers.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('ordinary prose', () => {
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
  ])('holds nothing personal: %s', (text) => {
    expect(found(text)).toEqual([]);
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
    ['keys', '-----BEGIN PRIVATE KEY-----'.repeat(500)],
  ])('of %s take no longer than their length asks for', (_, text) => {
    const before = process.cpuUsage();
    detector.find(text);
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(4);
  });
});
