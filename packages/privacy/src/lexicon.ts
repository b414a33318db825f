/** The words of all languages and of the user's lexicon files together. */
import { languages, type Language } from './language.ts';
import { Terms } from './terms.ts';
import { fold } from './tokens.ts';

/** The number of letters that abbreviate a month's name. */
const SHORT_MONTH = 3;

export class Lexicon {
  readonly terms: Terms;
  readonly #months = new Map<string, number>();
  readonly #weekdays = new Set<string>();

  constructor(all: readonly Language[]) {
    this.terms = new Terms(all);
    for (const { months, other_months: others, weekdays } of all) {
      for (const name of others) this.#addMonth(fold(name), 0);
      for (const names of months) for (const [index, name] of names.entries()) this.#addMonth(fold(name), index + 1);
      for (const names of weekdays) for (const name of names) this.#weekdays.add(fold(name));
    }
    // Only languages with a complete lexicon: in hundreds of others, month names are also ordinary words.
    for (const { months } of all.filter(({ weekdays }) => weekdays.length > 0))
      for (const names of months)
        for (const [index, name] of names.entries()) {
          const short = fold(name).slice(0, SHORT_MONTH);
          if (short.length === SHORT_MONTH && /^[a-z]/.test(short)) this.#addMonth(short, index + 1);
        }
  }

  #addMonth(folded: string, month: number): void {
    if (!this.#months.has(folded)) this.#months.set(folded, month);
  }

  /** 1 to 12; 0 for a month of another calendar; undefined where no language has such a month. */
  monthOf(folded: string): number | undefined {
    return this.#months.get(folded) ?? this.#months.get(folded.replace(/['-].*$/, ''));
  }

  isWeekday(folded: string): boolean {
    return this.#weekdays.has(folded);
  }
}

let shipped: Lexicon | undefined;

/** The lexicon of the package's languages and of additional files. */
export function lexiconOf(more: readonly Language[] = []): Lexicon {
  if (more.length > 0) return new Lexicon([...languages(), ...more]);
  shipped ??= new Lexicon(languages());
  return shipped;
}
