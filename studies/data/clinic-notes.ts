/** Synthetic notes of a doctor's surgery with their codes. No person and no finding is real. */
import { Draws } from '../first-hour/draws.ts';

interface Diagnosis {
  /** Category of ICD-10. */
  code: string;
  findings: readonly string[];
}

const DIAGNOSES: readonly Diagnosis[] = [
  { code: 'J06', findings: ['runny nose', 'sore throat', 'dry cough', 'mild fever', 'hoarse voice'] },
  {
    code: 'J18',
    findings: ['high fever', 'productive cough', 'crackles on the right', 'short of breath', 'chest pain'],
  },
  { code: 'I10', findings: ['pressure 165 over 100', 'headache in the morning', 'dizzy at times', 'nosebleeds'] },
  { code: 'E11', findings: ['always thirsty', 'passes much urine', 'glucose 12.4', 'tired', 'lost weight'] },
  { code: 'M54', findings: ['pain in the lower back', 'stiff in the morning', 'worse when lifting', 'numb left leg'] },
  { code: 'N39', findings: ['burning when passing urine', 'passes urine often', 'mild fever', 'pain above the pubis'] },
  { code: 'K29', findings: ['pain after meals', 'nausea', 'heartburn', 'no appetite', 'bloated'] },
  { code: 'F32', findings: ['low mood for weeks', 'sleeps badly', 'tired', 'no appetite', 'cannot concentrate'] },
];
const ELSEWHERE = ['allergic to penicillin', 'smokes ten a day', 'takes no medicine', 'works shifts', 'lives alone'];
const FIRST = ['Anna', 'Peter', 'Maria', 'Thomas', 'Julia', 'Martin', 'Sarah', 'David', 'Laura', 'Stephen'];
const LAST = ['Miller', 'Schmidt', 'Rossi', 'Novak', 'Jensen', 'Dubois', 'Keller', 'Murphy', 'Larsen', 'Walker'];

/** Shares of notes that say too little to code, and of wrong codes. */
const [VAGUE, WRONG] = [0.1, 0.04];

export interface ClinicNote {
  text: string;
  label: string;
}

/** Findings overlap between diagnoses; a denied finding is evidence against its diagnosis. */
export function clinicNotes(count: number, seed: number): ClinicNote[] {
  const draws = new Draws(seed, 'clinic notes');
  return Array.from({ length: count }, () => {
    const { code, findings } = draws.pick(DIAGNOSES);
    const others = DIAGNOSES.filter((one) => one.code !== code);
    const told = draws.chance(VAGUE) ? ['unwell for some days'] : draws.shuffled(findings).slice(0, draws.whole(2, 3));
    const denied = draws.shuffled(draws.pick(others).findings.filter((one) => !findings.includes(one))).slice(0, 2);
    const person = `${draws.pick(FIRST)} ${draws.pick(LAST)}`;
    const born = `${draws.whole(1, 28)}.${draws.whole(1, 12)}.${draws.whole(1935, 2005)}`;
    const phone = `0171 ${draws.whole(1_000_000, 9_999_999)}`;
    const text =
      `Patient ${person}, born ${born}, phone ${phone}. Complains of ${told.join(', ')}. ` +
      `Denies ${denied.join(' and ')}. ${draws.pick(ELSEWHERE)}.`;
    return { text, label: draws.chance(WRONG) ? draws.pick(others).code : code };
  });
}
