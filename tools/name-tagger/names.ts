/** Invented people for training: faker's names, names of its syllables that no list has, and organisations. */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Draws } from '../pii-development/values.ts';

interface Faker {
  seed(value: number): void;
  person: { firstName(): string; lastName(): string };
}

export interface Locale {
  given: readonly string[];
  family: readonly string[];
}

const LOCALES: Record<string, readonly string[]> = {
  en: ['EN', 'EN_GB', 'EN_US', 'EN_AU', 'EN_IN', 'EN_NG', 'EN_ZA', 'EN_CA', 'EN_IE'],
  de: ['DE', 'DE_AT', 'DE_CH', 'TR'],
  fr: ['FR', 'FR_BE', 'FR_CH', 'FR_CA', 'FR_SN'],
  es: ['ES', 'ES_MX'],
  it: ['IT'],
  pt: ['PT_PT', 'PT_BR'],
  nl: ['NL', 'NL_BE'],
  pl: ['PL'],
  sv: ['SV', 'NB_NO', 'DA', 'FI'],
  da: ['DA'],
  nb: ['NB_NO'],
  fi: ['FI'],
  cs: ['CS_CZ', 'SK'],
  hu: ['HU'],
  ro: ['RO'],
  tr: ['TR', 'AZ'],
  id: ['ID_ID'],
  vi: ['VI'],
  tl: ['ES', 'EN'],
  sw: ['EN_NG', 'YO_NG', 'ZU_ZA', 'FR_SN'],
  hi: ['EN_IN', 'NE'],
  hr: ['HR', 'SR_RS_LATIN', 'BS_BA'],
  sk: ['SK', 'CS_CZ'],
  sl: ['HR', 'SL_SI'],
  et: ['FI', 'ET_EE'],
  lt: ['LV', 'LT'],
  lv: ['LV'],
  ca: ['ES'],
  sq: ['SQ', 'IT'],
  af: ['AF_ZA', 'NL'],
  is: ['DA', 'NB_NO'],
  ru: ['RU', 'MK'],
  uk: ['UK'],
  el: ['EL'],
  other: [
    'CS_CZ',
    'HU',
    'RO',
    'HR',
    'TR',
    'VI',
    'ID_ID',
    'SK',
    'LV',
    'AZ',
    'AF_ZA',
    'YO_NG',
    'SR_RS_LATIN',
    'ZU_ZA',
    'EN_IN',
    'EN_NG',
    'FR_SN',
    'EN_HK',
  ],
};
/** Names of many countries, written by hand. */
const WORLD = 'world';
const OF_A_LOCALE = 1500;

