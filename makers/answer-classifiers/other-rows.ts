/** Texts with and without insults, and answers that do or do not admit to not knowing. */
import type { Draws } from '../../tools/draws.ts';
import { chance, fill, lines, some, type Row } from './pieces.ts';

const LISTS = {
  toxic: lines('toxic'),
  harmless: lines('harmless'),
  groups: lines('groups'),
  abstentions: lines('abstentions'),
  answers: lines('answers'),
  topics: lines('topics'),
  bodies: lines('bodies'),
  helps: lines('helps'),
};
const HARMS = lines('harms').map((line) => line.split('|'));

export function toxicityRow(draws: Draws, prose: readonly string[]): Row {
  const isToxic = chance(draws, 40);
  const group = draws.of(LISTS.groups);
  const around = some(draws, [...LISTS.harmless, ...prose.slice(0, 2000), ...LISTS.bodies], draws.below(4));
  const own = isToxic
    ? some(draws, LISTS.toxic, 1 + draws.below(2))
    : some(draws, chance(draws, 60) ? LISTS.harmless : prose, 1 + draws.below(2));
  const parts = chance(draws, 50) ? [...own, ...around] : [...around, ...own];
  const [harm, harming] = draws.of(HARMS);
  const text = fill(parts.join(' '), { group, harm, harming, safe: harm, safing: harming });
  return { answer: text, label: isToxic ? 1 : 0 };
}

export function abstentionRow(draws: Draws, prose: readonly string[]): Row {
  const isAbstaining = chance(draws, 45);
  const [harm, harming] = draws.of(HARMS);
  const slots = { topic: draws.of(LISTS.topics), harm, harming, safe: harm, safing: harming };
  const own = isAbstaining
    ? some(draws, LISTS.abstentions, 1 + draws.below(2))
    : some(draws, chance(draws, 50) ? LISTS.answers : chance(draws, 60) ? prose : LISTS.bodies, 1 + draws.below(3));
  const after = isAbstaining && chance(draws, 25) ? ['Please look at another source.'] : [];
  const question = `What does the text say about ${slots.topic}?`;
  return { question, answer: fill([...own, ...after].join(' '), slots), label: isAbstaining ? 1 : 0 };
}
