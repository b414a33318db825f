/** Days of the week before dates: part of them, since one that stays says by how many days a date was moved, but for weeks. */

/** From Monday, in the order of the languages of months. */
const WHOLE: readonly (readonly string[])[] = [
  'monday tuesday wednesday thursday friday saturday sunday',
  'montag dienstag mittwoch donnerstag freitag samstag sonntag',
  'lundi mardi mercredi jeudi vendredi samedi dimanche',
  'lunes martes miércoles jueves viernes sábado domingo',
  'lunedì martedì mercoledì giovedì venerdì sabato domenica',
  'maandag dinsdag woensdag donderdag vrijdag zaterdag zondag',
  'poniedziałek wtorek środa czwartek piątek sobota niedziela',
  'måndag tisdag onsdag torsdag fredag lördag söndag',
  'segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo',
].map((line) => line.split(' '));
/** Other names of whole days, each with its language's place in the list above. */
const VARIANTS: readonly (readonly [language: number, names: readonly string[]])[] = [
  [1, 'montag dienstag mittwoch donnerstag freitag sonnabend sonntag'.split(' ')],
  [8, 'segunda terça quarta quinta sexta sábado domingo'.split(' ')],
];
const ENGLISH_SHORT = ['mon tue wed thu fri sat sun', 'mon tues wed thurs fri sat sun'].map((line) => line.split(' '));
/** These are words and names too: only before a stop or a comma. */
const SHORT: readonly (readonly [language: number, names: readonly string[]])[] = [
  [1, 'mo di mi do fr sa so'],
  [2, 'lun mar mer jeu ven sam dim'],
  [3, 'lun mar mié jue vie sáb dom'],
  [4, 'lun mar mer gio ven sab dom'],
  [5, 'ma di wo do vr za zo'],
  [6, 'pon wt śr czw pt sob niedz'],
  [7, 'mån tis ons tors fre lör sön'],
  [8, 'seg ter qua qui sex sáb dom'],
].map(([language, line]) => [Number(language), String(line).split(' ')] as const);

const WEEKS: readonly (readonly [language: number, names: readonly string[]])[] = [
  ...WHOLE.map((names, language) => [language, names] as const),
  ...VARIANTS,
  ...ENGLISH_SHORT.map((names) => [0, names] as const),
  ...SHORT,
];

const longestFirst = (lists: readonly (readonly string[])[]): string =>
  [...new Set(lists.flat())].toSorted((a, b) => b.length - a.length).join('|');
const MARK = String.raw`(?:\.,|[.,])`;
const FREE = longestFirst([...WHOLE, ...VARIANTS.map(([, names]) => names), ...ENGLISH_SHORT]);
const NAME = `(?:${FREE})${MARK}?|(?:${longestFirst(SHORT.map(([, names]) => names))})${MARK}`;
const ARTICLE = '(?:(?:the|den|dem|der|le|el|il|de|dnia)\\s)?';
const BEFORE = new RegExp(`(?<![\\p{L}\\p{N}-])(?<day>${NAME})\\s${ARTICLE}$`, 'iu');
const LEAD = new RegExp(`^(?<day>${NAME})(?<rest>\\s${ARTICLE})(?=\\S)`, 'iu');
/** "segunda-feira, the " and some. */
const REACH = 28;

/** Where a date that begins at `start` begins with its day of the week. */
export function withWeekday(text: string, start: number): number {
  return start - (BEFORE.exec(text.slice(Math.max(0, start - REACH), start))?.[0].length ?? 0);
}

/** What stands before a date, and the date; undefined where no day of the week does. */
export function splitWeekday(text: string): { lead: string; date: string } | undefined {
  const lead = LEAD.exec(text)?.[0];
  return lead === undefined ? undefined : { lead, date: text.slice(lead.length) };
}

/**
 * The day of the week so many days later, in its own language and letters: "Fri, " → "Mon, ". `languages`: the places
 * of those of the month, which decide where several have a day of this name.
 */
export function moveWeekday(lead: string, { days, languages }: { days: number; languages: readonly number[] }): string {
  const written = LEAD.exec(`${lead}0`)!.groups!.day.replace(/[.,]+$/, '');
  // Old print has a long s.
  const name = written.normalize('NFKC').toLowerCase();
  const having = WEEKS.filter(([, names]) => names.includes(name));
  if (having.length === 0) return lead;
  const [, week] = having.find(([own]) => languages.includes(own)) ?? having[0];
  const moved = week[(((week.indexOf(name) + days) % 7) + 7) % 7];
  return likeCase(moved, written) + lead.slice(written.length);
}

function likeCase(word: string, model: string): string {
  if (model.length > 1 && model === model.toUpperCase()) return word.toUpperCase();
  return /^\p{Lu}/u.test(model) ? word[0].toUpperCase() + word.slice(1) : word;
}
