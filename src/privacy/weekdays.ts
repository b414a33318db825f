/** Days of the week beside dates: part of them, since one that stays says by how many days a date was moved, but for weeks. */

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
  week(12, 'maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai'),
  week(13, 'hétfő kedd szerda csütörtök péntek szombat vasárnap'),
  week(14, 'luni marți miercuri joi vineri sâmbătă duminică'),
  week(15, 'δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή'),
  week(16, 'понедельник вторник среда четверг пятница суббота воскресенье'),
  week(17, 'понеділок вівторок середа четвер п’ятниця субота неділя'),
  // As the cases of a language write them
  week(6, 'poniedziałek wtorek środę czwartek piątek sobotę niedzielę'),
  week(6, 'poniedziałku wtorku środy czwartku piątku soboty niedzieli'),
  week(7, 'måndagen tisdagen onsdagen torsdagen fredagen lördagen söndagen'),
  week(9, 'mandagen tirsdagen onsdagen torsdagen fredagen lørdagen søndagen'),
  week(10, 'pondělí úterý středu čtvrtek pátek sobotu neděli'),
  week(10, 'pondělka úterka středy čtvrtka pátku soboty neděle'),
  week(12, 'maanantaina tiistaina keskiviikkona torstaina perjantaina lauantaina sunnuntaina'),
  week(13, 'hétfőn kedden szerdán csütörtökön pénteken szombaton vasárnap'),
  week(16, 'понедельник вторник среду четверг пятницу субботу воскресенье'),
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
  week(9, 'man tir ons tor fre lør søn'),
  week(10, 'po út st čt pá so ne'),
];

/** The longest first, of which shorter ones are the beginning. */
const namesOf = (weeks: readonly Week[]): string =>
  [...new Set(weeks.flatMap(({ names }) => names))].toSorted((a, b) => b.length - a.length).join('|');
/** No words of these languages, so that no stop need follow. */
const PLAIN = 'mån|tis|ons|tors|fre|lör|sön|tir|lør|søn|śr|czw|niedz|jue|vie|sáb|mié|jeu';
const MARK = String.raw`(?:\.,|[.,])`;
const NAME = `(?:${namesOf(WHOLE)}|${PLAIN})${MARK}?|(?:${namesOf(SHORT)})${MARK}`;
const ARTICLE = String.raw`(?:(?:the|den|dem|der|le|el|il|de|dnia|dia|dne|d\.)\s)?`;
const BEFORE = new RegExp(`(?<![\\p{L}\\p{N}-])(?:${NAME})\\s${ARTICLE}$`, 'iu');
/** These count things in Portuguese: "5 de maio, segunda fase". */
const BEHIND = new RegExp(
  `^(?:\\.?,)?\\s\\(?(?!(?:segunda|terça|quarta|quinta|sexta)(?!-))(?:${namesOf(WHOLE)})(?![\\p{L}-])`,
  'iu',
);
const LEAD = new RegExp(`^(?:${NAME})\\s${ARTICLE}(?=\\S)`, 'iu');
const TRAIL = new RegExp(`(?:\\.?,)?\\s\\(?(?:${namesOf(WHOLE)})$`, 'iu');
const DAY = new RegExp(`${namesOf(WHOLE)}|${namesOf(SHORT)}`, 'iu');
/** "segunda-feira, the " and some. */
const REACH = 28;

interface Stretch {
  start: number;
  end: number;
}

/** A date with its day of the week, which stands before it or behind. */
export function withWeekday(text: string, { start, end }: Stretch): Stretch {
  const before = BEFORE.exec(text.slice(Math.max(0, start - REACH), start))?.[0].length ?? 0;
  const behind = before > 0 ? 0 : (BEHIND.exec(text.slice(end, end + REACH))?.[0].length ?? 0);
  return { start: start - before, end: end + behind };
}

/** A date, and what stands before or behind it to its day of the week; undefined where there is none. */
export function splitWeekday(text: string): { lead: string; date: string; trail: string } | undefined {
  const lead = LEAD.exec(text)?.[0] ?? '';
  const trail = lead === '' ? (TRAIL.exec(text)?.[0] ?? '') : '';
  if (lead === '' && trail === '') return undefined;
  return { lead, date: text.slice(lead.length, text.length - trail.length), trail };
}

/**
 * The day of the week so many days later, in its own language and letters: "Fri, " → "Mon, ". `languages`: the places
 * of those of the month, which decide where several have a day of this name.
 */
export function moveWeekday(part: string, { days, languages }: { days: number; languages: readonly number[] }): string {
  const match = DAY.exec(part);
  if (match === null) return part;
  const [written] = match;
  // Old print has a long s.
  const name = written.normalize('NFKC').toLowerCase();
  const having = [...WHOLE, ...SHORT].filter(({ names }) => names.includes(name));
  if (having.length === 0) return part;
  const { names } = having.find(({ language }) => languages.includes(language)) ?? having[0];
  const moved = names[(((names.indexOf(name) + days) % 7) + 7) % 7];
  return part.slice(0, match.index) + likeCase(moved, written) + part.slice(match.index + written.length);
}

function likeCase(word: string, model: string): string {
  if (model.length > 1 && model === model.toUpperCase()) return word.toUpperCase();
  return /^\p{Lu}/u.test(model) ? word[0].toUpperCase() + word.slice(1) : word;
}
