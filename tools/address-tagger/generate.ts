/** Invented addresses of all countries in sentences, and sentences with numbers in which no address stands. */
import { valueOf, type Draws } from '../pii-development/values.ts';
import { blocksOf, textOf } from './grammar.ts';
import { allLines, readText, type Line } from './lines.ts';
import { date, houseNumber, IDENTIFIERS } from './values.ts';
import { smallWord, type CountryWords, type Words } from './words.ts';

export interface Sentence {
  text: string;
  /** Stretches of addresses and of towns that somebody lives in. */
  spans: { start: number; end: number }[];
  country: string;
  language: string;
}

interface Country extends CountryWords {
  code: string;
  locale: string;
  /** In its own script. */
  isNative: boolean;
  /** How many of a hundred addresses go from the largest to the smallest. */
  reversed: number;
  forms: Record<'S' | 'U' | 'L' | 'T' | 'P' | 'W', string[]>;
}

const ALWAYS = 100;

/** Countries that half of all addresses are of, and the languages that are written there. */
const MAIN: Record<string, readonly string[]> = {
  US: ['en'],
  GB: ['en'],
  IE: ['en'],
  AU: ['en'],
  NZ: ['en'],
  CA: ['en', 'en', 'fr'],
  IN: ['en', 'en', 'hi'],
  ZA: ['en'],
  DE: ['de'],
  AT: ['de'],
  CH: ['de', 'de', 'fr', 'it'],
  FR: ['fr'],
  BE: ['nl', 'fr'],
  NL: ['nl'],
  ES: ['es'],
  MX: ['es'],
  AR: ['es'],
  CL: ['es'],
  CO: ['es'],
  PT: ['pt'],
  BR: ['pt'],
  IT: ['it'],
  PL: ['pl'],
  CZ: ['cs'],
  SE: ['sv'],
  DK: ['da'],
  NO: ['nb'],
  TR: ['tr'],
};
const MAIN_SHARE = 55;
/** Of a hundred sentences of a main country. */
const IN_ITS_LANGUAGE = 65;

/** The last in scripts without spaces: what is larger stands first. */
const REVERSED: Record<string, number> = { R1: 12, R2: 50, R3: 60, R4: 50, R5: ALWAYS };

function countriesOf(words: Words): Country[] {
  return blocksOf(readText('countries.txt')).map(({ title, lines }) => {
    const [code, locale, native] = title.split(' ');
    const isNative = native === 'native';
    const forms: Country['forms'] = { S: [], U: [], L: [], T: [], P: [], W: [] };
    let reversed = 0;
    for (const line of lines) {
      if (line in REVERSED) reversed = REVERSED[line];
      else forms[line[0] as keyof Country['forms']].push(...line.slice(2).split(' ; '));
    }
    return {
      code,
      locale,
      reversed,
      forms,
      isNative,
      ...words.country(code, locale, isNative ? (forms.W[0]?.split(' ') ?? []) : undefined),
    };
  });
}

/** Streets that are spoken of. */
const SUBJECTS = [
  'Wall Street',
  'Downing Street',
  'Abbey Road',
  'Broadway',
  'Reeperbahn',
  'Sesame Street',
  'Fifth Avenue',
  'La Rambla',
  'Unter den Linden',
  'Bond Street',
];

function capital(word: string): string {
  return word === '' ? word : word[0].toUpperCase() + word.slice(1);
}

export class Generator {
  readonly countries: readonly Country[];
  readonly #latin: readonly Country[];
  readonly #main: readonly Country[];
  readonly #draws: Draws;
  readonly #carriers: readonly Line[];
  readonly #decoys: readonly Line[];
  readonly #small: readonly string[];

  constructor(words: Words, draws: Draws) {
    this.#draws = draws;
    this.countries = countriesOf(words);
    this.#latin = this.countries.filter(({ isNative }) => !isNative);
    this.#main = this.#latin.filter(({ code }) => code in MAIN);
    const { carriers, decoys } = allLines();
    this.#carriers = carriers;
    this.#decoys = decoys;
    this.#small = [...this.#carriers, ...this.#decoys]
      .filter(({ isNative }) => isNative !== true)
      .flatMap(({ line }) => line.match(/(?<![{\p{L}])\p{Ll}{2,}(?![}\p{L}])/gu) ?? []);
  }

