/** Invented people for training. */
import type { Draws } from '../pii-development/values.ts';
import type { ThingDraws } from './decoys.ts';
import { Inventor, OWN_LETTERS, type Locale } from './names.ts';

/** How many of a hundred surnames behind titles are everyday words. */
const WORDS = 40;

/** Languages for whose countries there is no list of their own. */
const FEW_NAMES = new Set(['tl', 'sw', 'hi', 'sl', 'et', 'lt', 'sq', 'is', 'ca', 'vi', 'id', 'hr', 'af']);

/** {g} and {h} given names, {f} a surname. */
const NICKNAMED = ['{g} "{h}" {f}', '{g} “{h}” {f}', '{g} ({h}) {f}', '{g} «{h}» {f}', "{g} '{h}' {f}"];
const LOCAL_FORMS: Record<string, readonly string[]> = {
  es: ['Mª {g} {f}', 'M.ª {g} {f}', 'Ma. {g} {f}', 'Mª {g}', 'Ma. {g} {f} {f}', '{g} {f} de {f}', 'Fco. {g} {f}'],
  de: ['{g} „{h}“ {f}', '{g} von der {f}', '{g} Freiherr von {f}', '{g} Graf {f}', '{g} {f}-{f}'],
  nl: ["{g} van 't {f}", "{g} in 't {f}", '{g} van {f} - {f}', '{f}-{f}, {g}'],
  pt: ['{g} das {f}', '{g} {h} da {f} {f}', '{g} de {h} {f}', '{g} {f} Neto', '{g} {f} Filho', '{g} {f} Júnior'],
  it: ['{g} dal {f}', '{g} degli {f}', '{g} Lo {f}', '{f} {g} {h}'],
  fr: ['{g} {f} épouse {f}', '{g} {f}-{f}', '{f} {g} {h}', "M'{g} {f}"],
  sw: ['{g} wa {f}', '{g} bin {h}', '{g} binti {h}', '{g} {h} {f}'],
  id: ['{g} bin {h}', '{g} binti {h}', '{g} binte {h}', '{g} a/l {h}', '{g} a/p {h}', '{g} {h}'],
  hi: ['{g} {h}', '{g} Kumar {f}', '{g} s/o {h} {f}', '{f} {g}', '{h}. {g}'],
  vi: ['{f} {g} {h}', '{f} Thị {g}', '{f} Văn {g}', '{f} {g}'],
  en: [
    '{g} bin {h}',
    '{g} al-{f}',
    '{g} ibn {h}',
    '{g} {h} {f}',
    '{g}-{h} {f}',
    "{g} d'{f}",
    'Nana {g} {f}',
    '{g} arap {f}',
  ],
  ru: ['{f} {g} {h}ович', '{g} {h}ович {f}', '{g} {h}овна', '{f} {g} {h}овна', '{g} {h}евич', '{f} {g}', '{f} {g}'],
  uk: ['{f} {g} {h}ович', '{g} {h}івна {f}', '{f} {g}'],
  el: ['{f} {g}', '{g} {f}', '{f} {g} του {h}'],
  hu: ['{f} {g}', '{f} {g}né', '{f}né {f} {g}'],
};

interface Source extends Locale {
  newGiven: Inventor;
  newFamily: Inventor;
}

const PARTICLES: Record<string, readonly string[]> = {
  de: ['von', 'von der', 'zu'],
  fr: ['de', 'de la', 'du', 'Le', 'La'],
  es: ['de', 'de la', 'del', 'de los', 'y'],
  it: ['di', 'De', 'Di', 'Della', 'Lo'],
  pt: ['da', 'de', 'dos', 'do', 'e'],
  nl: ['van', 'van de', 'van den', 'van der', 'de', 'ter', 'Van', 'De'],
  sv: ['af', 'von'],
  en: ['Mc', 'O', 'de', 'van'],
  pl: ['de'],
};

/** Who is spoken of: names of lists, and such that no list has, in the forms that people write them in. */
export class People {
  readonly #sources: Map<string, Source>;
  readonly #things: ThingDraws;
  readonly #draws: Draws;

