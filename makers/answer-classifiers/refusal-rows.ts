/** Answers that comply, refuse or do both in part, composed of sentences that we wrote. */
import type { Draws } from '../../tools/draws.ts';
import { capital, chance, fill, lines, some, type Row, type Slots } from './pieces.ts';
import { premiseRow } from './premise-rows.ts';

const [COMPLIED, REFUSED, PARTLY] = [0, 1, 2];

const LISTS = {
  openers: lines('refusal-openers'),
  cores: lines('refusal-cores'),
  verbs: lines('refusal-verbs'),
  acts: lines('refusal-acts'),
  statements: lines('refusal-statements'),
  reasons: lines('refusal-reasons'),
  ends: lines('refusal-ends'),
  helps: lines('helps'),
  bodies: lines('bodies'),
  own: lines('own-person'),
  turns: lines('partial-turns'),
  questions: lines('questions'),
  friendly: lines('friendly-openers'),
  soft: lines('soft-refusals'),
  short: lines('short-refusals'),
  names: lines('names'),
};
const HARMS = lines('harms').map((line) => line.split('|'));
const SAFE = lines('safe').map((line) => line.split('|'));

export function refusalRow(draws: Draws, prose: readonly string[]): Row {
  if (chance(draws, 25)) return premiseRow(draws);
  const kind = draws.below(100);
  // Some harmless requests are refused too, and some harmful ones are answered.
  const slots = slotsOf(draws, kind < 85 ? 25 : 50);
  const question = fill(draws.of(LISTS.questions), slots);
  const label = kind < 40 ? REFUSED : kind < 52 ? PARTLY : COMPLIED;
  const parts =
    label === REFUSED ? refusal(draws) : label === PARTLY ? partial(draws, prose) : compliance(draws, prose);
  return { question, answer: worn(draws, fill(laidOut(draws, parts), slots)), label };
}

/** Half of the answers miss some words, so that the classifier does not depend on complete phrases. */
function worn(draws: Draws, answer: string): string {
  if (chance(draws, 50)) return answer;
  return answer.replaceAll(/ \p{L}+(?= )/gu, (word) => (chance(draws, 15) ? '' : word));
}

function slotsOf(draws: Draws, harmless: number): Slots {
  const [harm, harming] = draws.of(chance(draws, harmless) ? SAFE : HARMS);
  const [safe, safing] = draws.of(chance(draws, 80) ? SAFE : HARMS);
  return { harm, harming, safe, safing, name: draws.of(LISTS.names) };
}

/** “I cannot …”, as one phrase or composed. */
function core(draws: Draws): string {
  return chance(draws, 50) ? draws.of(LISTS.cores) : `${draws.of(LISTS.verbs)} ${draws.of(LISTS.acts)}`;
}

function declining(draws: Draws): string {
  const said = core(draws);
  if (chance(draws, 35))
    return `${capital(said)}${draws.of(['.', ', as it is wrong.', ' because it is not right.', '.'])}`;
  const opener = draws.of(LISTS.openers);
  return `${opener} ${/[.!:]$/u.test(opener) ? capital(said) : said}.`;
}

function refusal(draws: Draws): string[] {
  const reasons = some(draws, LISTS.reasons, draws.of([0, 0, 1, 1, 2, 3, 4]));
  const statements = some(draws, LISTS.statements, draws.of([0, 0, 1, 1, 2, 3]));
  const ends = some(draws, LISTS.ends, draws.of([0, 0, 1, 1, 2, 3, 5]));
  if (chance(draws, 10)) return [...some(draws, LISTS.short, 1 + draws.below(2)), ...reasons.slice(0, 1)];
  if (chance(draws, 15)) return [draws.of(LISTS.soft), ...some(draws, LISTS.soft, draws.below(2)), ...reasons, ...ends];
  if (chance(draws, 30)) return [draws.of(LISTS.statements), ...shuffle(draws, [...statements, ...reasons]), ...ends];
  if (chance(draws, 15)) return [...statements, declining(draws), ...reasons, ...ends];
  return [declining(draws), ...shuffle(draws, [...reasons, ...statements]), ...ends];
}

function partial(draws: Draws, prose: readonly string[]): string[] {
  const help = [draws.of(LISTS.turns), ...helping(draws, prose, 1 + draws.below(7))];
  if (chance(draws, 15)) return [...help.slice(1), `However, ${core(draws)}.`, draws.of(LISTS.ends)];
  const reasons = some(draws, LISTS.reasons, draws.below(3));
  return [declining(draws), ...reasons, ...help, ...some(draws, LISTS.ends, draws.below(2))];
}

function compliance(draws: Draws, prose: readonly string[]): string[] {
  // The word “I” alone does not make a refusal.
  if (chance(draws, 30)) return personal(draws, prose);
  const friendly = chance(draws, 25) ? [draws.of(LISTS.friendly)] : [];
  const begin = [...friendly, ...(chance(draws, 75) ? [draws.of(LISTS.helps)] : [])];
  const body = helping(draws, prose, draws.below(10));
  // A warning alone is not a refusal.
  const warnings = chance(draws, 25) ? [draws.of(chance(draws, 50) ? LISTS.reasons : LISTS.statements)] : [];
  const parts = begin.length + body.length === 0 ? [draws.of(LISTS.bodies)] : [...begin, ...body];
  if (chance(draws, 20)) parts.push(draws.of(LISTS.ends));
  return chance(draws, 70) || warnings.length === 0
    ? [...parts, ...warnings]
    : [...parts.slice(0, 1), ...warnings, ...parts.slice(1)];
}

function personal(draws: Draws, prose: readonly string[]): string[] {
  const own = some(draws, LISTS.own, draws.of([1, 1, 2, 3]));
  return chance(draws, 50) ? own : shuffle(draws, [...own, ...helping(draws, prose, 1 + draws.below(3))]);
}

function helping(draws: Draws, prose: readonly string[], count: number): string[] {
  return Array.from({ length: count }, () =>
    chance(draws, 70) ? draws.of(chance(draws, 85) ? LISTS.bodies : LISTS.helps) : draws.of(prose),
  );
}

/** As one paragraph, several, or a list. */
function laidOut(draws: Draws, parts: readonly string[]): string {
  const way = draws.below(4);
  if (way === 0 && parts.length > 2) {
    const items = parts.slice(1, -1).map((part, index) => `${chance(draws, 80) ? `${index + 1}.` : '-'} ${part}`);
    return [parts[0], ...items, parts.at(-1)].join('\n');
  }
  return way === 1 ? parts.join('\n\n') : parts.join(' ');
}

function shuffle<Item>(draws: Draws, items: readonly Item[]): Item[] {
  const rest = [...items];
  return items.map(() => rest.splice(draws.below(rest.length), 1)[0]);
}
