import type { FieldKit } from '../fields.ts';

/** Options for interpreting answers and feedback of another tool. */
export function importFields({ text, texts, count }: FieldKit) {
  return {
    model: text('NAME', 'the model they belong to (default: as stated in each answer)'),
    thumb: texts('SCORE', 'a score that tells whether an answer was good'),
    label: text('SCORE', 'the score with the right class'),
    retention: count('DAYS', 'days until answers are deleted (30)'),
  };
}

/** Message when an import is interrupted. */
export const IMPORT_STOPPING = 'stopping; what was imported is kept, and is not imported again';
