/**
 * Adjusts the ends of findings: identifiers become whole, weekdays are added, places within an address become an
 * address.
 */
import type { Finding } from './finding.ts';
import { isTown } from './gazetteer.ts';
import type { Kind } from './kinds.ts';
import type { Reading } from './reading.ts';
import { withWeekday } from './shapes/date.ts';

/**
 * Kinds whose values are ordinary words. A finding of any other kind is extended to the next space, so that no part of
 * it is left.
 */
const WORDS: ReadonlySet<Kind> = new Set<Kind>([
  'name',
  'address',
  'city',
  'postcode',
  'date',
  'age',
  'biometric',
  'photo',
]);
const [VIN, LEAST_AGE] = [17, 90];

export function trimmed(reading: Reading, one: Finding): Finding[] {
  if (one.kind === 'date') return [{ ...one, ...withWeekday(reading, one) }];
  if (one.recogniser !== 'tagger') return [one];
  const { text } = reading;
  const whole = WORDS.has(one.kind) ? one : widened(text, one);
  const value = text.slice(whole.start, whole.end);
  if (one.kind === 'address' && !/\d/.test(value) && isTown(value)) return [{ ...whole, kind: 'city' }];
  if (one.kind === 'plate' && value.replaceAll(/[ -]/g, '').length === VIN) return [{ ...whole, kind: 'vin' }];
  if (one.kind === 'age' && /^\d+$/.test(value) && Number(value) < LEAST_AGE) return [];
  return [whole];
}

const LETTER = /[\p{L}\p{N}]/u;
const MOST_WIDER = 40;

/** Extends an end over adjacent letters and digits, also across one hyphen, full stop or slash. */
function widened(text: string, one: Finding): Finding {
  let { start, end } = one;
  for (let left = MOST_WIDER; left > 0 && start > 0 && isInner(text, start - 1, -1); left--) start--;
  for (let left = MOST_WIDER; left > 0 && end < text.length && isInner(text, end, 1); left--) end++;
  return { ...one, start, end };
}

function isInner(text: string, at: number, step: 1 | -1): boolean {
  const code = text.charCodeAt(at);
  if (code >= 0xe00) return false;
  return LETTER.test(text[at]) || (/[-./_]/.test(text[at]) && LETTER.test(text[at + step] ?? ' '));
}
