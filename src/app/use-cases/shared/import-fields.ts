import type { FieldKit } from '../fields.ts';

/** How answers and feedback of another tool are interpreted. */
export function importFields({ text, texts, count }: FieldKit) {
  return {
    model: text('NAME', 'the model that they are about; the one that each answer names unless given'),
    thumb: texts('SCORE', 'a score that says whether an answer was good'),
    label: text('SCORE', 'the score that names the right class'),
    retention: count('DAYS', 'until answers are deleted, from now on (30)'),
  };
}

/** Said when an import is stopped. */
export const IMPORT_STOPPING = 'stopping; what was written stays, and is not written again';
