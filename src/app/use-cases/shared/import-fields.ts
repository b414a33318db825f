import type { FieldKit } from '../fields.ts';

/** How answers and feedback of another tool are interpreted. */
export function importFields({ text, texts, count }: FieldKit) {
  return {
    model: text('NAME', 'the model they belong to (default: as each answer says)'),
    thumb: texts('SCORE', 'a score that tells whether an answer was good'),
    label: text('SCORE', 'the score with the right class'),
    retention: count('DAYS', 'days until answers are deleted (30)'),
  };
}

/** Said when an import is stopped. */
export const IMPORT_STOPPING = 'stopping; what was imported is kept, and is not imported again';
