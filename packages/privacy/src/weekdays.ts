/** Weekdays next to dates: an unchanged one would reveal, modulo 7, by how many days the date was shifted. */
import { calendars } from './calendars.ts';

interface Week {
  language: string;
  /** Monday first. */
  names: readonly string[];
}

const ARTICLE = String.raw`(?:(?:the|den|dem|der|le|el|il|de|dnia|dia|dne|d\.)\s)?`;
const MARK = String.raw`(?:\.,|[.,])`;

function weeks(): Week[] {
  return calendars().flatMap(({ language, weeks: whole, shortWeeks }) =>
    [...whole, ...shortWeeks].map((names) => ({ language, names })),
  );
}

/** The longest first, since a shorter one can be its beginning. */
function namesOf(all: readonly (readonly string[])[]): string {
  return [...new Set(all.flat())].toSorted((a, b) => b.length - a.length).join('|');
}

let compiled: { lead: RegExp; trail: RegExp; day: RegExp } | undefined;

/** Short names are also words and first names: they count only before a full stop or a comma. */
function patterns(): { lead: RegExp; trail: RegExp; day: RegExp } {
  const whole = namesOf(calendars().flatMap(({ weeks: some }) => some));
  const short = namesOf(calendars().flatMap(({ shortWeeks }) => shortWeeks));
  compiled ??= {
    lead: new RegExp(`^(?:(?:${whole})${MARK}?|(?:${short})${MARK})\\s${ARTICLE}(?=\\S)`, 'iu'),
    trail: new RegExp(`(?:\\.?,)?\\s\\(?(?:${whole})$`, 'iu'),
    day: new RegExp(`${whole}|${short}`, 'iu'),
  };
  return compiled;
}

/** A date, with the text between it and its weekday; undefined where there is none. */
export function splitWeekday(text: string): { lead: string; date: string; trail: string } | undefined {
  const { lead: LEAD, trail: TRAIL } = patterns();
  const lead = LEAD.exec(text)?.[0] ?? '';
  const trail = lead === '' ? (TRAIL.exec(text)?.[0] ?? '') : '';
  if (lead === '' && trail === '') return undefined;
  return { lead, date: text.slice(lead.length, text.length - trail.length), trail };
}

/**
 * The weekday `days` later, in its own language and spelling: "Fri, " → "Mon, ". `languages` are those of the month:
 * they decide where several languages have a weekday of this name.
 */
export function moveWeekday(part: string, { days, languages }: { days: number; languages: readonly string[] }): string {
  const match = patterns().day.exec(part);
  if (match === null) return part;
  const [written] = match;
  // Old print uses the long s.
  const name = written.normalize('NFKC').toLowerCase();
  const having = weeks().filter(({ names }) => names.includes(name));
  if (having.length === 0) return part;
  const { names } = having.find(({ language }) => languages.includes(language)) ?? having[0];
  const moved = names[(((names.indexOf(name) + days) % 7) + 7) % 7];
  return part.slice(0, match.index) + likeCase(moved, written) + part.slice(match.index + written.length);
}

function likeCase(word: string, model: string): string {
  if (model.length > 1 && model === model.toUpperCase()) return word.toUpperCase();
  return /^\p{Lu}/u.test(model) ? word[0].toUpperCase() + word.slice(1) : word;
}
