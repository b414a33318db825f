/** The words of all languages together, and those of the user's own files. */
import { languages, type Language } from './language.ts';
import { Terms } from './terms.ts';
import { fold } from './tokens.ts';

/** Letters of a month's name that stand for it. */
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
    // Complete lexicons only: in hundreds of other languages, names of months are ordinary words.
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

  /** 1 to 12, 0 in other calendars; undefined where no language has such a month. */
  monthOf(folded: string): number | undefined {
    return this.#months.get(folded) ?? this.#months.get(folded.replace(/['-].*$/, ''));
  }

  isWeekday(folded: string): boolean {
    return this.#weekdays.has(folded);
  }
}

let shipped: Lexicon | undefined;

/** Lexicon of the package's languages, and of more. */
export function lexiconOf(more: readonly Language[] = []): Lexicon {
  if (more.length > 0) return new Lexicon([...languages(), ...more]);
  shipped ??= new Lexicon(languages());
  return shipped;
}