  /** One sentence with an address, of a country and in a language that were not left out. */
  carried(left: ReadonlySet<string>): Sentence {
    const country = this.#country(left);
    const { line, language } = this.#lineOf(this.#carriers, country, left);
    return this.#finished(this.#among(line, country, left), language, country);
  }

  decoy(left: ReadonlySet<string>): Sentence {
    const country = this.#country(left);
    const { line, language } = this.#lineOf(this.#decoys, country, left);
    return this.#finished(this.#among(line, country, left), language, country);
  }

  /** In a country's own script only sentences of its language, and those of none. */
  #lineOf(lines: readonly Line[], country: Country, left: ReadonlySet<string>): Line {
    const draws = this.#draws;
    if (country.isNative || draws.below(100) < 20) {
      const own = lines.filter(({ language, isNative }) =>
        country.isNative && isNative ? country.locale.startsWith(language) : language === 'any',
      );
      return draws.of(own);
    }
    const own = country.code in MAIN && draws.below(100) < IN_ITS_LANGUAGE ? draws.of(MAIN[country.code]) : undefined;
    for (;;) {
      const line = draws.of(lines);
      if (line.isNative || left.has(line.language)) continue;
      if (own === undefined || line.language === own || left.has(own)) return line;
    }
  }

  /** Alone for the most part, at times between sentences in which no address stands. */
  #among(line: string, country: Country, left: ReadonlySet<string>): string {
    const draws = this.#draws;
    const other = (): string => this.#lineOf(this.#decoys, country, left).line;
    const gap = draws.of([' ', ' ', '\n', '. ']);
    const before = draws.below(100) < 22 ? `${other()}${gap}` : '';
    return `${before}${line}${draws.below(100) < 22 ? `${gap}${other()}` : ''}`;
  }

  #country(left: ReadonlySet<string>): Country {
    for (;;) {
      const country = this.#draws.of(this.#draws.below(100) < MAIN_SHARE ? this.#main : this.countries);
      if (!left.has(country.code)) return country;
    }
  }

  #finished(line: string, language: string, country: Country): Sentence {
    const draws = this.#draws;
    let [text, at] = ['', 0];
    const spans: Sentence['spans'] = [];
    for (const { 0: slot, index } of line.matchAll(/\{[AH]\}/g)) {
      text += this.#plain(line.slice(at, index), country);
      at = index + slot.length;
      const value = slot === '{A}' ? this.address(country) : this.#town(country);
      // Columns of a table stand apart.
      spans.push({ start: text.length, end: text.length + value.length });
      text += value;
    }
    text += this.#plain(line.slice(at), country);
    return { ...this.#inCase(text, spans, draws.below(100)), country: country.code, language };
  }

  /** As it stands, in small letters, or in capitals; what grows longer by it stays as it is. */
  #inCase(text: string, spans: Sentence['spans'], chance: number): { text: string; spans: Sentence['spans'] } {
    const change = (from: string): string => {
      const other = chance < 16 ? from.toLowerCase() : from.toUpperCase();
      return other.length === from.length ? other : from;
    };
    if (chance >= 30) return { text, spans };
    if (chance < 10 || (chance >= 16 && chance < 23)) return { text: change(text), spans };
    let changed = text;
    for (const { start, end } of spans)
      changed = changed.slice(0, start) + change(text.slice(start, end)) + changed.slice(end);
    return { text: changed, spans };
  }

  #plain(pattern: string, country: Country): string {
    return textOf(pattern, this.#draws, (slot) => this.#slot(slot, country));
  }

  address(country: Country): string {
    const draws = this.#draws;
    const { S, U, L, T } = country.forms;
    const fill = (slot: string): string => this.#slot(slot, country);
    let street = textOf(draws.of(S), draws, fill);
    if (U.length > 0 && draws.below(100) < 28) {
      const unit = textOf(draws.of(U), draws, fill);
      street = unit.includes('^') ? unit.replace('^', street) : street + unit;
    }
    if (L.length > 0)
      for (let chance = draws.below(100); chance < 38; chance += 24) street += textOf(draws.of(L), draws, fill);
    const needsTown = !/\d/.test(street);
    if (!needsTown && draws.below(100) < 22) return tidy(street);
    const town = textOf(draws.of(T), draws, fill);
    if (country.reversed === ALWAYS)
      return tidy(`${town}${country.locale === 'ko' ? ' ' : draws.of(['', '', ' '])}${street}`);
    if (draws.below(100) < country.reversed) return tidy(`${town}${draws.of([', ', ', ', ' ', '\n'])}${street}`);
    const between = draws.below(100);
    const gap =
      between < 72
        ? ', '
        : between < 86
          ? '\n'
          : between < 93
            ? ' '
            : draws.of([' - ', ' – ', '; ', ' · ', ',', ',\n', ' / ']);
    return tidy(`${street}${/^(?:in|à|en|em|w|we|v|ve|u|i|í|på|te|a) /.test(town) ? ' ' : gap}${town}`);
  }

  #town(country: Country): string {
    const draws = this.#draws;
    return country.towns.length === 0 || draws.below(100) < 15 ? country.invented.name(draws) : draws.of(country.towns);
  }

  #proper(country: Country): string {
    const draws = this.#draws;
    const one = (): string => {
      const chance = draws.below(100);
      if (chance < 22 && country.family.length > 0) return draws.of(country.family);
      if (chance < 45 && country.nouns.length > 0) return draws.of(country.nouns);
      if (chance < 62) return this.#town(country);
      return country.invented.name(draws);
    };
    return draws.below(100) < 10 ? `${one()} ${one()}` : one();
  }

  #slot(slot: string, country: Country): string {
    if (slot.startsWith('v:')) return valueOf(slot.slice(2), this.#draws);
    if (slot === 'x') return Array.from({ length: 1 + this.#draws.below(4) }, () => this.#smallWord(country)).join(' ');
    if (slot === 'X') return capital(this.#smallWord(country));
    if (slot === 'w' || slot === 'd') return this.#proper(country);
    if (slot === 'c') return this.#town(country);
    if (slot === 'id') return textOf(this.#draws.of(IDENTIFIERS), this.#draws, (inner) => this.#slot(inner, country));
    return this.#numberOf(slot, country) ?? this.#listed(slot, country);
  }

  #numberOf(slot: string, { forms }: Country): string | undefined {
    const draws = this.#draws;
    if (slot === '#') return houseNumber(draws);
    if (slot === 's') return String(1 + draws.below([9, 20, 40][draws.below(3)]));
    if (slot === 'k') return String(1 + draws.below([12, 60, 180][draws.below(3)]));
    if (slot === 'p') return textOf(draws.of(forms.P), draws, () => '');
    return slot === 'D' ? date(draws) : undefined;
  }

  #listed(slot: string, { given, family, regions, shortRegions, invented }: Country): string {
    const draws = this.#draws;
    if (slot === 'r') return shortRegions.length > 0 ? draws.of(shortRegions) : textOf('@@', draws, () => '');
    if (slot === 'R') return regions.length > 0 ? draws.of(regions) : invented.name(draws);
    if (slot === 'g' || slot === 'G') return draws.of(given);
    if ('nFVf'.includes(slot)) return draws.of(family);
    if (slot === 'N') return `${draws.of(given)} ${draws.of(family)}`;
    if (slot === 'S') return draws.of(SUBJECTS);
    return draws.of(draws.below(3) > 0 ? family : given);
  }

  #smallWord(country: Country): string {
    const draws = this.#draws;
    if (country.isNative) return country.invented.name(draws);
    return draws.below(100) < 45 ? draws.of(this.#small) : smallWord(this.#latin, draws);
  }
}

function tidy(address: string): string {
  return address
    .replaceAll(/ {2,}/g, (gap) => (gap.length > 2 ? ' ' : gap))
    .replaceAll(/ ,/g, ',')
    .replace(/[,\s]+$/, '');
}