/** Languages of which only people of their own are written in their letters. */
export const OWN_LETTERS: ReadonlyMap<string, RegExp> = new Map([
  ['ru', /^\p{Lu}[\p{Script=Cyrillic} '’-]+$/u],
  ['uk', /^\p{Lu}[\p{Script=Cyrillic} '’-]+$/u],
  ['el', /^\p{Lu}[\p{Script=Greek} '’-]+$/u],
]);
const LATIN = /^\p{Lu}[\p{Script=Latin} '’-]+$/u;

/** Distinct names of faker's locales, by language. */
export async function localesOf(fakerFolder: string): Promise<Map<string, Locale>> {
  const fakers = (await import(pathToFileURL(`${fakerFolder}/dist/index.js`).href)) as Record<
    string,
    Faker | undefined
  >;
  const locales = new Map<string, Locale>();
  for (const [language, names] of Object.entries(LOCALES)) {
    const [given, family] = [new Set<string>(), new Set<string>()];
    for (const name of names) {
      const faker = fakers[`faker${name}`];
      if (faker === undefined) continue;
      faker.seed(7);
      for (let count = 0; count < OF_A_LOCALE; count++) {
        given.add(faker.person.firstName());
        family.add(faker.person.lastName());
      }
    }
    const letters = OWN_LETTERS.get(language) ?? LATIN;
    const isOwn = (name: string): boolean => letters.test(name);
    locales.set(language, { given: [...given].filter(isOwn), family: [...family].filter(isOwn) });
  }
  const world = (kind: string): string[] =>
    readFileSync(new URL(`lists/${kind}.txt`, import.meta.url), 'utf8')
      .trim()
      .split(/\s+/)
      .filter((name) => LATIN.test(name));
  locales.set(WORLD, { given: world('given'), family: world('family') });
  return locales;
}

const ORDER = 3;

/** New names with the letters in the order that those of a list have (a Markov chain of the third order). */
export class Inventor {
  readonly #next = new Map<string, string[]>();

  constructor(names: readonly string[]) {
    for (const name of names) {
      const padded = `${'^'.repeat(ORDER)}${name}$`;
      for (let at = ORDER; at < padded.length; at++) {
        const key = padded.slice(at - ORDER, at);
        const signs = this.#next.get(key);
        if (signs === undefined) this.#next.set(key, [padded[at]]);
        else signs.push(padded[at]);
      }
    }
  }

  name(draws: Draws): string {
    for (;;) {
      let name = '^'.repeat(ORDER);
      while (!name.endsWith('$') && name.length < 24) name += draws.of(this.#next.get(name.slice(-ORDER))!);
      const bare = name.slice(ORDER).replace('$', '');
      if (name.endsWith('$') && bare.length >= 3 && bare.length <= 14 && /^\p{Lu}\p{Ll}+/u.test(bare)) return bare;
    }
  }
}

const FIRMS = [
  '{F} GmbH',
  '{F} AG',
  '{F} & {F}',
  '{F} Ltd',
  '{F} Inc.',
  '{F} S.A.',
  '{F} S.p.A.',
  '{F} Sp. z o.o.',
  '{F} AB',
  '{F} B.V.',
  '{F} Lda.',
  '{F} & Co. KG',
  '{F} Brothers',
  'Banco {C}',
  'Banca {F}',
  'Bank {C}',
  'Université de {C}',
  'Universität {C}',
  'Klinikum {C}',
  'Hospital {C}',
  'Northwind Logistics',
  'Blue Harbour Insurance',
  'Nordlicht Versicherung',
  'Alpina Energie',
  'Grupo Solaris',
  'Gruppo Aurora',
  'Novatel',
  'Zentrale Leasing',
  'Mutuelle des Alpes',
  'Seguros Atlántida',
  'Assicurazioni Levante',
  'Zorggroep Noord',
  'Towarzystwo Polonia',
  'Sparbanken Syd',
  'Fundação {F}',
  'Fundación {F}',
  'Stiftung {F}',
  'Stichting {F}',
  'Caisse d’Épargne',
  'Volksbank {C}',
  'Stadtwerke {C}',
  'University of {C}',
  '{C} City Council',
];

/** Offices and the like, with a noun of the language for {D}. */
const OFFICES: Record<string, readonly string[]> = {
  en: [
    'Department of {D}',
    'Court of {D}',
    '{D} Council',
    '{D} Office',
    'Institute of {D}',
    '{D} Group',
    'the {D} Act',
    '{D} and {D}',
    'Bank of {D}',
    'High Court',
  ],
  de: [
    'Bundesamt für {D}',
    'Amt für {D}',
    '{D}kasse',
    'Hohe {D}',
    'Ministerium für {D}',
    'Institut für {D}',
    'Deutsche {D}',
    'Verband der {D}',
  ],
  fr: [
    'Ministère de la {D}',
    'Cour de {D}',
    'Conseil de {D}',
    'Banque de {D}',
    'Agence {D}',
    'Institut de {D}',
    'Société {D}',
    'Tribunal de {D}',
  ],
  es: [
    'Ministerio de {D}',
    'Tribunal de {D}',
    'Consejo de {D}',
    'Banco de {D}',
    'Agencia {D}',
    'Instituto de {D}',
    'Junta de {D}',
  ],
  it: [
    'Ministero della {D}',
    'Corte di {D}',
    'Consiglio di {D}',
    "Banca d'{D}",
    'Agenzia {D}',
    'Istituto di {D}',
    'Regione {D}',
  ],
  pt: [
    'Ministério da {D}',
    'Tribunal de {D}',
    'Conselho de {D}',
    'Banco de {D}',
    'Agência {D}',
    'Instituto de {D}',
    'Câmara de {D}',
  ],
  nl: [
    'Ministerie van {D}',
    'Hoge {D}',
    'Raad van {D}',
    'Bank voor {D}',
    'Instituut {D}',
    'Dienst {D}',
    'Nederlandse {D}',
  ],
  pl: [
    'Ministerstwo {D}',
    'Sąd {D}',
    'Rada {D}',
    'Bank {D}',
    'Agencja {D}',
    'Instytut {D}',
    'Urząd {D}',
    'Narodowy {D}',
  ],
  sv: ['{D}myndigheten', 'Högsta {D}', '{D}rådet', '{D}banken', 'Svenska {D}', 'Institutet för {D}', 'Region {D}'],
};

/** The form of an organisation's name. */
export function firmOf(language: string, draws: Draws): string {
  return draws.below(100) < 45 && language in OFFICES ? draws.of(OFFICES[language]) : draws.of(FIRMS);
}