  constructor(locales: Map<string, Locale>, things: ThingDraws, draws: Draws) {
    this.#things = things;
    this.#draws = draws;
    this.#sources = new Map(
      [...locales].map(([language, locale]) => [
        language,
        { ...locale, newGiven: new Inventor(locale.given), newFamily: new Inventor(locale.family) },
      ]),
    );
  }

  #source(language: string): Source {
    if (OWN_LETTERS.has(language)) return this.#sources.get(language)!;
    const chance = this.#draws.below(100);
    return this.#sources.get(
      chance < (FEW_NAMES.has(language) ? 35 : 66)
        ? language
        : chance < 86
          ? 'world'
          : chance < 92
            ? 'other'
            : this.#draws.of([...this.#sources.keys()].filter((one) => !OWN_LETTERS.has(one))),
    )!;
  }

  given(language: string): string {
    const source = this.#source(language);
    const name = this.#draws.below(100) < 35 ? source.newGiven.name(this.#draws) : this.#draws.of(source.given);
    return this.#draws.below(100) < 6 ? `${name}-${this.#draws.of(source.given)}` : name;
  }

  family(language: string): string {
    const source = this.#source(language);
    const one = (): string =>
      this.#draws.below(100) < 55 ? source.newFamily.name(this.#draws) : this.#draws.of(source.family);
    const chance = this.#draws.below(100);
    const particles = PARTICLES[language] ?? [];
    if (chance < 7 && particles.length > 0) {
      const particle = this.#draws.of(particles);
      return particle === 'Mc' ? `Mc${one()}` : particle === 'O' ? `O'${one()}` : `${particle} ${one()}`;
    }
    if (chance < 12) return `${one()}-${one()}`;
    return one();
  }

  /** Surnames of which some are words of everyday language: "Frau Winter". */
  word(language: string, words: readonly string[]): string {
    return this.#draws.below(100) < WORDS ? this.#draws.of(words) : this.family(language);
  }

  full(language: string): string {
    const [given, family] = [this.given(language), this.family(language)];
    const chance = this.#draws.below(100);
    const hasTwoFamilies = (language === 'es' || language === 'pt') && this.#draws.below(100) < 45;
    if (this.#draws.below(100) < 3 && !OWN_LETTERS.has(language)) return this.#things.person() ?? `${given} ${family}`;
    if (this.#draws.below(100) < (OWN_LETTERS.has(language) ? 40 : 6)) return this.#local(given, language);
    if (hasTwoFamilies) return `${given} ${family} ${this.family(language)}`;
    if (chance < 5) return `${given} ${this.given(language)} ${family}`;
    if (chance < 8) return `${given} ${this.given(language)[0]}. ${family}`;
    if (chance < 11) return `${family}, ${given}`;
    if (chance < 14) return `${family} ${given}`;
    if (chance < 16) return `${given} ${family.toUpperCase()}`;
    if (chance < 18) return `${family.toUpperCase()} ${given}`;
    if (chance < 20) return `${given} ${family}`.toUpperCase();
    if (chance < 35) return this.#withInitials(given, family, language);
    return `${given} ${family}`;
  }

  /** As few countries' names are made: with nicknames, abbreviations, and words for "son of". */
  #local(given: string, language: string): string {
    const [one, family] = [this.given(language), this.family(language)];
    const own = LOCAL_FORMS[language];
    const form = own !== undefined && this.#draws.below(100) < 70 ? this.#draws.of(own) : this.#draws.of(NICKNAMED);
    return form.replaceAll('{g}', given).replaceAll('{h}', one).replaceAll('{f}', family);
  }

  #withInitials(given: string, family: string, language: string): string {
    const [first, second] = [given[0], this.given(language)[0]];
    const forms = [
      `${first}. ${family}`,
      `${first}. ${family}`,
      `${first} ${family}`,
      `${first}. ${second}. ${family}`,
      `${first}.${second}. ${family}`,
      `${first}.-${second}. ${family}`,
      `${first}${second} ${family}`,
      `${family}, ${first}.`,
      `${family}, ${first}. ${second}.`,
      `${family} ${first}.`,
      `${given} ${family[0]}.`,
    ];
    return this.#draws.of(forms);
  }
}
