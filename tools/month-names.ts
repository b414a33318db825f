/**
 * Writes assets/dates/months.txt: how languages call the months beside a day and alone, by Unicode's CLDR as Node has it.
 * `node tools/month-names.ts`
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '..', 'assets', 'dates');

/** Without those that src/data/privacy/dates.ts knows with their short forms. */
const LANGUAGES =
  `af am ar ar-SY ar-MA ar-DZ ar-TN ar-IQ as az be bg bn bs ca cs cy da dz ee el eo et eu fa fa-AF ff fi fil fo ga gd gl gu ha he
hi hr hu hy id ig is ka kk km kn ko kok ky lb lg ln lo lt lv mg mi mk ml mn mr ms mt my nb ne nn om or pa ps qu rm ro ru rw sc sd
si sk sl so sq sr sr-Latn sn su sw ta te tg th ti tk to tr tt uk ur uz vi wo xh yo zu ceb`.split(/\s+/);
/** Their months, as English writes them. */
const CALENDARS = ['ethiopic', 'persian', 'islamic-umalqura', 'hebrew'];

/** What a month is called on some day of it, by both contexts. */
function namesOf(language: string, calendar: string): { month: number; name: string }[] {
  return [{ day: 'numeric', month: 'long', year: 'numeric' } as const, { month: 'long' } as const].flatMap((form) => {
    const format = new Intl.DateTimeFormat(language, { ...form, calendar, numberingSystem: 'latn', timeZone: 'UTC' });
    // Where Node does not know a language, it takes another one's names.
    if (format.resolvedOptions().locale.split('-')[0] !== language.split('-')[0]) return [];
    return Array.from({ length: 36 }, (_, tenth) => {
      const date = new Date(Date.UTC(2025, Math.floor(tenth / 3), 5 + 10 * (tenth % 3)));
      const name = format.formatToParts(date).find(({ type }) => type === 'month')!.value;
      return { month: Math.floor(tenth / 3) + 1, name: name.toLowerCase().normalize('NFC') };
    });
  });
}

/** Months that are one word, and no number. */
function isWord(name: string): boolean {
  return /^[\p{L}\p{M}'’]{2,}$/u.test(name);
}

const lines = [
  ...LANGUAGES.map((language) => ({ label: language, names: namesOf(language, 'gregory') })),
  ...CALENDARS.map((calendar) => ({ label: calendar, names: namesOf('en', calendar) })),
].flatMap(({ label, names }) => {
  const words = [...new Set(names.map(({ name }) => name))].filter(isWord);
  return words.length < 8 ? [] : [`${label} ${words.join(' ')}`];
});
mkdirSync(FOLDER, { recursive: true });
writeFileSync(join(FOLDER, 'months.txt'), `${lines.join('\n')}\n`);
console.log(`${lines.length} languages`);
