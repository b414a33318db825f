/** Days of the week before dates: part of them, since one that stays says by how many days a date was moved, but for weeks. */

/** From Monday, by language; of a name the first letters before a stop or a comma stand for it. */
const LANGUAGES: readonly (readonly string[])[] = [
  'monday tuesday wednesday thursday friday saturday sunday',
  'mon tue wed thu fri sat sun',
  'mon tues wed thurs fri sat sun',
  'montag dienstag mittwoch donnerstag freitag samstag sonntag',
  'montag dienstag mittwoch donnerstag freitag sonnabend sonntag',
  'mo di mi do fr sa so',
  'lundi mardi mercredi jeudi vendredi samedi dimanche',
  'lunes martes miércoles jueves viernes sábado domingo',
  'lunedì martedì mercoledì giovedì venerdì sabato domenica',
  'segunda terça quarta quinta sexta sábado domingo',
  'segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo',
  'maandag dinsdag woensdag donderdag vrijdag zaterdag zondag',
  'poniedziałek wtorek środa czwartek piątek sobota niedziela',
  'måndag tisdag onsdag torsdag fredag lördag söndag',
].map((line) => line.split(' '));

const NAMES = [...new Set(LANGUAGES.flat())].toSorted((a, b) => b.length - a.length);
/** Two letters are words too: only before a stop or a comma. */
const NAME = NAMES.map((name) => (name.length > 2 ? `${name}(?:\\.,|[.,])?` : `${name}(?:\\.,|[.,])`)).join('|');
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

/** The day of the week so many days later, in its own language and letters: "Fri, " → "Mon, ". */
export function moveWeekday(lead: string, days: number): string {
  const { day } = LEAD.exec(`${lead}0`)!.groups!;
  const name = day.replace(/[.,]+$/, '');
  const week = LANGUAGES.find((names) => names.includes(name.toLowerCase()))!;
  const moved = week[(((week.indexOf(name.toLowerCase()) + days) % 7) + 7) % 7];
  return likeCase(moved, name) + lead.slice(name.length);
}

function likeCase(word: string, model: string): string {
  if (model.length > 1 && model === model.toUpperCase()) return word.toUpperCase();
  return /^\p{Lu}/u.test(model) ? word[0].toUpperCase() + word.slice(1) : word;
}
