/** Days of the week before dates: part of them, since one that stays says by how many days a date was moved, but for weeks. */

/** Days from Monday, and the place of their language among those of months. */
interface Week {
  language: number;
  names: readonly string[];
}

const week = (language: number, names: string): Week => ({ language, names: names.split(' ') });

const WHOLE: readonly Week[] = [
  week(0, 'monday tuesday wednesday thursday friday saturday sunday'),
  week(0, 'mon tue wed thu fri sat sun'),
  week(0, 'mon tues wed thurs fri sat sun'),
  week(1, 'montag dienstag mittwoch donnerstag freitag samstag sonntag'),
  week(1, 'montag dienstag mittwoch donnerstag freitag sonnabend sonntag'),
  week(2, 'lundi mardi mercredi jeudi vendredi samedi dimanche'),
  week(3, 'lunes martes miércoles jueves viernes sábado domingo'),
  week(4, 'lunedì martedì mercoledì giovedì venerdì sabato domenica'),
  week(5, 'maandag dinsdag woensdag donderdag vrijdag zaterdag zondag'),
  week(6, 'poniedziałek wtorek środa czwartek piątek sobota niedziela'),
  week(7, 'måndag tisdag onsdag torsdag fredag lördag söndag'),
  week(8, 'segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo'),
  week(8, 'segunda terça quarta quinta sexta sábado domingo'),
  week(9, 'mandag tirsdag onsdag torsdag fredag lørdag søndag'),
  week(10, 'pondělí úterý středa čtvrtek pátek sobota neděle'),
  week(11, 'pazartesi salı çarşamba perşembe cuma cumartesi pazar'),
];
/** These are words and names too: only before a stop or a comma. */
const SHORT: readonly Week[] = [
  week(1, 'mo di mi do fr sa so'),
  week(2, 'lun mar mer jeu ven sam dim'),
  week(3, 'lun mar mié jue vie sáb dom'),
  week(4, 'lun mar mer gio ven sab dom'),
  week(5, 'ma di wo do vr za zo'),
  week(6, 'pon wt śr czw pt sob niedz'),
  week(7, 'mån tis ons tors fre lör sön'),
  week(8, 'seg ter qua qui sex sáb dom'),
];

/** The longest first, of which shorter ones are the beginning. */
const namesOf = (weeks: readonly Week[]): string =>
  [...new Set(weeks.flatMap(({ names }) => names))].toSorted((a, b) => b.length - a.length).join('|');
const MARK = String.raw`(?:\.,|[.,])`;
const NAME = `(?:${namesOf(WHOLE)})${MARK}?|(?:${namesOf(SHORT)})${MARK}`;
const ARTICLE = '(?:(?:the|den|dem|der|le|el|il|de|dnia)\\s)?';
const BEFORE = new RegExp(`(?<![\\p{L}\\p{N}-])(?:${NAME})\\s${ARTICLE}$`, 'iu');
const LEAD = new RegExp(`^(?<day>${NAME})\\s${ARTICLE}(?=\\S)`, 'iu');
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
  const having = [...WHOLE, ...SHORT].filter(({ names }) => names.includes(name));
  if (having.length === 0) return lead;
  const { names } = having.find(({ language }) => languages.includes(language)) ?? having[0];
  const moved = names[(((names.indexOf(name) + days) % 7) + 7) % 7];
  return likeCase(moved, written) + lead.slice(written.length);
}

function likeCase(word: string, model: string): string {
  if (model.length > 1 && model === model.toUpperCase()) return word.toUpperCase();
  return /^\p{Lu}/u.test(model) ? word[0].toUpperCase() + word.slice(1) : word;
}
