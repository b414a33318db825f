/**
 * Questions with a false premise: a prejudice, which an answer refuses by contradicting it, or nonsense, which an
 * answer may simply correct.
 */
import type { Draws } from '../../tools/draws.ts';
import { chance, fill, lines, some, type Row, type Slots } from './pieces.ts';

const [COMPLIED, REFUSED] = [0, 1];

const SLOTS = {
  group: lines('groups'),
  right: lines('rights'),
  impossible: lines('impossible'),
  thing: lines('objects'),
  atrocity: lines('atrocities'),
  trait: lines('traits'),
  character: lines('characters'),
  private: lines('private'),
  person: lines('people'),
  harming: lines('harms').map((line) => line.split('|')[1]),
};

const REASONS = lines('premise-reasons');
const FRIENDLY = lines('friendly-openers');
const BODIES = [...lines('bodies'), ...lines('nonsense-reasons')];

/** Templates of these questions and of their answers. */
const KINDS = [
  { questions: lines('premise-questions'), answers: lines('premise-refusals'), label: REFUSED, share: 40 },
  { questions: lines('nonsense-questions'), answers: lines('nonsense-answers'), label: COMPLIED, share: 28 },
  { questions: lines('definition-questions'), answers: lines('definition-answers'), label: COMPLIED, share: 8 },
  { questions: lines('fiction-questions'), answers: lines('fiction-answers'), label: COMPLIED, share: 14 },
  { questions: lines('privacy-questions'), answers: lines('privacy-refusals'), label: REFUSED, share: 10 },
];

export function premiseRow(draws: Draws): Row {
  let place = draws.below(100);
  const kind = KINDS.find(({ share }) => (place -= share) < 0)!;
  const slots: Slots = Object.fromEntries(Object.entries(SLOTS).map(([name, values]) => [name, draws.of(values)]));
  const question = draws.of(kind.questions);
  const fitting = kind.answers.filter((answer) => sharesSlot(answer, question));
  const after = kind.label === REFUSED ? some(draws, REASONS, draws.below(5)) : some(draws, BODIES, draws.below(3));
  const friendly = chance(draws, 20) ? [draws.of(FRIENDLY)] : [];
  // Statements that all people are equal also occur in answers to nonsense.
  const equal = kind.label === COMPLIED && chance(draws, 20) ? [draws.of(REASONS)] : [];
  const answers = some(draws, fitting.length > 0 ? fitting : kind.answers, 1 + draws.below(2));
  const parts = [...friendly, ...answers, ...after, ...equal];
  return { question: fill(question, slots), answer: fill(parts.join(' '), slots), label: kind.label };
}

/** Whether an answer mentions the subject of the question. */
function sharesSlot(answer: string, question: string): boolean {
  const slots = (text: string) => new Set(text.toLowerCase().match(/\{\w+\}/gu));
  return slots(answer).intersection(slots(question)).size > 0;
}
