/** Names of months and weekdays by language, from the lexicon's files. */
import { languages } from './language.ts';

export interface Calendar {
  language: string;
  months: readonly string[];
  weeks: readonly (readonly string[])[];
  shortWeeks: readonly (readonly string[])[];
}

/** Precedence of the languages for names that several of them share. */
const FIRST = ['en', 'de', 'fr', 'es', 'it', 'nl', 'pl', 'sv', 'pt'];

let all: readonly Calendar[] | undefined;

/** One entry for each list of months of a language. The weekdays are with the first. */
export function calendars(): readonly Calendar[] {
  all ??= languages()
    .toSorted((one, other) => rank(one.name) - rank(other.name))
    .flatMap(({ name, months, weekdays, short_weekdays: short }) =>
      (months.length === 0 ? [[]] : months).map((names, index) => ({
        language: name,
        months: names.map((month) => month.toLowerCase()),
        weeks: index === 0 ? weekdays : [],
        shortWeeks: index === 0 ? short : [],
      })),
    );
  return all;
}

function rank(language: string): number {
  const place = FIRST.indexOf(language);
  return place < 0 ? FIRST.length : place;
}
